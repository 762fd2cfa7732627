#include "projections/messages/protocol/request_interpreter.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

namespace projections {

namespace {

constexpr std::string_view a_name = "a non-empty string";
constexpr std::string_view an_integer = "an integer of at least 0";

/// Reads the fields of one request. Its functions return false, and note what
/// is wrong, if a field is missing or of the wrong kind.
class interpreter {
public:
  interpreter(request_values& fields, request& out)
    : fields_(fields), out_(out) {
    // nop
  }

  /// Reads what every kind of request has, and then what this kind has.
  bool read();

  /// Returns what is wrong.
  std::string&& problem() && {
    return std::move(problem_);
  }

private:
  bool read_create() {
    out_.kind = request_kind::create_projection;
    out_.value = fields_[request_key::initial_state];
    if (out_.value.empty())
      out_.value = "[]";
    return read_name("name", request_key::name);
  }

  bool read_update() {
    out_.kind = request_kind::update_projection;
    return read_name("projection", request_key::projection) && read_event()
           && read_include_state();
  }

  bool read_rebuild() {
    out_.kind = request_kind::rebuild_projection;
    return read_name("projection", request_key::projection) && read_events();
  }

  bool read_query() {
    out_.kind = request_kind::query_projection;
    out_.has_min_version = !fields_[request_key::min_version].empty();
    return read_name("projection", request_key::projection)
           && read_integer("min_version", request_key::min_version,
                           out_.min_version)
           && read_integer("timeout_ms", request_key::timeout_ms,
                           out_.timeout_ms);
  }

  bool read_list() {
    out_.kind = request_kind::list_projections;
    return true;
  }

  bool read_delete() {
    out_.kind = request_kind::delete_projection;
    return read_name("projection", request_key::projection);
  }

  bool read_subscribe() {
    out_.kind = request_kind::subscribe;
    return read_event_types();
  }

  bool read_unsubscribe() {
    out_.kind = request_kind::unsubscribe;
    return read_event_types();
  }

  bool read_process_event() {
    out_.kind = request_kind::process_event;
    return read_event() && read_body_event_id();
  }

  bool read_query_read_model() {
    out_.kind = request_kind::query_read_model;
    out_.value = fields_[request_key::key];
    return read_name("name", request_key::name);
  }

  bool read_init() {
    out_.kind = request_kind::init;
    auto ids = fields_[request_key::node_ids];
    if (!ids.empty() && kind_of(ids) != json_kind::array)
      return wrong("node_ids", "an array", ids);
    return read_name("node_id", request_key::node_id);
  }

  bool read_status() {
    out_.kind = request_kind::get_status;
    return true;
  }

  bool read_msg_id();
  bool read_name(std::string_view name, request_key x);
  bool read_integer(std::string_view name, request_key x, uint64_t& out);
  bool read_include_state();
  bool read_event();
  bool read_events();
  bool read_body_event_id();
  bool read_event_types();

  bool missing(std::string_view name) {
    problem_ = describe(field_problem{name, {}, {}});
    return false;
  }

  bool wrong(std::string_view name, std::string_view expected,
             std::string_view found) {
    problem_ = describe(field_problem{name, expected, found});
    return false;
  }

  struct kind_row {
    std::string_view type;
    bool (interpreter::*read)();
  };

  /// The types of requests, the frequent ones first.
  static constexpr std::array<kind_row, 12> kinds{{
    {"update", &interpreter::read_update},
    {"event", &interpreter::read_process_event},
    {"query", &interpreter::read_query},
    {"create", &interpreter::read_create},
    {"rebuild", &interpreter::read_rebuild},
    {"read_model", &interpreter::read_query_read_model},
    {"list", &interpreter::read_list},
    {"delete", &interpreter::read_delete},
    {"subscribe", &interpreter::read_subscribe},
    {"unsubscribe", &interpreter::read_unsubscribe},
    {"init", &interpreter::read_init},
    {"status", &interpreter::read_status},
  }};

