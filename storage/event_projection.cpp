#include "storage/event_projection.hpp"

#include <utility>

namespace projections {

namespace {

emission_settings settings_of(const event_projection_description& x) {
  return {x.name, x.outputs, x.on_divergence, x.report_divergence};
}

projection_description description_of(const event_projection_description& x) {
  return {x.name, x.topics, x.version};
}

} // namespace

event_projection::event_projection(event_projection_description description,
                                   const std::string& application,
                                   std::shared_ptr<process_recorder> recorder,
                                   std::vector<emission_target> others)
  : projection(
    std::make_shared<emission_recorder>(settings_of(description), application,
                                        std::move(recorder), std::move(others)),
    description_of(description)),
    outputs_(std::move(description.outputs)) {
  // nop
}

event_projection::event_projection(event_projection_description description,
                                   std::shared_ptr<tracking_recorder> recorder,
                                   std::vector<emission_target> targets)
  : projection(std::make_shared<emission_recorder>(settings_of(description),
                                                   std::move(recorder),
                                                   std::move(targets)),
               description_of(description)),
    outputs_(std::move(description.outputs)) {
  // nop
}

// -- modifiers ----------------------------------------------------------------

void event_projection::process_event(const recorded_event& event,
                                     const tracking& x) {
  source_ = &event;
  projection::process_event(event, x);
  source_ = nullptr;
}

std::shared_ptr<void>
event_projection::begin_run(const std::string& application) {
  emission_declaration x{name(), {}, {}};
  for (auto& topic : topics())
    x.inputs.push_back({application, topic});
  if (topics().empty())
    x.inputs.push_back({application, {}});
  for (auto& target : view().applications())
    for (auto& topic : outputs_)
      x.outputs.push_back({target, topic});
  return emission_graph::of_process().declare(std::move(x));
}

} // namespace projections
