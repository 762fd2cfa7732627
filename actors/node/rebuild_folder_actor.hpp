// The actor that folds long rebuilds while they are being decoded. A decoder
// sends it parts of a request, and then the whole chunk, which goes on to the
// registry.
#pragma once

#include "projections/messages/interfaces/message_types.hpp"
#include "projections/messages/interfaces/node_interfaces.hpp"

namespace projections {

/// Folds each part into what the message says. If that fails, the projection
/// folds all events itself when it is its turn.
struct rebuild_folder_state {
  using interface = rebuild_folder_actor;

  static constexpr const char* actor_name = "folder";

  rebuild_folder_state(interface::pointer self, registry_actor registry);

  interface::behavior_type make_behavior();

private:
  interface::pointer self_;
  registry_actor registry_;
};

} // namespace projections