  request_values& fields_;
  request& out_;
  std::string problem_;
};

bool interpreter::read() {
  out_.error = error_code::malformed_request;
  if (!read_msg_id())
    return false;
  auto type = fields_[request_key::type];
  if (type.empty())
    return missing("type");
  if (!is_name(type))
    return wrong("type", a_name, type);
  for (auto& row : kinds)
    if (row.type == unquoted(type))
      return (this->*row.read)();
  out_.error = error_code::not_supported;
  problem_ = "unknown type " + cut_short(type);
  return false;
}

bool interpreter::read_msg_id() {
  auto text = fields_[request_key::msg_id];
  if (text.empty())
    return true;
  if (kind_of(text) != json_kind::number || !is_integer(text))
    return wrong("msg_id", "an integer", text);
  out_.msg_id = text;
  return true;
}

bool interpreter::read_name(std::string_view name, request_key x) {
  auto text = fields_[x];
  if (text.empty())
    return missing(name);
  if (!is_name(text))
    return wrong(name, a_name, text);
  out_.name = unquoted(text);
  return true;
}

/// Leaves `out` alone if the field is absent. What is too large for 64 bits
/// becomes the largest number of 64 bits.
bool interpreter::read_integer(std::string_view name, request_key x,
                               uint64_t& out) {
  auto text = fields_[x];
  if (text.empty())
    return true;
  if (kind_of(text) != json_kind::number || !is_integer(text)
      || (text.front() == '-' && text != "-0"))
    return wrong(name, an_integer, text);
  if (text.front() == '-')
    text.remove_prefix(1);
  auto end = text.data() + text.size();
  if (std::from_chars(text.data(), end, out).ec
      == std::errc::result_out_of_range)
    out = UINT64_MAX;
  return true;
}

bool interpreter::read_include_state() {
  auto text = fields_[request_key::include_state];
  if (text.empty())
    return true;
  if (kind_of(text) != json_kind::boolean)
    return wrong("include_state", "true or false", text);
  out_.include_state = text == "true";
  return true;
}

bool interpreter::read_event() {
  if (!fields_.has_event) {
    auto text = fields_[request_key::event];
    return text.empty() ? missing("event") : wrong("event", "an object", text);
  }
  resolved_event event;
  if (auto problem = resolve(fields_.event, event)) {
    problem_ = describe(*problem, "event");
    return false;
  }
  out_.event_type = event.type;
  out_.event_id = event.id;
  out_.value = event.data;
  out_.identity = event.identity;
  return true;
}

bool interpreter::read_events() {
  if (!fields_.has_events) {
    auto text = fields_[request_key::events];
    return text.empty() ? missing("events") : wrong("events", "an array", text);
  }
  if (!fields_.events_problem.empty()) {
    problem_ = std::move(fields_.events_problem);
    return false;
  }
  out_.first_event = fields_.first_event;
  out_.event_count = fields_.event_count;
  return true;
}

/// Takes the body's `event_id` where the event has none of its own.
bool interpreter::read_body_event_id() {
  auto text = fields_[request_key::event_id];
  if (!out_.event_id.empty() || text.empty() || text == "null")
    return true;
  if (!is_name(text))
    return wrong("event_id", "a non-empty string or null", text);
  out_.event_id = unquoted(text);
  return true;
}

bool interpreter::read_event_types() {
  auto text = fields_[request_key::event_types];
  if (text.empty())
    return missing("event_types");
  auto valid = kind_of(text) == json_kind::array && text != "[]";
  if (valid)
    for (element_cursor i{text}; valid && i.next();)
      valid = is_name(i.value());
  if (!valid)
    return wrong("event_types", "an array of at least one non-empty string",
                 text);
  out_.value = text;
  return true;
}

/// Makes `out` a refused request, with the text `problem`.
void refuse(chunk& in, request& out, const std::string& problem) {
  out.kind = request_kind::refused;
  in.texts.push_back(escaped(problem));
  out.name = in.texts.back();
}

std::string_view string_or_nothing(std::string_view text) {
  return !text.empty() && kind_of(text) == json_kind::string
           ? text
           : std::string_view{};
}

} // namespace

void interpret(chunk& in, request_sax_handler& from) {
  auto& out = in.requests.emplace_back();
  auto& outer = from.outer();
  auto body = outer[request_key::body];
  out.enveloped = from.has_inner() || !body.empty();
  if (out.enveloped) {
    out.source = string_or_nothing(outer[request_key::src]);
    out.destination = string_or_nothing(outer[request_key::dest]);
  }
  if (!body.empty()) {
    out.error = error_code::malformed_request;
    refuse(in, out, describe(field_problem{"body", "an object", body}));
    return;
  }
  auto& fields = from.has_inner() ? from.inner() : outer;
  if (!fields[request_key::in_reply_to].empty()) {
    out.kind = request_kind::stray_reply;
    return;
  }
  interpreter reading{fields, out};
  if (!reading.read())
    refuse(in, out, std::move(reading).problem());
}

} // namespace projections
