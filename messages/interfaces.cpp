#include "projections/messages/interfaces.hpp"

namespace projections {

template void compat::add_message_types<caf::id_block::projections>(
  caf::actor_system_config& config);

} // namespace projections
