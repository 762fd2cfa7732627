// What programs ask the actors of a node inside their own actor system, one
// request a message. The front actor carries it out; users make the messages.
#pragma once

#include "projections/messages/events/event_codec.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace projections {

// States, payloads, keys and rows can be any JSON, so the messages have them as
// text. A program with structs for them, which have an `event_type` as events
// have, need not write any: the functions beside the messages turn one into the
// other. Every request names the type of its `answer`.

struct projection_content;
struct projection_version;
struct projection_list;
struct event_processed;
struct subscription_changed;
struct read_model_rows;
struct node_status;

// -- named projections ---------------------------------------------------------

/// Asks to make a named projection.
struct create_projection {
  using answer = projection_version;

  std::string projection;
  /// JSON; empty for an empty array.
  std::string initial_state = {};
};

/// Asks to fold an event into a named projection, which begins as an empty
/// array if there is none. Answered with the content after it.
struct update_projection {
  using answer = projection_content;

  std::string projection;
  /// JSON.
  std::string payload;
  /// Whether the answer carries the state, which is a copy of all of it.
  bool include_state = true;
};

/// Asks to put a named projection back to its initial state, or to make it, and
/// to fold events into it. If one of them is malformed, nothing is done.
struct rebuild_projection {
  using answer = projection_version;

  std::string projection;
  /// JSON each; together they may be as long as a single payload.
  std::vector<std::string> payloads;
};

/// Asks for the content of a named projection.
struct query_projection {
  using answer = projection_content;

  std::string projection;
  /// The answer waits until so many events have been folded in.
  uint64_t min_version = 0;
  /// How long it may wait, in milliseconds.
  uint64_t timeout_ms = 1000;
};

/// Asks which named projections there are.
struct list_projections {
  using answer = projection_list;
};

/// Asks to forget a named projection. Answered with its last version.
struct delete_projection {
  using answer = projection_version;

  std::string projection;
};

/// The content of a named projection.
struct projection_content {
  std::string projection;
  /// How many events have been folded in.
  uint64_t version = 0;
  /// JSON, by default an array of rows; empty if it was not asked for.
  std::string state;
};

/// How far a named projection has come.
struct projection_version {
  std::string projection;
  /// How many events have been folded in since it was made or rebuilt.
  uint64_t version = 0;
};

/// All named projections, in the order of the bytes of their names.
struct projection_list {
  std::vector<projection_version> projections;
};

// -- the projector and its read models -------------------------------------------

/// Asks to hand an event on to the read models that it concerns, unless that
/// was done before.
struct process_event {
  using answer = event_processed;

  /// By which the event is known when it comes again; if empty, that is its
  /// content.
  std::string id;
  std::string event_type;
  /// JSON.
  std::string payload;
};

/// Asks to take events of these types, of which there is at least one, too.
/// Before the first such request, events of every type are taken.
struct subscribe_to {
  using answer = subscription_changed;

  std::vector<std::string> event_types;
};

/// Asks to take events of these types, of which there is at least one, no more.
/// Before the first `subscribe_to`, that changes nothing.
struct unsubscribe_from {
  using answer = subscription_changed;

  std::vector<std::string> event_types;
};

/// Asks for rows of a read model.
struct query_read_model {
  using answer = read_model_rows;

  std::string name;
  /// JSON; empty for all rows.
  std::string key;
};

/// What became of an event.
struct event_processed {
  /// As sent, or made of the content.
  std::string id;
  /// `already_processed` or `not_subscribed` if nothing happened for that;
  /// empty otherwise.
  std::string skipped;
  /// The names of the read models that took it.
  std::vector<std::string> updated_models;
};

/// What was subscribed to or unsubscribed from, as sent.
struct subscription_changed {
  std::vector<std::string> event_types;
};

/// Rows of a read model, at least one if a key was asked for.
struct read_model_rows {
  std::string name;
  /// How many events the read model took.
  uint64_t version = 0;
  /// A JSON array.
  std::string rows;
};

