#include "projections/folds/read_models/row_read_model.hpp"

#include "projections/messages/json/merge_patch.hpp"
#include "projections/messages/text/keyed_hash.hpp"
#include "projections/messages/text/short_text.hpp"

#include <algorithm>
#include <utility>

namespace projections {

namespace {

/// Room beyond this, in bytes, is given back with the next event.
constexpr size_t reused_bytes_max = 1 << 20;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find_if(names.begin(), names.end(),
                      [&](auto& x) { return short_equal(x, name); })
         != names.end();
}

/// Returns whether `x` and `y`, empty where there is none, find the same rows.
bool are_same_key(std::string_view x, std::string_view y) {
  return x == y || (!x.empty() && !y.empty() && are_same_value(x, y));
}

void limit_capacity(std::string& text) {
  if (text.capacity() > reused_bytes_max)
    text = {};
}

} // namespace

std::shared_ptr<read_model> make_row_read_model(row_read_model_config config,
                                                json_style style) {
  return std::make_shared<row_read_model>(std::move(config), style);
}

row_read_model::row_read_model(row_read_model_config config, json_style style)
  : read_model(config.name), config_(std::move(config)), style_(style),
    rows_(style.comma) {
  if (config_.find_by != config_.entity)
    groups_.emplace();
  if (!config_.fields.empty() && !contains(config_.fields, config_.entity))
    hidden_entities_.emplace();
}

// -- inspectors ---------------------------------------------------------------

void row_read_model::expect(const model_event& event) const {
  auto entity = entity_in(event);
  if (entity.empty())
    return;
  // Most of the time, the first row with this tag is the one.
  if (auto row = entities_.find(keyed_hash(entity), [](item) { return true; }))
    rows_.prefetch(*row);
}

bool row_read_model::concerns(std::string_view event_type) const {
  return config_.on.find(event_type) != config_.on.end();
}

size_t row_read_model::text_bytes() const {
  return rows_.bytes() + 2;
}

char* row_read_model::write_rows(char* out) const {
  *out++ = '[';
  out = rows_.write(out);
  *out++ = ']';
  return out;
}

bool row_read_model::find(std::string_view key, std::string& out) const {
  std::vector<item> found;
  if (!groups_) {
    if (auto row = find_entity(key))
      found.push_back(*row);
  } else if (auto row = find_group(value_hash(key), key)) {
    found = groups_->members(*row);
  }
  if (found.empty())
    return false;
  auto before = std::string_view{"["};
  for (auto row : found) {
    out += before;
    out += rows_.at(row);
    before = style_.comma;
  }
  out += ']';
  return true;
}

// -- rules --------------------------------------------------------------------

bool row_read_model::fold(const model_event& event) {
  auto rule = config_.on.find(event.type);
  if (rule == config_.on.end())
    return false;
  auto entity = entity_in(event);
  if (entity.empty())
    return false;
  limit_capacity(kept_);
  limit_capacity(text_);
  auto row = find_entity(entity);
  switch (rule->second.action) {
    case row_action::merge:
      merge(row, entity, event.payload);
      break;
    case row_action::replace:
      put(row, entity, kept_fields(event.payload));
      break;
    case row_action::remove:
      if (row)
        remove_row(*row, entity);
      break;
    case row_action::reduce:
      reduce(row, entity, event.payload, rule->second.reductions);
  }
  return true;
}

void row_read_model::merge(std::optional<item> row, std::string_view entity,
                           std::string_view payload) {
  auto old = row ? rows_.at(*row) : std::string_view{};
  if (row && !config_.fields.empty()
      && is_merged(old, payload, [this](auto field) { return keeps(field); }))
    return;
  put(row, entity, merged(old, kept_fields(payload), style_, text_));
}

void row_read_model::reduce(std::optional<item> row, std::string_view entity,
                            std::string_view payload,
                            const std::vector<reduction>& reductions) {
  fields_.assign(reductions.size(), {});
  for (member_cursor i{payload}; i.next();)
    for (size_t n = 0; n < reductions.size(); ++n)
      if (reductions[n].source == i.key())
        fields_[n].value = i.value();
  text_ = "{";
  if (row) {
    for (member_cursor i{rows_.at(*row)}; i.next();) {
      append_key(text_, i.key());
      auto reduced
        = std::find_if(reductions.begin(), reductions.end(),
                       [&i](const reduction& x) { return x.field == i.key(); });
      if (reduced == reductions.end()) {
        text_ += i.value();
        continue;
      }
      auto& field = fields_[static_cast<size_t>(reduced - reductions.begin())];
      append_reduced(text_, reduced->how, i.value(), field.value);
      field.is_placed = true;
    }
  } else {
    append_key(text_, config_.entity);
    text_ += entity;
  }
  for (size_t n = 0; n < reductions.size(); ++n) {
    if (fields_[n].is_placed)
      continue;
    auto before = text_.size();
    append_key(text_, reductions[n].field);
    if (!append_reduced(text_, reductions[n].how, {}, fields_[n].value))
      text_.resize(before);
  }
  text_ += '}';
  put(row, entity, text_);
}

