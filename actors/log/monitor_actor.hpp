// The actor that asks all others around event stores how they are doing.
// Programs spawn one, or let their event log do it.
#pragma once

#include "projections/messages/interfaces/message_types.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace projections {

/// Knows logs and runners, and forgets those whose actors have ended: when it
/// is asked, and when there are twice as many as lived the last time. Asks all
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

  /// Logs or runners, and which of them have ended.
  template <class T>
  struct watch_list {
    struct item {
      T watched;
      /// Set by whatever thread the actor ends in.
      std::shared_ptr<std::atomic<bool>> has_ended;
    };

    /// Adds `x`, which has ended when `actor` has.
    template <class Handle>
    void add(T x, const Handle& actor);

    /// Forgets those that have ended.
    void prune();

    std::vector<item> items;
    size_t prune_at = prune_at_min;
  };

  /// That few are not worth a look.
  static constexpr size_t prune_at_min = 16;

  compat::promise<system_status> gather();
  void ask(const std::shared_ptr<gathering>& into, size_t place,
           const runner_actor& runner);
  void ask(const std::shared_ptr<gathering>& into, size_t place,
           const watch_log& log);

  interface::pointer self_;
  watch_list<watch_log> logs_;
  watch_list<runner_actor> runners_;
};

} // namespace projections