// -- the whole -------------------------------------------------------------------

/// Asks how the actors of the node are doing.
struct get_node_status {
  using answer = node_status;
};

/// Figures since the actors were made, this request left out. What each counts
/// is said below "Status" in `docs/protocol.md`.
struct node_status {
  uint64_t projections = 0;
  uint64_t requests = 0;
  uint64_t refused = 0;
  uint64_t updates = 0;
  uint64_t rebuilds = 0;
  uint64_t events = 0;
  uint64_t requests_in_flight = 0;
  uint64_t bytes_in_flight = 0;
  uint64_t requests_per_second = 0;
  uint64_t actors_replaced = 0;
  /// Empty if there was none.
  std::string last_error;
};

// -- structs instead of JSON -------------------------------------------------------

/// Returns the JSON text of `x`, which is of a type that fields of events can
/// have. Throws `event_format_error` for a value that JSON cannot hold.
template <class T>
[[nodiscard]] std::string json_of(const T& x) {
  payload_writer writer{{"value"}};
  value_codec<T>::write(writer, x);
  return writer.take();
}

/// Returns the value that `json` holds; `name` is what errors call it. Throws
/// `event_format_error` if it holds no `T`.
template <class T>
[[nodiscard]] T value_in(std::string_view name, std::string_view json) {
  payload_reader reader{{name}, json};
  try {
    T result{};
    value_codec<T>::read(reader, result);
    reader.finish();
    return result;
  } catch (const json_syntax_error& e) {
    reader.fail_syntax(e);
  }
}

/// Returns the request to fold `x` into the projection called `projection`.
template <has_fields T>
[[nodiscard]] update_projection update(std::string projection, const T& x) {
  return {std::move(projection), json_of(x)};
}

/// Returns the request to make the projection called `projection`, which begins
/// as `x`: a struct, or a vector of them.
template <class T>
[[nodiscard]] create_projection create(std::string projection, const T& x) {
  return {std::move(projection), json_of(x)};
}

/// Returns the request to rebuild the projection called `projection` of `xs`.
template <has_fields T>
[[nodiscard]] rebuild_projection rebuild(std::string projection,
                                         const std::vector<T>& xs) {
  rebuild_projection result{std::move(projection), {}};
  result.payloads.reserve(xs.size());
  for (auto& x : xs)
    result.payloads.push_back(json_of(x));
  return result;
}

/// Returns the request to process the event `x`, known by `id`. The type of the
/// event is its topic.
template <event E>
[[nodiscard]] process_event to_process(std::string id, const E& x) {
  return {std::move(id), std::string{event_type<E>::topic}, encode_event(x)};
}

/// Returns the request to take events of the types `Events`, too.
template <event... Events>
[[nodiscard]] subscribe_to subscribe() {
  return {{std::string{event_type<Events>::topic}...}};
}

/// Returns the request to take events of the types `Events` no more.
template <event... Events>
[[nodiscard]] unsubscribe_from unsubscribe() {
  return {{std::string{event_type<Events>::topic}...}};
}

/// Returns the request for the rows of the read model called `name` that are
/// found by `key`.
template <class T>
[[nodiscard]] query_read_model find_rows(std::string name, const T& key) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>)
    return {std::move(name), json_of(std::string{key})};
  else
    return {std::move(name), json_of(key)};
}

/// Returns the rows of `x` as structs; members that they do not have are left
/// out. Throws `event_format_error` if there is a row that is no `Row`.
template <class Row>
[[nodiscard]] std::vector<Row> rows_of(const read_model_rows& x) {
  return value_in<std::vector<Row>>(x.name, x.rows);
}

/// Does the same for a projection whose state is an array.
template <class Row>
[[nodiscard]] std::vector<Row> rows_of(const projection_content& x) {
  return value_in<std::vector<Row>>(x.projection, x.state);
}

} // namespace projections
