// The event counters projection over raw events, with what tests need to make
// it fail. Used by tests of runners.
#pragma once

#include "projections/folds/processors/event_processor.hpp"
#include "tests/contract/backends.hpp"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace projections::test {

/// What an event of topic `spanner` makes the projection throw.
class spanner_thrown : public std::runtime_error {
public:
  spanner_thrown() : std::runtime_error("This is a deliberate bug") {
    // nop
  }
};

/// Counts the first event of a stream as created and others as subsequent.
class counting_projection : public event_processor {
public:
  explicit counting_projection(std::shared_ptr<event_counters_view> view,
                               std::vector<std::string> topics = {},
                               int64_t version = 1)
    : view_(std::move(view)), topics_(std::move(topics)), version_(version) {
    // nop
  }

  void process_event(const recorded_event& event, const tracking& x) override {
    if (before_event)
      before_event(event);
    if (event.topic == "spanner")
      throw spanner_thrown{};
    if (event.topic == "forgotten")
      return;
    if (event.version == 1)
      view_->incr_created_event_counter(x);
    else
      view_->incr_subsequent_event_counter(x);
  }

  tracking_recorder& recorder() override {
    return *view_;
  }

  const std::string& name() const override {
    return name_;
  }

  int64_t version() const override {
    return version_;
  }

  const std::vector<std::string>& topics() const override {
    return topics_;
  }

  /// Called before an event is processed, by the thread that does it.
  std::function<void(const recorded_event&)> before_event;

private:
  std::shared_ptr<event_counters_view> view_;
  std::vector<std::string> topics_;
  int64_t version_;
  std::string name_ = "eventcounters";
};

} // namespace projections::test
