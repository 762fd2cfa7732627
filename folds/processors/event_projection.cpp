#include "projections/folds/processors/event_projection.hpp"

#include "projections/folds/emissions/emission_graph.hpp"
#include "projections/folds/emissions/emission_recorder.hpp"
#include "projections/folds/emissions/keyed_emissions.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace projections {

namespace {

emission_settings settings_of(const event_projection_description& x) {
  return {x.name, x.outputs, x.on_divergence, x.report_divergence};
}

} // namespace

/// What is emitted for the events of a slice.
struct event_projection::prepared_emissions final : prepared_events {
  explicit prepared_emissions(size_t target_count) : emissions(target_count) {
    // nop
  }

  keyed_emissions emissions;
};

// -- construction -------------------------------------------------------------

event_projection::event_projection(
  event_projection_description description, const std::string& application,
  std::shared_ptr<recorder_with_events> recorder,
  std::vector<emission_target> others)
  : described_processor(std::move(description)),
    recorder_(std::make_shared<emission_recorder>(
      settings_of(this->description()), application, std::move(recorder),
      std::move(others))) {
  // nop
}

event_projection::event_projection(event_projection_description description,
                                   std::shared_ptr<tracking_recorder> recorder,
                                   std::vector<emission_target> targets)
  : described_processor(std::move(description)),
    recorder_(std::make_shared<emission_recorder>(
      settings_of(this->description()), std::move(recorder),
      std::move(targets))) {
  // nop
}

// -- modifiers ----------------------------------------------------------------

void event_projection::process_event(const recorded_event& event,
                                     const tracking& x) {
  if (prepared_)
    if (auto i = prepared_->find(event.position))
      return recorder_->emit(prepared_, *i, x);
  recorder_->emit(event, emissions_for(event), x);
}

std::shared_ptr<void>
event_projection::begin_run(const std::string& application) {
  emission_declaration x{name(), {}, {}};
  for (auto& topic : topics())
    x.inputs.push_back({application, topic});
  if (topics().empty())
    x.inputs.push_back({application, {}});
  for (auto& target : recorder_->rules().applications)
    for (auto& topic : description().outputs)
      x.outputs.push_back({target, topic});
  return emission_graph::of_process().declare(std::move(x));
}

void event_projection::use_prepared(std::shared_ptr<prepared_events> x) {
  auto made = std::static_pointer_cast<prepared_emissions>(std::move(x));
  prepared_.reset();
  if (made)
    prepared_ = {made, &made->emissions};
}

tracking_recorder& event_projection::recorder() {
  return *recorder_;
}

// -- inspectors ---------------------------------------------------------------

std::vector<emission>
event_projection::emissions_for(const recorded_event& event) const {
  if (auto found = handlers_.find(event.topic); found != handlers_.end())
    return found->second(event);
  if (!topics().empty() && wants(event.topic))
    return {};
  throw unknown_topic{
    place_of(event), "the projection has no handler for it, and no topics that "
                     "leave it out"};
}

std::shared_ptr<prepared_events> event_projection::prepare(
  const log_slice& slice, const std::string& application) const {
  auto& rules = recorder_->rules();
  auto result = std::make_shared<prepared_emissions>(rules.applications.size());
  auto& to = result->emissions;
  for (auto& x : slice.events) {
    if (!wants(x.topic))
      continue;
    try {
      to.add(rules, application, x, emissions_for(x));
    } catch (const std::exception&) {
      // It fails again when its turn has come.
      break;
    }
    if (keyed_emissions::are_enough(to.size(), to.bytes()))
      break;
  }
  return result;
}

bool event_projection::wants(const std::string& topic) const {
  return topics().empty()
         || std::find(topics().begin(), topics().end(), topic)
              != topics().end();
}

} // namespace projections
