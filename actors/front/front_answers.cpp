#include "projections/actors/front/front_answers.hpp"

#include "projections/actors/front/request_failure.hpp"

#include <utility>

namespace projections {

void read(reply_reader& reply, projection_content& out) {
  out.projection = reply.take_string("projection");
  out.version = reply.take_number("version");
  out.state = reply.take_last("state");
}

void read(reply_reader& reply, projection_version& out) {
  // A projection that was created or is listed has a `name`. How many events a
  // rebuild has processed is its version.
  auto name = reply.take_string("name");
  out.projection
    = name.empty() ? reply.take_string("projection") : std::move(name);
  reply.take("events_processed");
  out.version = reply.take_number("version");
}

void read(reply_reader& reply, projection_list& out) {
  for (element_cursor i{reply.take_last("projections")}; i.next();) {
    reply_reader item{i.value()};
    read(item, out.projections.emplace_back());
  }
}

void read(reply_reader& reply, event_processed& out) {
  out.id = reply.take_string("event_id");
  out.skipped = reply.take_string("reason");
  out.updated_models = reply.take_strings("updated_models");
}

void read(reply_reader& reply, subscription_changed& out) {
  out.event_types = reply.take_strings("event_types");
}

void read(reply_reader& reply, read_model_rows& out) {
  out.name = reply.take_string("name");
  out.version = reply.take_number("version");
  out.rows = reply.take_last("state");
}

void read(reply_reader& reply, node_status& out) {
  out.projections = reply.take_number("projections");
  out.requests = reply.take_number("requests");
  out.refused = reply.take_number("refused");
  out.updates = reply.take_number("updates");
  out.rebuilds = reply.take_number("rebuilds");
  out.events = reply.take_number("events");
  out.requests_in_flight = reply.take_number("requests_in_flight");
  out.bytes_in_flight = reply.take_number("bytes_in_flight");
  out.requests_per_second = reply.take_number("requests_per_second");
  out.actors_replaced = reply.take_number("actors_replaced");
  auto error = reply.take("last_error");
  if (error != "null")
    out.last_error = unescaped(unquoted(error));
}

caf::error error_in(reply_reader& reply) {
  auto number = reply.take_number("code");
  auto code = error_code::timeout;
  while (code != error_code::precondition_failed
         && static_cast<uint64_t>(wire_code(code)) != number)
    code = static_cast<error_code>(static_cast<uint8_t>(code) + 1);
  return request_failure(code, reply.take_string("text"));
}

} // namespace projections
