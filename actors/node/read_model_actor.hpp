// The actor of one read model. The projector makes it and sends it rounds.
#pragma once

#include "projections/folds/read_models/read_model.hpp"
#include "projections/messages/interfaces/message_types.hpp"
#include "projections/messages/interfaces/node_interfaces.hpp"
#include "projections/messages/protocol/reply_encoder.hpp"

#include <memory>
#include <string>

namespace projections {

/// Applies events to one read model and answers queries of it, in order. Stops
/// in the middle of a round when the read model throws: the round's outcomes
/// tell how far it came, and the read model is as it was before that event.
struct read_model_state {
  using interface = read_model_actor;

  static constexpr const char* actor_name = "read_model";

  /// `model` is touched by this actor alone until it ends.
  read_model_state(interface::pointer self, std::shared_ptr<read_model> model,
                   json_style style);

  interface::behavior_type make_behavior();

private:
  void carry_out(model_round& round);
  model_round::outcome carry_out(request_batch& batch, uint32_t i);
  void expect(const request& r) const;
  void query(request_batch& batch, uint32_t i);

  std::shared_ptr<read_model> model_;
  reply_encoder encoder_;
  /// Reused for rows that were found.
  std::string rows_;
};

} // namespace projections
