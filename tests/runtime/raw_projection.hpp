// A projection of raw events that is a function. Used by tests whose view is of
// no other use.
#pragma once

#include "projections/folds/processors/event_processor.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace projections::test {

/// Calls a function for every event, whatever its topic.
template <class View>
class raw_projection final : public event_processor {
public:
  using process
    = std::function<void(View&, const recorded_event&, const tracking&)>;

  raw_projection(std::string name, std::shared_ptr<View> view, process f)
    : name_(std::move(name)), view_(std::move(view)), process_(std::move(f)) {
    // nop
  }

  void process_event(const recorded_event& event, const tracking& x) override {
    process_(*view_, event, x);
  }

  tracking_recorder& recorder() override {
    return *view_;
  }

  const std::string& name() const override {
    return name_;
  }

  const std::vector<std::string>& topics() const override {
    return topics_;
  }

private:
  std::string name_;
  std::shared_ptr<View> view_;
  process process_;
  std::vector<std::string> topics_;
};

} // namespace projections::test
