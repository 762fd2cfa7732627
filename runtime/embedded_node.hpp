// Named projections, a projector and its read models as a part of somebody's
// actor system. Made by programs that talk to them with typed messages.
#pragma once

#include "projections/actors/front/front_settings.hpp"
#include "projections/messages/interfaces/message_types.hpp"

namespace projections {

/// Owns the actors of a node without stdin and stdout. They end with this
/// object, which must go before the system. Requests under way are answered
/// with an error then. Handles of the actor may outlive it.
class embedded_node {
public:
  /// Throws `std::invalid_argument` if there are more read models than
  /// `read_models_max`.
  explicit embedded_node(caf::actor_system& system,
                         front_settings settings = {});

  embedded_node(const embedded_node&) = delete;
  embedded_node& operator=(const embedded_node&) = delete;

  ~embedded_node();

  /// The actor to send requests to. Any actor and thread may.
  [[nodiscard]] const front_actor& actor() const {
    return actor_;
  }

private:
  front_actor actor_;
};

} // namespace projections
