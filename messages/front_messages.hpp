// What programs ask the actors of a node inside their own actor system, one
// request a message. The front actor carries it out; users make the messages.
#pragma once

#include "messages/event_codec.hpp"

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
// other.

// -- named projections ---------------------------------------------------------

/// Asks to fold an event into a named projection, which begins as an empty
/// array if there is none. Answered with the content after it.
struct update_projection {
  std::string projection;
  /// JSON.
  std::string payload;
  /// Whether the answer carries the state, which is a copy of all of it.
  bool include_state = true;
};

/// Asks for the content of a named projection.
struct query_projection {
  std::string projection;
  /// The answer waits until so many events have been folded in.
  uint64_t min_version = 0;
  /// How long it may wait, in milliseconds.
  uint64_t timeout_ms = 1000;
};

/// The content of a named projection.
struct projection_content {
  std::string projection;
  /// How many events have been folded in.
  uint64_t version = 0;
  /// JSON, by default an array of rows; empty if it was not asked for.
  std::string state;
};

// -- the projector and its read models -------------------------------------------

/// Asks to hand an event on to the read models that it concerns, unless that
/// was done before.
struct process_event {
  /// By which the event is known when it comes again; if empty, that is its
  /// content.
  std::string id;
  std::string event_type;
  /// JSON.
  std::string payload;
};

/// What became of an event.
struct event_processed {
  /// As sent, or made of the content.
  std::string id;
  /// `already_processed` if nothing happened for that; empty otherwise.
  std::string skipped;
  /// The names of the read models that took it.
  std::vector<std::string> updated_models;
};

/// Asks for rows of a read model.
struct query_read_model {
  std::string name;
  /// JSON; empty for all rows.
  std::string key;
};

/// Rows of a read model, at least one if a key was asked for.
struct read_model_rows {
  std::string name;
  /// How many events the read model took.
  uint64_t version = 0;
  /// A JSON array.
  std::string rows;
};

// -- structs instead of JSON -------------------------------------------------------

/// Returns the JSON text of `x`, which is of a type that fields of events can
/// have. Throws `event_format_error` for a value that JSON cannot hold.
template <class T>
[[nodiscard]] std::string json_of(const T& x) {
  event_writer writer{{"value"}};
  value_codec<T>::write(writer, x);
  return writer.take();
}

/// Returns the value that `json` holds; `name` is what errors call it. Throws
/// `event_format_error` if it holds no `T`.
template <class T>
[[nodiscard]] T value_in(std::string_view name, std::string_view json) {
  event_reader reader{{name}, json};
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

/// Returns the request to process the event `x`, known by `id`. The type of the
/// event is its topic.
template <event E>
[[nodiscard]] process_event to_process(std::string id, const E& x) {
  return {std::move(id), std::string{event_type<E>::topic}, encode_event(x)};
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
