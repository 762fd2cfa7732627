#include "storage/row_read_model.hpp"

#include "messages/keyed_hash.hpp"
#include "storage/merge_patch.hpp"

#include <algorithm>
#include <utility>

namespace projections {

namespace {

/// Room beyond this, in bytes, is given back with the next event.
constexpr size_t reused_bytes_max = 1 << 20;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Returns the text of the entity that `payload` is about; empty if none.
std::string_view entity_in(std::string_view payload, std::string_view field) {
  if (kind_of(payload) != json_kind::object)
    return {};
  auto entity = find_member(payload, field);
  if (entity.empty())
    return {};
  auto kind = kind_of(entity);
  return kind == json_kind::string || kind == json_kind::number
           ? entity
           : std::string_view{};
}

/// Returns whether `value` may have a null in it, which a patch would take out.
bool may_have_null(std::string_view value) {
  return value.find("null") != std::string_view::npos;
}

/// Returns whether merging `patch` into `row` is known to change nothing
/// without doing it. That is so where every value is in the row already, in the
/// same order; producers repeat themselves that way.
bool is_in(std::string_view patch, std::string_view row) {
  if (patch == row && !may_have_null(patch))
    return true;
  member_cursor held{row};
  for (member_cursor change{patch}; change.next();) {
    do {
      if (!held.next())
        return false;
    } while (held.key() != change.key());
    if (held.value() != change.value())
      return false;
    auto kind = kind_of(change.value());
    if (kind == json_kind::null
        || (kind == json_kind::object && may_have_null(change.value())))
      return false;
  }
  return true;
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

row_read_model::row_read_model(row_read_model_config config, json_style style)
  : read_model(config.name), config_(std::move(config)), style_(style),
    rows_(style.comma) {
  if (config_.find_by != config_.entity)
    groups_.emplace();
  if (!config_.fields.empty() && !contains(config_.fields, config_.entity))
    hidden_entities_.emplace();
}

// -- inspectors ---------------------------------------------------------------

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

bool row_read_model::fold(std::string_view event_type,
                          std::string_view payload) {
  auto rule = config_.on.find(event_type);
  if (rule == config_.on.end())
    return false;
  auto entity = entity_in(payload, config_.entity);
  if (entity.empty())
    return false;
  limit_capacity(kept_);
  limit_capacity(text_);
  auto row = find_entity(entity);
  switch (rule->second.action) {
    case row_action::merge:
      merge(row, entity, kept_fields(payload));
      break;
    case row_action::replace:
      put(row, entity, kept_fields(payload));
      break;
    case row_action::remove:
      if (row)
        remove_row(*row, entity);
      break;
    case row_action::reduce:
      reduce(row, entity, payload, rule->second.reductions);
  }
  return true;
}

void row_read_model::merge(std::optional<item> row, std::string_view entity,
                           std::string_view patch) {
  if (row && is_in(patch, rows_.at(*row)))
    return;
  text_.clear();
  append_merged(text_, row ? rows_.at(*row) : std::string_view{}, patch,
                style_);
  put(row, entity, text_);
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

/// Returns `payload` with only the fields that merge and replace keep; valid
/// until the next event.
std::string_view row_read_model::kept_fields(std::string_view payload) {
  if (config_.fields.empty())
    return payload;
  kept_ = "{";
  for (member_cursor i{payload}; i.next();)
    if (contains(config_.fields, i.key())) {
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
  else if (rows_.at(*row) != text)
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
