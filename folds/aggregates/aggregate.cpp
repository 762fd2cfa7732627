#include "projections/folds/aggregates/aggregate.hpp"

#include "projections/storage/log/store_error.hpp"

#include <cassert>
#include <stdexcept>

namespace projections {

namespace {

/// So many of an aggregate's topics are shown in an error.
constexpr size_t shown_topics_max = 8;

} // namespace

void aggregate_base::keep(new_event x) {
  if (pending_.size() == pending_events_max)
    throw std::length_error{"aggregate " + stream() + " has "
                            + std::to_string(pending_events_max)
                            + " pending events, and no more are kept; save it"};
  pending_.push_back(std::move(x));
  ++version_;
}

void aggregate_base::drop_last() noexcept {
  pending_.pop_back();
  --version_;
}

void aggregate_base::follow(const recorded_event& x) {
  assert(pending_.empty());
  if (x.version != version_ + 1)
    throw store_error{describe(place_of(x)) + " was expected to have version "
                      + std::to_string(version_ + 1)};
  version_ = x.version;
}

void aggregate_base::refuse(const recorded_event& x,
                            const std::vector<std::string>& topics) {
  std::string hint = "an aggregate of this type has the topics";
  for (size_t i = 0; i < topics.size(); ++i) {
    hint += i == 0 ? " " : ", ";
    if (i == shown_topics_max) {
      hint += "...";
      break;
    }
    hint += '"' + topics[i] + '"';
  }
  throw unknown_topic{place_of(x), hint};
}

} // namespace projections
