#include "messages/request_fields.hpp"

#include <utility>

#include "messages/json_text.hpp"

namespace projections {

namespace {

/// How much of a value an error text shows, in bytes.
constexpr size_t shown_bytes_max = 80;

/// The names of `field`, in its order.
constexpr std::array<std::string_view, size_t(field::unknown)> field_names{
  "type",        "msg_id",        "in_reply_to", "src",        "dest",
  "body",        "name",          "initial_state", "projection", "event",
  "events",      "include_state", "min_version", "timeout_ms", "event_types",
  "event_id",    "key",           "node_id",     "node_ids"};

/// The names of `event_field`, in its order.
constexpr std::array<std::string_view, size_t(event_field::unknown)>
  event_field_names{"event_type", "type",     "eventType", "event_data",
                    "payload",    "event_id", "id"};

template <size_t N>
size_t place_of(std::string_view name,
                const std::array<std::string_view, N>& names) {
  size_t i = 0;
  while (i < N && names[i] != name)
    ++i;
  return i;
}

/// Returns the first of the fields from `first` to `last` that is there, or
/// `unknown`.
event_field first_present(const event_fields& event, event_field first,
                          event_field last) {
  for (auto i = static_cast<uint8_t>(first); i <= static_cast<uint8_t>(last);
       ++i)
    if (!event.values[i].empty())
      return event_field{i};
  return event_field::unknown;
}

} // namespace

field field_of(std::string_view name) {
  return field(place_of(name, field_names));
}

event_field event_field_of(std::string_view name) {
  return event_field(place_of(name, event_field_names));
}

std::optional<field_problem> resolve(const event_fields& event,
                                     resolved_event& out) {
  auto name_of = [](event_field x) {
    return event_field_names[static_cast<size_t>(x)];
  };
  auto type = first_present(event, event_field::event_type,
                            event_field::eventType);
  if (type == event_field::unknown)
    return field_problem{"event_type", {}, {}};
  if (!is_name(event[type]))
    return field_problem{name_of(type), "a non-empty string", event[type]};
  auto data = first_present(event, event_field::event_data,
                            event_field::payload);
  if (data == event_field::unknown)
    return field_problem{"event_data", {}, {}};
  out.type = unquoted(event[type]);
  out.data = event[data];
  out.identity = event.identities[data == event_field::payload ? 1 : 0];
  out.id = {};
  for (auto id : {event_field::event_id, event_field::id}) {
    auto text = event[id];
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
