// What can be wrong with a recorded event, as exceptions that say which event
// it is. Thrown by the codec of events and by what sorts events by topic.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace projections {

/// Which event something is said of. Its views live only as long as the event.
struct event_place {
  std::string_view topic;

  /// The stream and the version in it, from 1.
  std::string_view stream = {};
  int64_t version = 0;

  /// The position in the log; 0 for an event that is not recorded yet.
  int64_t position = 0;
};

/// Returns `place` in words: `event "T" at position 7 (version 2 of stream
/// "S")`, or `new event "T"`.
[[nodiscard]] std::string describe(const event_place& place);

/// The data of an event is not what its type says. The text names the event,
/// the member and what was found.
class event_format_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// An event has a topic that nobody here knows. The text names the topic and
/// the event.
class unknown_topic : public std::runtime_error {
public:
  /// `hint`, if there is one, says what topics would have been known.
  explicit unknown_topic(const event_place& place, std::string_view hint = {});

  /// The topic that is not known.
  [[nodiscard]] const std::string& topic() const noexcept {
    return topic_;
  }

private:
  std::string topic_;
};

} // namespace projections
