// A place in the log at which runners read together: what was read there
// lately, and who waits for more. The log reader has two: one follows the head,
// the other those who catch up.
#pragma once

#include "projections/actors/log/waiting_reads.hpp"
#include "projections/storage/log/log_window.hpp"

#include <cstddef>
#include <cstdint>

namespace projections {

/// Hands out what is read for many at once. Knows nothing of the store; not
/// thread-safe.
class shared_reading {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Begins anew behind `position`. Nobody must wait here.
  void open(log_position position, uint64_t use);

  /// Takes a request that has to do with this place. Answers it if there is
  /// something to say: events that it wants, or, if `tells_nothing_at_once` or
  /// somebody waits for the position, that there are none. Else keeps it.
  void take(waiting_read x, bool tells_nothing_at_once, uint64_t use);

  /// Adds what was read of all topics right after `window().end()`, and, as
  /// soon as that is worthwhile, answers those that it concerns.
  void add(log_window::slice_ptr slice, bool tells_nothing_at_once);

  /// Goes on with `slice`, which was read only for the one that waits here.
  void skip_to(log_window::slice_ptr slice);

  /// Answers those that wait for what was added last.
  void offer(bool tells_nothing_at_once);

  /// Tells one of those that have not been told for longest how far was looked.
  /// Returns false if all know.
  bool tell_one();

  /// Notes that somebody waits for `position` at `reader`.
  void hasten(const caf::strong_actor_ptr& reader, log_position position);

  /// Notes that there may be more to read.
  void expect_more() {
    window_.set_at_head(false);
  }

  /// Those that wait.
  waiting_reads& waiting() {
    return waiting_;
  }

  // -- inspectors --------------------------------------------------------------

  [[nodiscard]] const waiting_reads& waiting() const {
    return waiting_;
  }

  [[nodiscard]] const log_window& window() const {
    return window_;
  }

  /// Returns whether it stands for a place.
  [[nodiscard]] bool is_open() const {
    return is_open_;
  }

  /// Returns whether the last reading came to the head of the log.
  [[nodiscard]] bool is_live() const {
    return is_live_;
  }

  /// Returns the `use` that was passed last.
  [[nodiscard]] uint64_t last_use() const {
    return last_use_;
  }

  /// Returns whether somebody waits for what can be read.
  [[nodiscard]] bool has_to_read() const {
    return is_open_ && !waiting_.empty() && !window_.at_head();
  }

  /// Returns whether all that was read was offered.
  [[nodiscard]] bool has_offered_all() const {
    return offered_to_ >= window_.end();
  }

  /// Returns whether some wait that do not know how far was looked.
  [[nodiscard]] bool has_untold() const {
    return !waiting_.empty() && waiting_.first().request.after < window_.end();
  }

  /// Returns how many events to read next.
  [[nodiscard]] size_t read_limit() const;

private:
  void offer_to_unselective();
  void give(waiting_read x, bool tells_nothing);
  [[nodiscard]] log_window::slice_ptr nothing() const;

  log_window window_;
  waiting_reads waiting_;
  bool is_open_ = false;
  bool is_live_ = false;
  uint64_t last_use_ = 0;

  /// Up to where those that wait have been offered what was read, and how much
  /// was read since.
  log_position offered_to_ = log_start;
  size_t unoffered_events_ = 0;
  size_t unoffered_bytes_ = 0;
};

} // namespace projections
