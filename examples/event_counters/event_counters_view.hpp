// The view of the tutorial: it counts created and subsequent events. The tests
// of views and runners use it, too.
#pragma once

#include "examples/counters.hpp"

#include <cstdint>
#include <string_view>

namespace event_counters {

/// Commands and queries of the view.
class event_counters_view : public projections::tracking_recorder {
public:
  virtual void incr_created_event_counter(const projections::tracking& x) = 0;
  virtual void incr_subsequent_event_counter(const projections::tracking& x)
    = 0;
  virtual int64_t get_created_event_counter() = 0;
  virtual int64_t get_subsequent_event_counter() = 0;
};

/// The view over the recorder of any backend.
template <template <class> class Recorder>
class event_counters_over
  : public counting::counters<Recorder, event_counters_view> {
public:
  using counting::counters<Recorder, event_counters_view>::counters;

  void incr_created_event_counter(const projections::tracking& x) override {
    this->count(created, x);
  }

  void incr_subsequent_event_counter(const projections::tracking& x) override {
    this->count(subsequent, x);
  }

  int64_t get_created_event_counter() override {
    return this->counted(created);
  }

  int64_t get_subsequent_event_counter() override {
    return this->counted(subsequent);
  }

private:
  static constexpr std::string_view created = "CREATED_EVENTS";
  static constexpr std::string_view subsequent = "SUBSEQUENT_EVENTS";
};

} // namespace event_counters
