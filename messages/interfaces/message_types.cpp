#include "projections/messages/interfaces/message_types.hpp"

#include "projections/messages/interfaces/node_interfaces.hpp"

namespace projections {

template void compat::add_message_types<caf::id_block::projections>(
  caf::actor_system_config& config);

} // namespace projections
