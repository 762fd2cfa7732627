// The actor that does what blocks on the connection of views. Runners send it
// the steps of their folds.
#pragma once

#include "projections/messages/interfaces/message_types.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace projections {

/// Takes steps. Folds into one view that have come one behind the other share a
/// transaction, a group of each: then a commit serves them all. If one of them
/// fails it, the others are folded by themselves; if the view cannot be reached
/// when it begins or commits, all are told so. A fold that has come alone gets
/// as many groups as fit into its time, a transaction each. Views in memory
/// cannot take a group back, so theirs never share one.
struct view_worker_state {
  using interface = view_worker_actor;

  static constexpr const char* actor_name = "view_worker";

  /// No further group goes into a transaction that has gone on for
  /// `shared_time_max`.
  explicit view_worker_state(interface::pointer self,
                             std::chrono::milliseconds shared_time_max
                             = std::chrono::milliseconds{10});

  interface::behavior_type make_behavior();

private:
  /// A fold, and whom to answer.
  struct waiting_step {
    view_step step;
    compat::promise<view_step_done> answer;
  };

  using iterator = std::vector<waiting_step>::iterator;

  compat::promise<view_step_done> take(view_step& step);
  void fold_all();
  iterator fold_some(iterator first, iterator last);
  iterator fold_together(iterator first, iterator last);
  static std::vector<std::string> applications_of(iterator first,
                                                  iterator last);

  interface::pointer self_;
  std::chrono::milliseconds shared_time_max_;

  /// The folds that have come together: one at most of each runner.
  std::vector<waiting_step> waiting_;
};

/// Shares a worker; it ends with the last copy.
using shared_view_worker = std::shared_ptr<const view_worker_actor>;

/// Returns the worker of the connection `connection` in `system`, or one of its
/// own, which is not detached, where that is null.
[[nodiscard]] shared_view_worker view_worker_for(caf::actor_system& system,
                                                 const void* connection);

} // namespace projections
