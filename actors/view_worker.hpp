// The actor that does what blocks on the connection of views. Runners send it
// the steps of their folds.
#pragma once

#include "messages/interfaces.hpp"

#include <memory>

namespace projections {

/// Takes steps, each with one group of events or as many as fit into the time
/// that it is given, so that the runners that share a connection take turns.
struct view_worker_state {
  using interface = view_worker_actor;

  static constexpr const char* actor_name = "view_worker";

  explicit view_worker_state(interface::pointer) {
    // nop
  }

  interface::behavior_type make_behavior();
};

/// Shares a worker; it ends with the last copy.
using shared_view_worker = std::shared_ptr<const view_worker_actor>;

/// Returns the worker of the connection `connection` in `system`, or one of its
/// own, which is not detached, where that is null.
[[nodiscard]] shared_view_worker view_worker_for(caf::actor_system& system,
                                                 const void* connection);

} // namespace projections
