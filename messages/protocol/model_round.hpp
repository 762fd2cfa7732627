// What one read model does of one group of requests: the projector makes it,
// the read model works through it, and it comes back however that ends.
#pragma once

#include "projections/messages/protocol/request_batch.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace projections {

/// Requests of one batch for one read model, in order. Held by one actor at a
/// time. `outcomes` shorter than `requests` says that the read model failed at
/// the first request without one.
struct model_round {
  /// How a request ended.
  enum class outcome : uint8_t {
    /// The event concerned a row.
    taken,
    /// The event concerned no row.
    not_taken,
    /// The query was answered.
    answered,
  };

  /// The place of the read model among all.
  size_t model = 0;

  /// Where the requests are.
  batch_ptr batch;

  /// Requests of the batch.
  std::vector<uint32_t> requests;

  /// One for every request that was carried out.
  std::vector<outcome> outcomes;
};

/// The handle by which rounds travel.
using round_ptr = std::shared_ptr<model_round>;

} // namespace projections