/// Returns whether merge and replace keep `field`, where they do not keep all.
bool row_read_model::keeps(std::string_view field) const {
  return contains(config_.fields, field);
}

/// Returns `payload` with only the fields that merge and replace keep; valid
/// until the next event.
std::string_view row_read_model::kept_fields(std::string_view payload) {
  if (config_.fields.empty())
    return payload;
  kept_ = "{";
  for (member_cursor i{payload}; i.next();)
    if (keeps(i.key())) {
      append_key(kept_, i.key());
      kept_ += i.value();
    }
  kept_ += '}';
  return kept_;
}

/// Begins a member of `object`, which lacks its closing bracket.
void row_read_model::append_key(std::string& object,
                                std::string_view key) const {
  if (object.size() > 1)
    object += style_.comma;
  object += '"';
  object += key;
  object += '"';
  object += style_.colon;
}

// -- rows ---------------------------------------------------------------------

/// Makes `text` the row of `entity`, which is `row` if there is one.
void row_read_model::put(std::optional<item> row, std::string_view entity,
                         std::string_view text) {
  if (!row)
    add_row(entity, text);
  else if (auto old = rows_.at(*row); old.data() != text.data() && old != text)
    change_row(*row, text);
}

void row_read_model::add_row(std::string_view entity, std::string_view text) {
  auto key = key_of(text);
  auto hash = key.empty() ? 0 : value_hash(key);
  auto group = key.empty() ? std::nullopt : find_group(hash, key);
  entities_.reserve_one();
  if (groups_)
    groups_->reserve_one();
  auto row = rows_.append(text);
  try {
    if (groups_)
      groups_->add(row);
    if (hidden_entities_) {
      if (row >= hidden_entities_->size())
        hidden_entities_->resize(size_t{row} + 1);
      (*hidden_entities_)[row] = entity;
    }
  } catch (...) {
    rows_.erase(row);
    throw;
  }
  // From here on nothing throws.
  entities_.insert(keyed_hash(entity), row);
  if (!key.empty())
    groups_->join(row, hash, group);
}

void row_read_model::change_row(item row, std::string_view text) {
  auto old_key = key_of(rows_.at(row));
  auto new_key = key_of(text);
  if (are_same_key(old_key, new_key)) {
    rows_.replace(row, text);
    return;
  }
  auto old_hash = old_key.empty() ? 0 : value_hash(old_key);
  auto new_hash = new_key.empty() ? 0 : value_hash(new_key);
  auto new_group
    = new_key.empty() ? std::nullopt : find_group(new_hash, new_key);
  groups_->reserve_one();
  auto had_key = !old_key.empty();
  rows_.replace(row, text);
  // From here on nothing throws, and `old_key` is gone.
  if (had_key)
    groups_->leave(row, old_hash);
  if (!new_key.empty())
    groups_->join(row, new_hash, new_group);
}

void row_read_model::remove_row(item row, std::string_view entity) {
  auto key = key_of(rows_.at(row));
  if (!key.empty())
    groups_->leave(row, value_hash(key));
  entities_.erase(keyed_hash(entity), row);
  rows_.erase(row);
}

// -- lookups ------------------------------------------------------------------

/// Returns the text of the entity that `event` is about; empty if there is
/// none.
std::string_view row_read_model::entity_in(const model_event& event) const {
  if (config_.entity == "id")
    return event.identity;
  if (kind_of(event.payload) != json_kind::object)
    return {};
  auto entity = find_member(event.payload, config_.entity);
  return entity.empty() || !can_identify(entity) ? std::string_view{} : entity;
}

std::string_view row_read_model::entity_of(item row) const {
  return hidden_entities_ ? std::string_view{(*hidden_entities_)[row]}
                          : find_member(rows_.at(row), config_.entity);
}

/// Returns what the row is found by in `groups_`; empty if by nothing.
std::string_view row_read_model::key_of(std::string_view row_text) const {
  return groups_ ? find_member(row_text, config_.find_by) : std::string_view{};
}

std::optional<row_read_model::item>
row_read_model::find_entity(std::string_view entity) const {
  return entities_.find(keyed_hash(entity), [&](item row) {
    if (!hidden_entities_)
      if (auto found
          = begins_with_member(rows_.at(row), config_.entity, entity, style_))
        return *found;
    return entity_of(row) == entity;
  });
}

/// Returns a row of the group of rows with this key.
std::optional<row_read_model::item>
row_read_model::find_group(uint64_t hash, std::string_view key) const {
  return groups_->find(
    hash, [&](item row) { return are_same_value(key_of(rows_.at(row)), key); });
}

} // namespace projections
