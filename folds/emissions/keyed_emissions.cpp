#include "projections/folds/emissions/keyed_emissions.hpp"

#include "projections/folds/emissions/event_id.hpp"
#include "projections/folds/emissions/event_origin.hpp"

#include <algorithm>

namespace projections {

namespace {

std::string in_quotes(const std::string& text) {
  return '"' + text + '"';
}

std::string words_of(const recorded_event& x) {
  return "event " + in_quotes(x.topic) + " (version "
         + std::to_string(x.version) + " of stream " + in_quotes(x.stream)
         + ')';
}

/// Returns what emissions for `cause` come from.
event_origin origin_of_emissions(const emission_rules& rules,
                                 const std::string& application,
                                 const recorded_event& cause) {
  auto result = origin_behind(cause, application);
  if (result.depth > emission_depth_max)
    throw emission_refused{
      words_of(cause) + " is the emission number "
      + std::to_string(emission_depth_max) + " in a row; projection "
      + in_quotes(rules.settings.projection)
      + " emits nothing for it, because projections seem to emit for each "
        "other for ever"};
  return result;
}

void check_declared(const emission_settings& settings,
                    const recorded_event& cause, const emission& x) {
  auto& declared = settings.outputs;
  if (!declared.empty()
      && std::find(declared.begin(), declared.end(), x.topic) == declared.end())
    throw emission_refused{"projection " + in_quotes(settings.projection)
                           + " emits " + in_quotes(x.topic)
                           + ", which is none of its declared outputs, for "
                           + words_of(cause)};
}

/// Returns the number of the target that `x` goes to.
size_t target_of(const emission_rules& rules, const emission& x) {
  if (x.application.empty())
    return 0;
  auto first = rules.applications.begin();
  auto last = rules.applications.end();
  auto found = std::find(first, last, x.application);
  if (found == last)
    throw emission_refused{
      "projection " + in_quotes(rules.settings.projection) + " emits "
      + in_quotes(x.topic) + " into the log of application "
      + in_quotes(x.application) + ", which is none of its targets"};
  return static_cast<size_t>(found - first);
}

} // namespace

// -- modifiers ----------------------------------------------------------------

void keyed_emissions::add(const emission_rules& rules,
                          const std::string& application,
                          const recorded_event& cause,
                          std::vector<emission> events) {
  std::vector<size_t> targets;
  std::string metadata;
  if (!events.empty()) {
    metadata = metadata_of(origin_of_emissions(rules, application, cause));
    targets.reserve(events.size());
    for (auto& x : events) {
      check_declared(rules.settings, cause, x);
      targets.push_back(target_of(rules, x));
    }
  }
  for (size_t i = 0; i < events.size(); ++i) {
    auto& x = events[i];
    ++size_;
    bytes_ += x.payload.size() + metadata.size();
    append_request request;
    request.stream = std::move(x.stream);
    request.events.push_back(
      {std::move(x.topic), std::move(x.payload),
       emission_key(rules.settings.projection, application, cause.stream,
                    cause.version, i),
       metadata});
    auto& to = batches_[targets[i]];
    to.requests.push_back(std::move(request));
    to.causes.push_back({application, cause.stream, cause.version});
  }
  ends_.push_back({cause.position, bytes_});
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
