#include "projections/folds/emissions/keyed_emissions.hpp"

#include <algorithm>

namespace projections {

// -- modifiers ----------------------------------------------------------------

void keyed_emissions::add(size_t target, append_request request,
                          emission_source source) {
  for (auto& x : request.events) {
    ++size_;
    bytes_ += x.payload.size() + x.metadata.size();
  }
  batches_[target].requests.push_back(std::move(request));
  batches_[target].sources.push_back(std::move(source));
}

void keyed_emissions::end_event(log_position position) {
  ends_.push_back({position, bytes_});
  for (auto& x : batches_)
    batch_ends_.push_back(x.requests.size());
}

// -- inspectors ---------------------------------------------------------------

std::optional<size_t> keyed_emissions::find(log_position position) const {
  auto found
    = std::lower_bound(ends_.begin(), ends_.end(), position,
                       [](auto& x, auto at) { return x.position < at; });
  if (found == ends_.end() || found->position != position)
    return std::nullopt;
  return static_cast<size_t>(found - ends_.begin());
}

std::pair<size_t, size_t> keyed_emissions::range(size_t i,
                                                 size_t target) const {
  auto at = i * batches_.size() + target;
  return {i == 0 ? 0 : batch_ends_[at - batches_.size()], batch_ends_[at]};
}

size_t keyed_emissions::bytes_of(size_t i) const {
  return ends_[i].bytes - (i == 0 ? 0 : ends_[i - 1].bytes);
}

} // namespace projections
