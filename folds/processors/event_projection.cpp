#include "projections/folds/processors/event_projection.hpp"

#include "projections/folds/emissions/emission_graph.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace projections {

namespace {

emission_settings settings_of(const event_projection_description& x) {
  return {x.name, x.outputs, x.on_divergence, x.report_divergence};
}

} // namespace

// -- what is prepared ---------------------------------------------------------

/// Answers to the events of a slice.
class event_projection::prepared_emissions final : public prepared_events {
public:
  explicit prepared_emissions(std::shared_ptr<const keyed_emissions> emissions)
    : emissions_(std::move(emissions)) {
    // nop
  }

  [[nodiscard]] const std::shared_ptr<const keyed_emissions>&
  emissions() const {
    return emissions_;
  }

private:
  std::shared_ptr<const keyed_emissions> emissions_;
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
    if (auto i = prepared_->emissions()->find(event.position)) {
      recorder_->emit(prepared_->emissions(), *i, x);
      return;
    }
  recorder_->emit(event, emissions_for(event), x);
}

std::shared_ptr<void>
event_projection::begin_run(const std::string& application) {
  emission_declaration x{name(), {}, {}};
  for (auto& topic : topics())
    x.inputs.push_back({application, topic});
  if (topics().empty())
    x.inputs.push_back({application, {}});
  for (auto& target : recorder_->applications())
    for (auto& topic : description().outputs)
      x.outputs.push_back({target, topic});
  return emission_graph::of_process().declare(std::move(x));
}

void event_projection::use_prepared(std::shared_ptr<prepared_events> x) {
  prepared_ = std::static_pointer_cast<prepared_emissions>(std::move(x));
}

// -- inspectors ---------------------------------------------------------------

std::vector<emission>
event_projection::emissions_for(const recorded_event& event) const {
  if (auto found = handlers_.find(event.topic); found != handlers_.end())
    return found->second(event);
  if (!topics().empty() && wants(event.topic))
    return {};
  throw unknown_topic{place_of(event),
                      "the projection has no answer to it, and no topics that "
                      "leave it out"};
}

std::shared_ptr<prepared_events> event_projection::prepare(
  const log_slice& slice, const std::string& application) const {
  auto result
    = std::make_shared<keyed_emissions>(recorder_->applications().size());
  for (auto& x : slice.events) {
    if (!wants(x.topic))
      continue;
    try {
      recorder_->add_keyed(x, application, emissions_for(x), *result);
    } catch (const std::exception&) {
      // It fails again when its turn has come.
      break;
    }
    if (result->size() >= emission_outbox::events_max
        || result->bytes() >= emission_outbox::bytes_max)
      break;
  }
  return std::make_shared<prepared_emissions>(std::move(result));
}

bool event_projection::wants(const std::string& topic) const {
  return topics().empty()
         || std::find(topics().begin(), topics().end(), topic)
              != topics().end();
}

} // namespace projections
