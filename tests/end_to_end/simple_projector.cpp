#include "tests/end_to_end/simple_projector.hpp"

#include <algorithm>

namespace projections::test {

const std::string default_read_models = R"({"read_models": [
  {"name": "user_listing",
   "on": {"UserCreated": "merge", "UserUpdated": "merge",
          "UserDeleted": "remove"}},
  {"name": "user_by_email", "fields": ["email", "id"], "find_by": "email",
   "on": {"UserCreated": "merge", "UserUpdated": "merge",
          "UserDeleted": "remove"}}]}
)";

namespace {

bool is_name_of_row(const json* value) {
  return value != nullptr
         && (value->is(json::kind::string) || value->is(json::kind::number));
}

// Returns whether `a` is less than `b`; both are strings or both are integers
// that a `long long` can hold.
bool is_less(const json& a, const json& b) {
  if (a.is(json::kind::string))
    return a.text < b.text;
  return std::stoll(a.text) < std::stoll(b.text);
}

json sum_of(const json& a, const json& b) {
  return json::of_number(
    std::to_string(std::stoll(a.text) + std::stoll(b.text)));
}

// Lets one reducer of a read model work on its field of `row`.
void reduce(json& row, const std::string& field, const json& reducer,
            const json& payload) {
  auto* present = row.find(field);
  if (reducer.text == "count") {
    auto one = json::of_size(1);
    row.set(field, present == nullptr ? one : sum_of(*present, one));
    return;
  }
  auto& [kind, source] = reducer.members.front();
  auto* value = payload.find(source.text);
  if (value == nullptr)
    return;
  bool counts = kind == "sum"                    ? value->is(json::kind::number)
                : kind == "min" || kind == "max" ? is_name_of_row(value)
                                                 : true;
  if (!counts)
    return;
  if (present == nullptr || kind == "last")
    row.set(field, *value);
  else if (kind == "sum")
    row.set(field, sum_of(*present, *value));
  else if (kind != "first" && present->type == value->type
           && (kind == "min" ? is_less(*value, *present)
                             : is_less(*present, *value)))
    row.set(field, *value);
}

} // namespace

simple_projector::simple_projector(const std::string& declaration) {
  json declared;
  size_t used = 0;
  read_json(declaration, declared, used);
  for (auto& model : declared.find("read_models")->items)
    models_.push_back({model, 0, {}});
}

simple_answer simple_error(int code) {
  simple_answer result;
  result.error_code = code;
  return result;
}

// -- subscriptions ------------------------------------------------------------

simple_answer simple_projector::subscribe(const json& event_types) {
  subscribed_before_ = true;
  for (auto& type : event_types.items)
    subscribed_.push_back(type.text);
  simple_answer result{"subscribed"};
  result.fields.set("event_types", event_types);
  return result;
}

simple_answer simple_projector::unsubscribe(const json& event_types) {
  for (auto& type : event_types.items)
    std::erase(subscribed_, type.text);
  simple_answer result{"unsubscribed"};
  result.fields.set("event_types", event_types);
  return result;
}

// -- events -------------------------------------------------------------------

simple_answer simple_projector::take(const simple_event& event) {
  std::string derived_from;
  if (!event.id) {
    auto type_and_payload = json::of_array();
    type_and_payload.items = {event.type, event.payload};
    derived_from = canonical(type_and_payload);
  }
  auto id = event.id ? *event.id : derive_id(event, derived_from);
  simple_answer result{"event_skipped"};
  result.fields.set("event_id", id);
  if (find_processed(id) != nullptr) {
    result.fields.set("reason", "already_processed");
    return result;
  }
  if (subscribed_before_
      && std::ranges::find(subscribed_, event.type) == subscribed_.end()) {
    result.fields.set("reason", "not_subscribed");
    return result;
  }
  auto updated = json::of_array();
  for (auto& model : models_)
    if (model.take(event))
      updated.items.emplace_back(model.word("name", ""));
  processed_.push_back({id, derived_from});
  result.type = "read_models_updated";
  result.fields.set("updated_models", updated);
  return result;
}

std::string simple_projector::derive_id(const simple_event& event,
                                        const std::string& derived_from) {
  auto hash = name_of_hash(derived_from);
  std::string tail;
  if (auto* id = event.payload.find("id");
      id != nullptr && id->is(json::kind::string))
    // Without a `-`, `npos + 1` is 0 and the whole of it is meant.
    tail = id->text.substr(id->text.rfind('-') + 1);
  auto id = "evt-" + (tail.empty() ? "<hex16 " + hash + ">" : tail);
  auto* taken = find_processed(id);
  if (taken != nullptr && taken->derived_from != derived_from)
    id += "-<hex8 " + hash + ">";
  return id;
}

std::string simple_projector::name_of_hash(const std::string& content) {
  auto place = std::ranges::find(hashed_, content);
  auto index = place - hashed_.begin();
  if (place == hashed_.end())
    hashed_.push_back(content);
  return std::to_string(index);
}

const simple_projector::processed_event*
simple_projector::find_processed(const std::string& id) const {
  for (auto& processed : processed_)
    if (processed.id == id)
      return &processed;
  return nullptr;
}

// -- read models --------------------------------------------------------------

std::string simple_projector::read_model::word(
  std::string_view key, const std::string& otherwise) const {
  auto* value = declared.find(key);
  return value == nullptr ? otherwise : value->text;
}

bool simple_projector::read_model::take(const simple_event& event) {
  auto entity_field = word("entity", "id");
  auto* entity = event.payload.find(entity_field);
  auto* action = declared.find("on")->find(event.type);
  if (action == nullptr || !is_name_of_row(entity))
    return false;
  ++version;
  auto name_of_row = write_json(*entity, true);
  auto has_name = [&name_of_row](auto& candidate) {
    return candidate.entity == name_of_row;
  };
  if (action->text == "remove") {
    std::erase_if(rows, has_name);
    return true;
  }
  auto place = std::ranges::find_if(rows, has_name);
  if (place == rows.end())
    place = rows.insert(rows.end(), {name_of_row, json::of_object()});
  if (action->text == "merge") {
    merge_patch(place->content, kept(event.payload));
  } else if (action->text == "replace") {
    place->content = kept(event.payload);
  } else {
    place->content.set(entity_field, *entity);
    for (auto& [field, reducer] : action->members)
      reduce(place->content, field, reducer, event.payload);
  }
  return true;
}

json simple_projector::read_model::kept(const json& payload) const {
  auto* fields = declared.find("fields");
  auto result = json::of_object();
  for (auto& [key, value] : payload.members)
    if (fields == nullptr
        || std::ranges::find(fields->items, key, &json::text)
             != fields->items.end())
      result.set(key, value);
  return result;
}

simple_answer simple_projector::read(const std::string& name,
                                     const json* key) const {
  auto model = std::ranges::find_if(models_, [&name](auto& candidate) {
    return candidate.word("name", "") == name;
  });
  if (model == models_.end())
    return simple_error(20);
  auto find_by = model->word("find_by", model->word("entity", "id"));
  auto found = json::of_array();
  for (auto& candidate : model->rows) {
    auto* value = candidate.content.find(find_by);
    if (key == nullptr
        || (value != nullptr && canonical(*value) == canonical(*key)))
      found.items.push_back(candidate.content);
  }
  if (key != nullptr && found.items.empty())
    return simple_error(20);
  simple_answer result{"read_model_state"};
  result.fields.set("name", name)
    .set("version", json::of_size(model->version))
    .set("state", found);
  return result;
}

} // namespace projections::test
