// The interface by which programs talk to the actors of a node inside their own
// actor system, or inside that of another process.
#pragma once

#include "projections/messages/interfaces/caf_compat.hpp"
#include "projections/messages/interfaces/front_messages.hpp"

#include <string_view>
#include <tuple>

namespace projections {

/// What the front actor takes, and what `More` says.
template <class... More>
using front_interface = compat::typed_interface<
  // Makes a named projection.
  projection_version(create_projection),
  // Folds an event into a named projection.
  projection_content(update_projection),
  // Folds a named projection anew.
  projection_version(rebuild_projection),
  // Gives the content of a named projection, waiting for a version if asked to.
  projection_content(query_projection),
  // Names all named projections.
  projection_list(list_projections),
  // Forgets a named projection.
  projection_version(delete_projection),
  // Takes events of more types.
  subscription_changed(subscribe_to),
  // Takes events of fewer types.
  subscription_changed(unsubscribe_from),
  // Hands an event on to the read models.
  event_processed(process_event),
  // Gives rows of a read model.
  read_model_rows(query_read_model),
  // Tells how all of them are doing.
  node_status(get_node_status), More...>;

/// Carries out single requests by the rules of `docs/protocol.md`, those of one
/// sender in order; only queries that wait for a version are overtaken. What is
/// refused is answered with an error that has the protocol's words and code
/// (`code_of` in `actors/front/request_failure.hpp`). Messages can come from
/// other processes.
using front_actor = front_interface<>;

// -- to other processes --------------------------------------------------------

/// What a message is called, and its fields in order.
template <class... Fields>
struct message_shape {
  const char* name;
  std::tuple<Fields...> fields;
};

/// Returns the shape of the message called `name`.
template <class... Fields>
constexpr message_shape<Fields...> shape(const char* name, Fields... fields) {
  return {name, {fields...}};
}

/// The shape of a message that can go to other processes.
template <class Message>
inline constexpr auto shape_of = nullptr;

template <>
inline constexpr auto shape_of<create_projection> = shape(
  "create_projection", field("projection", &create_projection::projection),
  field("initial_state", &create_projection::initial_state));

template <>
inline constexpr auto shape_of<update_projection> = shape(
  "update_projection", field("projection", &update_projection::projection),
  field("payload", &update_projection::payload),
  field("include_state", &update_projection::include_state));

template <>
inline constexpr auto shape_of<rebuild_projection> = shape(
  "rebuild_projection", field("projection", &rebuild_projection::projection),
  field("payloads", &rebuild_projection::payloads));

template <>
inline constexpr auto shape_of<query_projection> = shape(
  "query_projection", field("projection", &query_projection::projection),
  field("min_version", &query_projection::min_version),
  field("timeout_ms", &query_projection::timeout_ms));

template <>
inline constexpr auto shape_of<list_projections> = shape("list_projections");

template <>
inline constexpr auto shape_of<delete_projection> = shape(
  "delete_projection", field("projection", &delete_projection::projection));

template <>
inline constexpr auto shape_of<projection_content> = shape(
  "projection_content", field("projection", &projection_content::projection),
  field("version", &projection_content::version),
  field("state", &projection_content::state));

template <>
inline constexpr auto shape_of<projection_version> = shape(
  "projection_version", field("projection", &projection_version::projection),
  field("version", &projection_version::version));

template <>
inline constexpr auto shape_of<projection_list> = shape(
  "projection_list", field("projections", &projection_list::projections));

template <>
inline constexpr auto shape_of<process_event> = shape(
  "process_event", field("id", &process_event::id),
  field("event_type", &process_event::event_type),
  field("payload", &process_event::payload));

template <>
inline constexpr auto shape_of<subscribe_to> = shape(
  "subscribe_to", field("event_types", &subscribe_to::event_types));

template <>
inline constexpr auto shape_of<unsubscribe_from> = shape(
  "unsubscribe_from", field("event_types", &unsubscribe_from::event_types));

template <>
inline constexpr auto shape_of<query_read_model> = shape(
  "query_read_model", field("name", &query_read_model::name),
  field("key", &query_read_model::key));

template <>
inline constexpr auto shape_of<event_processed> = shape(
  "event_processed", field("id", &event_processed::id),
  field("skipped", &event_processed::skipped),
  field("updated_models", &event_processed::updated_models));

template <>
inline constexpr auto shape_of<subscription_changed> = shape(
  "subscription_changed",
  field("event_types", &subscription_changed::event_types));

template <>
inline constexpr auto shape_of<read_model_rows> = shape(
  "read_model_rows", field("name", &read_model_rows::name),
  field("version", &read_model_rows::version),
  field("rows", &read_model_rows::rows));

template <>
inline constexpr auto shape_of<get_node_status> = shape("get_node_status");

template <>
inline constexpr auto shape_of<node_status> = shape(
  "node_status", field("projections", &node_status::projections),
  field("requests", &node_status::requests),
  field("refused", &node_status::refused),
  field("updates", &node_status::updates),
  field("rebuilds", &node_status::rebuilds),
  field("events", &node_status::events),
  field("requests_in_flight", &node_status::requests_in_flight),
  field("bytes_in_flight", &node_status::bytes_in_flight),
  field("requests_per_second", &node_status::requests_per_second),
  field("actors_replaced", &node_status::actors_replaced),
  field("last_error", &node_status::last_error));

/// A message that can go to other processes.
template <class T>
concept travelling_message = requires {
  shape_of<T>.fields;
};

/// Writes or reads a message by its shape, as CAF asks for it.
template <class Inspector, travelling_message T>
auto inspect(Inspector& f, T& x) {
  return std::apply(
    [&](const auto&... fields) {
      return compat::inspect_fields(
        f, x, shape_of<T>.name,
        compat::named_field{fields.name.data(), x.*fields.member}...);
    },
    shape_of<T>.fields);
}

} // namespace projections
