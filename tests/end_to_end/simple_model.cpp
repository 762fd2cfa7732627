#include "tests/end_to_end/simple_model.hpp"

#include <algorithm>
#include <utility>

namespace projections::test {

namespace {

using kind = json::kind;

const json* find_of_kind(const json& object, std::string_view key, kind type) {
  auto* member = object.find(key);
  return member != nullptr && member->is(type) ? member : nullptr;
}

// Returns the member's content, or nothing if it is no name.
std::optional<std::string> find_name(const json& object, std::string_view key) {
  auto* member = find_of_kind(object, key, kind::string);
  if (member == nullptr || member->text.empty())
    return std::nullopt;
  return member->text;
}

bool is_integer(const json& value) {
  return value.is(kind::number)
         && value.text.find_first_of(".eE") == std::string::npos;
}

// Returns whether a member that may be absent is a count if present.
bool is_count_or_absent(const json* value) {
  return value == nullptr
         || (is_integer(*value) && !value->text.starts_with('-'));
}

// Returns whether the version `reached` is at least `wanted`.
bool reaches(size_t reached, const json& wanted) {
  return reached >= std::stoull(wanted.text);
}

// Puts the first of `keys` that `event` has into `found`. Returns false if it
// is no name. An absent one is allowed if `nullable`, and so is null then.
bool first_name(const json& event, const std::vector<std::string>& keys,
                bool nullable, std::optional<std::string>& found) {
  for (auto& key : keys) {
    auto* member = event.find(key);
    if (member == nullptr || (nullable && member->is_null()))
      continue;
    found = find_name(event, key);
    return found.has_value();
  }
  return nullable;
}

std::optional<simple_event> read_event(const json* event, const json& body) {
  simple_event result;
  std::optional<std::string> type;
  if (event == nullptr || !event->is(kind::object)
      || !first_name(*event, {"event_type", "type", "eventType"}, false, type)
      || !first_name(*event, {"event_id", "id"}, true, result.id)
      || (!result.id && !first_name(body, {"event_id"}, true, result.id)))
    return std::nullopt;
  auto* payload = event->find("event_data");
  if (payload == nullptr)
    payload = event->find("payload");
  if (payload == nullptr)
    return std::nullopt;
  result.type = *type;
  result.payload = *payload;
  return result;
}

const json* identity_of(const json& value) {
  auto* id = value.find("id");
  if (id == nullptr || !(id->is(kind::string) || id->is(kind::number)))
    return nullptr;
  return id;
}

void apply(json& state, const json& change) {
  if (!state.is(kind::array)) {
    merge_patch(state, change);
    return;
  }
  if (auto* id = identity_of(change)) {
    for (auto& item : state.items) {
      auto* other = identity_of(item);
      if (other != nullptr && other->type == id->type
          && other->text == id->text) {
        merge_patch(item, change);
        return;
      }
    }
  }
  state.items.push_back(change);
}

} // namespace

simple_model::simple_model(bool envelopes, bool compact,
                           const std::string& read_models)
  : envelopes_(envelopes), compact_(compact), projector_(read_models) {
  // nop
}

// -- framing ------------------------------------------------------------------

std::vector<std::string> simple_model::answer(std::string_view input) {
  while (!input.empty()) {
    auto end = std::min(input.find('\n'), input.size());
    take_line(input.substr(0, end));
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  if (!pending_.empty())
    drop_pending();
  for (auto& query : std::exchange(waiting_, {}))
    *query.place = line_for(query.asked_by, simple_error(0));
  std::vector<std::string> result;
  for (auto& line : lines_)
    if (!line.empty())
      result.push_back(line);
  return result;
}

void simple_model::take_line(std::string_view line) {
  if (!pending_.empty() && line.starts_with('{'))
    drop_pending();
  pending_ += line;
  pending_ += '\n';
  constexpr auto space = " \t\r\n";
  if (pending_.find_first_not_of(space) == std::string::npos) {
    pending_.clear();
    return;
  }
  json request;
  size_t used = 0;
  auto result = read_json(pending_, request, used);
  if (result == reading::incomplete)
    return;
  if (result == reading::malformed || !request.is(kind::object)
      || pending_.find_first_not_of(space, used) != std::string::npos) {
    drop_pending();
    return;
  }
  pending_.clear();
  take_request(request);
}

void simple_model::drop_pending() {
  pending_.clear();
  lines_.push_back(line_for({}, simple_error(12)));
}

void simple_model::take_request(const json& request) {
  sender from;
  auto* body = request.find("body");
  if (body != nullptr) {
    if (auto* src = find_of_kind(request, "src", kind::string))
      from.src = src->text;
    if (auto* dest = find_of_kind(request, "dest", kind::string))
      from.dest = dest->text;
  } else {
    auto* type = request.find("type");
    if (!envelopes_ && !(type != nullptr && type->text == "init"))
      body = &request;
  }
  if (body == nullptr || !body->is(kind::object)) {
    lines_.push_back(line_for(from, simple_error(12)));
    return;
  }
  if (body->find("in_reply_to") != nullptr)
    return;
  auto answer = simple_error(12);
  auto* msg_id = body->find("msg_id");
  if (msg_id == nullptr || is_integer(*msg_id)) {
    if (msg_id != nullptr)
      from.msg_id = *msg_id;
    answer = carry_out(*body);
  }
  auto& place = lines_.emplace_back();
  if (answer.type == "waits")
    waiting_.push_back({*find_name(*body, "projection"),
                        *body->find("min_version"), from, &place});
  else
    place = line_for(from, answer);
}

std::string simple_model::line_for(const sender& to,
                                   const simple_answer& answer) const {
  if (envelopes_ && !to.src)
    return {};
  auto body = json::of_object();
  body.set("type", answer.type.empty() ? "error" : answer.type);
  if (to.msg_id)
    body.set("in_reply_to", *to.msg_id);
  if (answer.type.empty()) {
    body.set("code", json::of_number(std::to_string(answer.error_code)));
    body.set("text", "*");
  }
  for (auto& [key, value] : answer.fields.members)
    body.set(key, value);
  if (!envelopes_)
    return write_json(body, compact_);
  auto envelope = json::of_object();
  envelope.set("src", node_id_.empty() ? to.dest.value_or("") : node_id_)
    .set("dest", *to.src)
    .set("body", body);
  return write_json(envelope, compact_);
}

// -- requests -----------------------------------------------------------------

simple_answer simple_model::carry_out(const json& body) {
  auto* type = find_of_kind(body, "type", kind::string);
  if (type == nullptr)
    return simple_error(12);
  if (type->text == "create")
    return create(body);
  if (type->text == "update")
    return update(body);
  if (type->text == "rebuild")
    return rebuild(body);
  if (type->text == "query")
    return query(body);
  if (type->text == "list")
    return list();
  if (type->text == "delete")
    return remove(body);
  if (type->text == "subscribe" || type->text == "unsubscribe")
    return change_subscription(body, type->text == "subscribe");
  if (type->text == "event")
    return take_event(body);
  if (type->text == "read_model")
    return read_model(body);
  if (type->text == "init")
    return initialise(body);
  return simple_error(10);
}

simple_answer simple_model::create(const json& body) {
  auto name = find_name(body, "name");
  if (!name)
    return simple_error(12);
  if (projections_.contains(*name))
    return simple_error(21);
  auto& projection = projections_[*name];
  if (auto* state = body.find("initial_state"))
    projection.initial_state = projection.state = *state;
  simple_answer result{"projection_created"};
  result.fields.set("name", *name).set("version", json::of_size(0));
  return result;
}

simple_answer simple_model::update(const json& body) {
  auto name = find_name(body, "projection");
  auto event = read_event(body.find("event"), body);
  auto* include_state = body.find("include_state");
  if (!name || !event
      || (include_state != nullptr && include_state->text != "true"
          && include_state->text != "false"))
    return simple_error(12);
  auto& projection = projections_[*name];
  apply(projection.state, event->payload);
  ++projection.version;
  answer_waiting(*name);
  simple_answer result{"projection_updated"};
  result.fields.set("projection", *name)
    .set("version", json::of_size(projection.version));
  if (include_state == nullptr || include_state->text == "true")
    result.fields.set("state", projection.state);
  return result;
}

simple_answer simple_model::rebuild(const json& body) {
  auto name = find_name(body, "projection");
  auto* events = find_of_kind(body, "events", kind::array);
  if (!name || events == nullptr)
    return simple_error(12);
  for (auto& event : events->items)
    if (!read_event(&event, json{}))
      return simple_error(12);
  auto& projection = projections_[*name];
  projection.state = projection.initial_state;
  for (auto& event : events->items)
    apply(projection.state, read_event(&event, json{})->payload);
  projection.version = events->items.size();
  answer_waiting(*name);
  simple_answer result{"projection_rebuilt"};
  result.fields.set("projection", *name)
    .set("events_processed", json::of_size(projection.version))
    .set("version", json::of_size(projection.version));
  return result;
}

simple_answer simple_model::query(const json& body) {
  auto name = find_name(body, "projection");
  auto* min_version = body.find("min_version");
  if (!name || !is_count_or_absent(min_version)
      || !is_count_or_absent(body.find("timeout_ms")))
    return simple_error(12);
  if (!projections_.contains(*name))
    return simple_error(20);
  auto& projection = projections_[*name];
  if (min_version != nullptr && !reaches(projection.version, *min_version))
    return {"waits"};
  simple_answer result{"projection_state"};
  result.fields.set("projection", *name)
    .set("version", json::of_size(projection.version))
    .set("state", projection.state);
  return result;
}

void simple_model::answer_waiting(const std::string& name) {
  std::erase_if(waiting_, [this, &name](auto& waiting) {
    auto found = projections_.find(name);
    if (waiting.projection != name
        || (found != projections_.end()
            && !reaches(found->second.version, waiting.min_version)))
      return false;
    auto question = json::of_object();
    question.set("projection", name);
    *waiting.place = line_for(waiting.asked_by, query(question));
    return true;
  });
}

simple_answer simple_model::list() const {
  auto projections = json::of_array();
  for (auto& [name, projection] : projections_)
    projections.items.push_back(
      json::of_object()
        .set("name", name)
        .set("version", json::of_size(projection.version)));
  simple_answer result{"projection_list"};
  result.fields.set("projections", projections);
  return result;
}

simple_answer simple_model::remove(const json& body) {
  auto name = find_name(body, "projection");
  if (!name)
    return simple_error(12);
  auto found = projections_.find(*name);
  if (found == projections_.end())
    return simple_error(20);
  simple_answer result{"projection_deleted"};
  result.fields.set("projection", *name)
    .set("version", json::of_size(found->second.version));
  projections_.erase(found);
  answer_waiting(*name);
  return result;
}

simple_answer simple_model::change_subscription(const json& body,
                                                bool subscribe) {
  auto* event_types = find_of_kind(body, "event_types", kind::array);
  auto is_name
    = [](auto& type) { return type.is(kind::string) && !type.text.empty(); };
  if (event_types == nullptr || event_types->items.empty()
      || !std::ranges::all_of(event_types->items, is_name))
    return simple_error(12);
  return subscribe ? projector_.subscribe(*event_types)
                   : projector_.unsubscribe(*event_types);
}

simple_answer simple_model::take_event(const json& body) {
  auto event = read_event(body.find("event"), body);
  return event ? projector_.take(*event) : simple_error(12);
}

simple_answer simple_model::read_model(const json& body) const {
  auto name = find_name(body, "name");
  return name ? projector_.read(*name, body.find("key")) : simple_error(12);
}

simple_answer simple_model::initialise(const json& body) {
  auto node_id = find_name(body, "node_id");
  if (!node_id)
    return simple_error(12);
  if (!node_id_.empty())
    return simple_error(22);
  node_id_ = *node_id;
  envelopes_ = true;
  return {"init_ok"};
}

} // namespace projections::test
