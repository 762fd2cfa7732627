// What is said of a node within somebody's actor system when it is made. Read
// by the front actor.
#pragma once

#include "projections/folds/read_models/read_model.hpp"
#include "projections/messages/json/json_text.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace projections {

/// What a front actor has to know at the start.
struct front_settings {
  /// In the order in which answers name them; `read_models_max` at
  /// most.
  std::vector<std::shared_ptr<read_model>> read_models;

  /// That of all states and rows, and of the read models.
  json_style style = spaced_style;

  /// How many processed event ids are remembered; 0 for all.
  size_t dedup_window = 0;

  /// So many requests may be under way; further ones are refused.
  size_t requests_in_flight_max = 10'000;

  /// The longest payload, state, key or list of event types, and the payloads
  /// of a rebuild together, in bytes; at most 1 GiB.
  size_t value_bytes_max = size_t{64} << 20;

  /// Replies are under way up to this many bytes; one request always is.
  size_t reply_bytes_in_flight_max = size_t{64} << 20;
};

} // namespace projections
