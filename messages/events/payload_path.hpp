// Where in an event a codec is, for its errors. Both directions of the codec
// keep one.
#pragma once

#include "projections/messages/events/event_error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace projections {

/// The members and elements that lead to the value at hand. They live on the
/// stack of those who read or write them, so that a path costs nothing as long
/// as nothing is wrong. Not thread-safe.
class payload_path {
public:
  explicit payload_path(const event_place& event) : event_(event) {
    // nop
  }

  /// A member or an element, for as long as it is read or written.
  class step {
  public:
    step(payload_path& path, std::string_view member)
      : step(path, member, 0, false) {
      // nop
    }

    step(payload_path& path, size_t index) : step(path, {}, index, true) {
      // nop
    }

    step(const step&) = delete;
    step& operator=(const step&) = delete;

    ~step() {
      path_.last_ = before_;
    }

  private:
    friend class payload_path;

    step(payload_path& path, std::string_view member, size_t index,
         bool is_element)
      : path_(path), before_(path.last_), member_(member), index_(index),
        is_element_(is_element) {
      path.last_ = this;
    }

    payload_path& path_;
    const step* before_;
    std::string_view member_;
    size_t index_;
    bool is_element_;
  };

  // -- inspectors --------------------------------------------------------------

  /// Throws an `event_format_error` that names the event and the current
  /// member, as in `member "tricks[2]": <problem>`.
  [[noreturn]] void fail(std::string_view problem) const;

  /// Throws an `event_format_error` that says that the current member is
  /// missing.
  [[noreturn]] void fail_missing() const;

  /// Throws an `event_format_error` that says `problem` of the whole event.
  [[noreturn]] void fail_whole(std::string_view problem) const;

private:
  [[nodiscard]] std::string text() const;

  event_place event_;
  const step* last_ = nullptr;
};

} // namespace projections
