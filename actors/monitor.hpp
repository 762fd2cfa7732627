// The actor that asks all others around event stores how they are doing.
// Programs spawn one, or let their event log do it.
#pragma once

#include "messages/interfaces.hpp"

#include <memory>
#include <string>
#include <vector>

namespace projections {

/// Knows logs and runners, and forgets those whose actors have ended. Asks all
/// of them at the same time, for each request anew.
struct monitor_state {
  using interface = monitor_actor;

  static constexpr const char* actor_name = "monitor";

  explicit monitor_state(interface::pointer self);

  monitor_state(const monitor_state&) = delete;
  monitor_state& operator=(const monitor_state&) = delete;

  interface::behavior_type make_behavior();

private:
  struct gathering;

  compat::promise<system_status> gather();
  void ask(const std::shared_ptr<gathering>& into, size_t place,
           const runner_actor& runner);
  void ask(const std::shared_ptr<gathering>& into, size_t place,
           const watch_log& log);

  interface::pointer self_;
  std::vector<watch_log> logs_;
  std::vector<runner_actor> runners_;
};

} // namespace projections
