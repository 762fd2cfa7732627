// A part of a log that is kept because many read it. The log reader has one for
// each place in the log at which runners read together.
#pragma once

#include "projections/messages/events/recorded_event.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace projections {

/// Events that come one after another in the log, without a gap, as slices that
/// were read of all topics. Where to find the events of a topic is worked out
/// once for each slice, and only when somebody asks for topics, so that an
/// answer costs what is in it, however much is kept. Not thread-safe.
class log_window {
public:
  using slice_ptr = std::shared_ptr<const log_slice>;

  // -- modifiers ---------------------------------------------------------------

  /// Forgets everything; what is added next comes after `position`.
  void begin_at(log_position position);

  /// Adds what comes right after `end()`, of all topics.
  void add(slice_ptr slice);

  /// There may be events after `end()`, or, if `x`, there were none when it was
  /// looked.
  void set_at_head(bool x) {
    at_head_ = x;
  }

  /// Forgets the oldest slices until no more than `bytes_max` bytes are left,
  /// or one slice.
  void shrink(size_t bytes_max);

  /// Returns events that come after `after`, about `limit` at most, and where
  /// to read on; null if there is none. Of `topics`, if there are some: no
  /// others then. Without topics, events that come before may be among them.
  [[nodiscard]] slice_ptr find(log_position after, size_t limit,
                               const std::vector<std::string>& topics);

  /// Calls `f(event)` for every event after `after`, in order.
  template <class F>
  void for_each_after(log_position after, F f) const {
    for (auto i = first_after(after); i < slices_.size(); ++i)
      for (auto& event : slices_[i].slice->events)
        if (event.position > after)
          f(event);
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns whether everything between `after` and `end()` is kept.
  [[nodiscard]] bool covers(log_position after) const {
    return begin_ <= after && after <= end_;
  }

  /// Returns the position after which events are kept.
  [[nodiscard]] log_position begin() const {
    return begin_;
  }

  /// Returns the position up to which everything was read.
  [[nodiscard]] log_position end() const {
    return end_;
  }

  /// Returns whether nothing came after `end()` when it was looked last, and
  /// nothing was said of more since.
  [[nodiscard]] bool at_head() const {
    return at_head_;
  }

  /// Returns how many bytes the events take.
  [[nodiscard]] size_t bytes() const {
    return bytes_;
  }

private:
  struct kept_slice {
    slice_ptr slice;
    size_t bytes = 0;
  };

  /// The events of a topic, in order. Those before `first` are forgotten.
  struct topic_events {
    std::vector<const recorded_event*> events;
    size_t first = 0;
  };

  struct text_hash {
    using is_transparent = void;
    size_t operator()(std::string_view x) const {
      return std::hash<std::string_view>{}(x);
    }
  };

  [[nodiscard]] size_t first_after(log_position after) const;
  [[nodiscard]] slice_ptr find_any(log_position after, size_t limit);
  [[nodiscard]] slice_ptr
  whole_slice(const std::vector<const recorded_event*>& wanted) const;
  void add_to_index();
  void take_from_index(const log_slice& slice);

  log_position begin_ = log_start;
  log_position end_ = log_start;
  bool at_head_ = false;
  std::deque<kept_slice> slices_;
  size_t bytes_ = 0;

  /// Where the events of the first `indexed_` slices are, by topic.
  std::unordered_map<std::string, topic_events, text_hash, std::equal_to<>>
    index_;
  size_t indexed_ = 0;

  /// Several small slices put together for those who are behind, or null.
  slice_ptr joined_;
};

} // namespace projections
