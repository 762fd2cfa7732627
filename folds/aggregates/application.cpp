#include "projections/folds/aggregates/application.hpp"

#include "projections/storage/log/store_error.hpp"

#include <algorithm>
#include <utility>

namespace projections {

namespace {

/// Throws what `outcome` of `request` is as an exception.
[[noreturn]] void refuse(const append_request& request,
                         const append_outcome& outcome) {
  if (outcome.error == append_error::wrong_expected_version)
    throw wrong_expected_version{outcome.problem, request.stream,
                                 request.expected.value_or(0), outcome.version};
  throw store_error{outcome.problem};
}

} // namespace

application_base::application_base(std::string name,
                                   std::shared_ptr<event_store> store,
                                   std::vector<std::string> topics)
  : name_(std::move(name)), store_(std::move(store)),
    topics_(std::move(topics)) {
  if (name_.empty())
    throw std::invalid_argument{"an application without a name"};
  if (!store_)
    throw std::invalid_argument{"application \"" + name_
                                + "\" without an event store"};
}

std::vector<recording>
application_base::save_together(std::span<aggregate_base* const> aggregates) {
  std::vector<append_request> requests;
  std::vector<aggregate_base*> origins;
  std::vector<recording> result;
  requests.reserve(aggregates.size());
  origins.reserve(aggregates.size());
  for (auto x : aggregates) {
    if (x->pending_.empty()
        || std::find(origins.begin(), origins.end(), x) != origins.end())
      continue;
    auto& request = requests.emplace_back();
    request.stream = x->stream();
    request.expected = x->saved_version();
    request.atomic_with_previous = !origins.empty();
    for (size_t i = 0; i < x->pending_.size(); ++i) {
      auto version = x->saved_version() + static_cast<stream_version>(i) + 1;
      result.push_back({log_start, request.stream, version, {}, {}});
    }
    origins.push_back(x);
  }
  if (origins.empty())
    return result;
  // From here on only the append can fail. It gets the events themselves, and
  // they go back if it does.
  auto swap_events = [&]() noexcept {
    for (size_t i = 0; i < origins.size(); ++i)
      origins[i]->pending_.swap(requests[i].events);
  };
  swap_events();
  try {
    auto outcomes = store_->append(requests);
    for (size_t i = 0; i < outcomes.size(); ++i)
      if (outcomes[i].error != append_error::none
          && outcomes[i].error != append_error::refused_together)
        refuse(requests[i], outcomes[i]);
    auto next = result.begin();
    for (size_t i = 0; i < outcomes.size(); ++i)
      for (size_t j = 0; j < outcomes[i].positions.size(); ++j, ++next) {
        auto& event = requests[i].events[j];
        next->position = outcomes[i].positions[j];
        next->topic = std::move(event.topic);
        next->payload = std::move(event.payload);
      }
  } catch (...) {
    swap_events();
    throw;
  }
  return result;
}

void replay_stream(event_store& store, const uuid& id,
                   std::optional<stream_version> version,
                   const std::function<void(const recorded_event&)>& take) {
  auto stream = hex_of(id);
  stream_version at = 0;
  while (!version || at < *version) {
    auto limit = rebuild_slice_events;
    if (version)
      limit = static_cast<size_t>(std::min<stream_version>(
        *version - at, static_cast<stream_version>(limit)));
    auto events = store.read_stream(stream, at, limit);
    for (auto& x : events)
      take(x);
    if (!events.empty())
      at = events.back().version;
    if (events.size() < limit)
      break;
  }
  if (at == 0 && version.value_or(1) > 0)
    throw aggregate_not_found{"there is no aggregate " + stream};
  if (version && (at != *version || at == 0))
    throw aggregate_not_found{"aggregate " + stream + " has no version "
                              + std::to_string(*version)};
}

} // namespace projections
