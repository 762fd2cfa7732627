// What a request looks like before anybody asks what it means: the values of
// the keys that the protocol knows. Between the handler and the interpreter of
// the decoder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace projections {

/// The keys of a request or its envelope, by the length of their names.
enum class request_key : uint8_t {
  src,
  key,
  type,
  dest,
  body,
  name,
  event,
  msg_id,
  events,
  node_id,
  event_id,
  node_ids,
  projection,
  timeout_ms,
  in_reply_to,
  min_version,
  event_types,
  initial_state,
  include_state,
  unknown,
};

/// The keys of an event, by the length of their names.
enum class event_key : uint8_t {
  id,
  type,
  payload,
  event_id,
  eventType,
  event_type,
  event_data,
  unknown,
};

/// Returns the key that `name` (unescaped) stands for.
[[nodiscard]] request_key request_key_of(std::string_view name);

/// Returns the key of an event that `name` (unescaped) stands for.
[[nodiscard]] event_key event_key_of(std::string_view name);

/// The values of the known keys of one object, normalised. Emptying it costs
/// nothing, however many keys there are.
template <class Key>
class value_table {
public:
  void clear() {
    present_ = 0;
  }

  /// Makes `value` the one of `key`; an empty one takes it out.
  void set(Key key, std::string_view value) {
    auto place = static_cast<size_t>(key);
    values_[place] = value;
    present_ = (present_ & ~(1u << place))
               | static_cast<uint32_t>(!value.empty()) << place;
  }

  /// Returns the value of `key`; empty if there is none.
  [[nodiscard]] std::string_view operator[](Key key) const {
    auto place = static_cast<size_t>(key);
    return (present_ >> place & 1) != 0 ? values_[place] : std::string_view{};
  }

private:
  static_assert(static_cast<size_t>(Key::unknown) <= 32);

  uint32_t present_ = 0;
  std::array<std::string_view, static_cast<size_t>(Key::unknown)> values_;
};

/// The values of one event.
struct event_values {
  void clear() {
    values.clear();
  }

  value_table<event_key> values;

  /// The identities of `event_data` and `payload`; empty if they have none, and
  /// of no meaning where the field is absent.
  std::array<std::string_view, 2> identities;
};

/// What is wrong with a field.
struct field_problem {
  /// The name of the field within its object.
  std::string_view name;
  /// What it must be; empty if it is missing.
  std::string_view expected;
  /// Its normalised text.
  std::string_view found;
};

/// The values of one object of a request. For `event`, `events` and `body`
/// there is text only where they are not what they should be: an object, an
/// array, an object.
struct request_values {
  void clear() {
    values.clear();
    has_event = false;
    has_events = false;
  }

  [[nodiscard]] std::string_view operator[](request_key x) const {
    return values[x];
  }

  value_table<request_key> values;

  /// Whether `event` is an object, and what is in it.
  bool has_event = false;
  event_values event;

  /// Whether `events` is an array, and which part of the chunk's events it is.
  bool has_events = false;
  uint32_t first_event = 0;
  uint32_t event_count = 0;

  /// What is wrong with the first element of `events` that is no event; empty
  /// if they all are.
  std::string events_problem;
};

/// An event as its accepted spellings resolve to.
struct resolved_event {
  std::string_view type;
  std::string_view data;
  std::string_view identity;
  /// Empty if it has none of its own.
  std::string_view id;
};

/// Resolves the spellings of `event`. Returns what is wrong with it, if
/// anything is.
[[nodiscard]] std::optional<field_problem> resolve(const event_values& event,
                                                   resolved_event& out);

/// Says `problem` in words: `missing field "path.name"` or `field "path.name"
/// must be <expected>, not <found>`. An empty `path` is that of the request.
[[nodiscard]] std::string describe(const field_problem& problem,
                                   std::string_view path = {});

/// Returns whether `text` is a string with something in it.
[[nodiscard]] bool is_name(std::string_view text);

/// Returns at most 80 bytes of `text`, valid UTF-8, with dots where it was cut.
[[nodiscard]] std::string cut_short(std::string_view text);

} // namespace projections
