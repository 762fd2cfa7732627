// Puts the actors of a node together and runs them from the first request to
// the last reply.
#pragma once

#include "projections/folds/read_models/read_model.hpp"
#include "projections/messages/json/json_text.hpp"
#include "projections/messages/protocol/protocol_settings.hpp"

#include <caf/actor_system.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace projections {

/// What a node is made of.
struct node_settings {
  /// That of all replies.
  json_style style = spaced_style;

  /// How replies look.
  reply_mode replies = reply_mode::automatic;

  /// What a request may be.
  request_limits limits;

  /// Input, and likewise replies, are under way up to this many bytes; one
  /// request always is.
  size_t bytes_in_flight_max = size_t{64} << 20;

  /// How many processed event ids are remembered; 0 for all.
  size_t dedup_window = 0;

  /// In the order in which replies name them; `read_models_max` at
  /// most.
  std::vector<std::shared_ptr<read_model>> read_models;

  /// Where requests come from and replies go to.
  int input = 0;
  int output = 1;

  /// Ends the input when it is readable; -1 for nothing.
  int stop = -1;
};

/// Carries out the requests of the input and returns the exit code: 0 when all
/// are answered, 1 when the output cannot be written. Blocks. The actors are
/// spawned in `system` and have ended, or are about to, when it returns; if the
/// output was closed first, the reader ends with the input or the stop.
[[nodiscard]] int run_node(caf::actor_system& system, node_settings settings);

} // namespace projections
