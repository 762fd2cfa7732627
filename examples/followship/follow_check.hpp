// Looks whether everybody who was followed has been told so, once. The example
// followship ends with it.
#pragma once

#include "examples/followship/followship.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace social {

/// What should be, against what is. Not thread-safe.
class follow_check {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Compares all `Followed` in the log with all `WasFollowed`. Keeps both in
  /// memory.
  void check_log(event_store& log) {
    for (log_position after = log_start;;) {
      auto slice
        = log.read_all(after, slice_events, followship::events::topics());
      for (auto& x : slice.events)
        followship::events::visit(x,
                                  [&](const auto& event) { count(x, event); });
      after = slice.read_to;
      if (slice.at_head)
        break;
    }
    for (auto& [pair, times] : told_) {
      auto text = "that " + hex_of(pair.first) + " follows "
                  + hex_of(pair.second) + " is told "
                  + std::to_string(times.was_followed) + " times, not "
                  + std::to_string(times.followed);
      if (times.was_followed < times.followed)
        complain(lost_, text);
      else if (times.was_followed > times.followed)
        complain(doubled_, text);
    }
  }

  /// Compares the followships of `user` with what was asked for: `following`
  /// and `followers`, in any order.
  void check_user(const followship& user, std::vector<uuid> following,
                  std::vector<uuid> followers) {
    compare(user, "follows", user.following(), std::move(following));
    compare(user, "is followed by", user.followers(), std::move(followers));
  }

  // -- inspectors --------------------------------------------------------------

  /// How many events of each kind are in the log.
  [[nodiscard]] size_t followed_events() const {
    return followed_;
  }
  [[nodiscard]] size_t was_followed_events() const {
    return was_followed_;
  }

  /// Returns what is wrong, in a line; empty if nothing is.
  [[nodiscard]] std::string problem() const {
    if (example_.empty())
      return {};
    return std::to_string(lost_) + " lost, " + std::to_string(doubled_)
           + " doubled, " + std::to_string(users_) + " lists of users wrong; "
           + example_;
  }

private:
  static constexpr size_t slice_events = 1000;

  struct count_of_pair {
    size_t followed = 0;
    size_t was_followed = 0;
  };

  /// Counts `x`, if it is in the stream where it belongs.
  void count(const recorded_event& at, const followed& x) {
    ++followed_;
    if (at.stream == hex_of(x.who))
      ++told_[{x.who, x.whom}].followed;
  }

  void count(const recorded_event& at, const was_followed& x) {
    ++was_followed_;
    if (at.stream == hex_of(x.whom))
      ++told_[{x.who, x.whom}].was_followed;
  }

  void compare(const followship& user, std::string_view what,
               std::vector<uuid> found, std::vector<uuid> expected) {
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    if (found != expected)
      complain(users_, "user " + user.stream() + ' ' + std::string{what} + ' '
                         + std::to_string(found.size())
                         + " users, and should be "
                         + std::to_string(expected.size()) + " or other ones");
  }

  void complain(size_t& number, const std::string& text) {
    ++number;
    if (example_.empty())
      example_ = "for example, " + text;
  }

  std::map<std::pair<uuid, uuid>, count_of_pair> told_;
  size_t followed_ = 0;
  size_t was_followed_ = 0;
  size_t lost_ = 0;
  size_t doubled_ = 0;
  size_t users_ = 0;
  std::string example_;
};

} // namespace social
