#include "projections/messages/protocol/request_values.hpp"

#include "projections/messages/json/json_text.hpp"
#include "projections/messages/text/short_text.hpp"

#include <initializer_list>

namespace projections {

namespace {

/// How much of a value an error text shows, in bytes.
constexpr size_t shown_bytes_max = 80;

/// The names of `request_key`, in its order.
constexpr std::array<std::string_view, size_t(request_key::unknown)>
  request_key_names{
    "src",         "key",           "type",         "dest",
    "body",        "name",          "event",        "msg_id",
    "events",      "node_id",       "event_id",     "node_ids",
    "projection",  "timeout_ms",    "in_reply_to",  "min_version",
    "event_types", "initial_state", "include_state"};

/// The names of `event_key`, in its order.
constexpr std::array<std::string_view, size_t(event_key::unknown)>
  event_key_names{"id",        "type",       "payload",   "event_id",
                  "eventType", "event_type", "event_data"};

/// No name of a field is longer, in bytes.
constexpr size_t name_bytes_max = 13;

/// For every length, the first of `names` (sorted by length) that is as long or
/// longer.
template <size_t N>
constexpr std::array<uint8_t, name_bytes_max + 2>
places_by_length(const std::array<std::string_view, N>& names) {
  std::array<uint8_t, name_bytes_max + 2> result{};
  for (size_t length = 0; length < result.size(); ++length)
    for (auto& name : names)
      if (name.size() < length)
        ++result[length];
  return result;
}

constexpr auto request_key_places = places_by_length(request_key_names);
constexpr auto event_key_places = places_by_length(event_key_names);

/// Returns the place of `name` among `names`, or the place behind all.
template <size_t N>
size_t place_of(std::string_view name,
                const std::array<std::string_view, N>& names,
                const std::array<uint8_t, name_bytes_max + 2>& places) {
  if (name.empty() || name.size() > name_bytes_max)
    return N;
  for (size_t i = places[name.size()]; i < places[name.size() + 1]; ++i)
    if (short_equal(names[i], name))
      return i;
  return N;
}

/// Returns the first of the fields that is there, or `unknown`.
event_key first_present(const event_values& event,
                        std::initializer_list<event_key> fields) {
  for (auto x : fields)
    if (!event.values[x].empty())
      return x;
  return event_key::unknown;
}

} // namespace

request_key request_key_of(std::string_view name) {
  return request_key(place_of(name, request_key_names, request_key_places));
}

event_key event_key_of(std::string_view name) {
  return event_key(place_of(name, event_key_names, event_key_places));
}

std::optional<field_problem> resolve(const event_values& event,
                                     resolved_event& out) {
  auto name_of
    = [](event_key x) { return event_key_names[static_cast<size_t>(x)]; };
  auto type = first_present(
    event, {event_key::event_type, event_key::type, event_key::eventType});
  if (type == event_key::unknown)
    return field_problem{"event_type", {}, {}};
  if (!is_name(event.values[type]))
    return field_problem{name_of(type), "a non-empty string",
                         event.values[type]};
  auto data = first_present(event, {event_key::event_data, event_key::payload});
  if (data == event_key::unknown)
    return field_problem{"event_data", {}, {}};
  out.type = unquoted(event.values[type]);
  out.data = event.values[data];
  out.identity = event.identities[data == event_key::payload ? 1 : 0];
  out.id = {};
  for (auto id : {event_key::event_id, event_key::id}) {
    auto text = event.values[id];
    if (text.empty() || text == "null")
      continue;
    if (!is_name(text))
      return field_problem{name_of(id), "a non-empty string or null", text};
    out.id = unquoted(text);
    break;
  }
  return std::nullopt;
}

std::string describe(const field_problem& problem, std::string_view path) {
  std::string quoted{"\""};
  quoted += path;
  if (!path.empty() && !problem.name.empty())
    quoted += '.';
  quoted += problem.name;
  quoted += '"';
  if (problem.expected.empty())
    return "missing field " + quoted;
  std::string result{"field "};
  result += quoted;
  result += " must be ";
  result += problem.expected;
  if (!problem.found.empty()) {
    result += ", not ";
    result += cut_short(problem.found);
  }
  return result;
}

bool is_name(std::string_view text) {
  return text.size() > 2 && kind_of(text) == json_kind::string;
}

std::string cut_short(std::string_view text) {
  if (text.size() <= shown_bytes_max)
    return std::string{text};
  auto end = shown_bytes_max;
  // A byte 10xxxxxx continues a character.
  while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  std::string result{text.substr(0, end)};
  result += "...";
  return result;
}

} // namespace projections
