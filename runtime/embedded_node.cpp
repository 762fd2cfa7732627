#include "projections/runtime/embedded_node.hpp"

#include "projections/actors/front/front_actor.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace projections {

namespace {

/// Returns `settings`, or throws where an actor made of them could only end.
front_settings checked(front_settings settings) {
  auto models = settings.read_models.size();
  if (models > read_models_max)
    throw std::invalid_argument{std::to_string(models)
                                + " read models; there may be "
                                + std::to_string(read_models_max) + " at most"};
  return settings;
}

} // namespace

embedded_node::embedded_node(caf::actor_system& system, front_settings settings)
  : actor_(
    compat::spawn_state<front_state>(system, checked(std::move(settings)))) {
  // nop
}

embedded_node::~embedded_node() {
  caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
}

} // namespace projections
