// The actor that does what blocks on the connection of views. Runners send it
// the steps of their folds.
#pragma once

#include "messages/interfaces.hpp"

#include <memory>
#include <vector>

namespace projections {

/// Takes steps. Folds into one view that have come together are folded in one
/// transaction, a group of each: then a commit serves them all. If it fails,
/// each is folded by itself, so that the others go on without the one that is
/// the cause. A fold that has come alone gets as many groups as fit into its
/// time, a transaction each. Views in memory cannot take a group back, so
/// theirs never share one.
struct view_worker_state {
  using interface = view_worker_actor;

  static constexpr const char* actor_name = "view_worker";

  explicit view_worker_state(interface::pointer self);

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

  interface::pointer self_;

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
