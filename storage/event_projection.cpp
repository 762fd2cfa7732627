#include "storage/event_projection.hpp"

#include "storage/emission_graph.hpp"

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

/// Answers to the events of a slice, each taken once.
class event_projection::prepared_answers final : public prepared_events {
public:
  void add(log_position position, keyed_emission answers) {
    answers_.push_back({position, std::move(answers)});
  }

  /// Moves the answers to the event at `position` to `to`. Returns false if
  /// there are none, or not any more.
  bool take(log_position position, keyed_emission& to) {
    auto found
      = std::lower_bound(answers_.begin(), answers_.end(), position,
                         [](auto& x, auto at) { return x.position < at; });
    if (found == answers_.end() || found->position != position
        || found->is_taken)
      return false;
    found->is_taken = true;
    to = std::move(found->answers);
    return true;
  }

private:
  struct answers_at {
    log_position position;
    keyed_emission answers;
    bool is_taken = false;
  };

  /// In the order of their positions.
  std::vector<answers_at> answers_;
};

// -- construction -------------------------------------------------------------

event_projection::event_projection(event_projection_description description,
                                   const std::string& application,
                                   std::shared_ptr<process_recorder> recorder,
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
  keyed_emission ready;
  if (prepared_ && prepared_->take(event.position, ready))
    recorder_->emit(std::move(ready), x);
  else
    recorder_->emit(event, answers_to(event), x);
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
  prepared_ = std::static_pointer_cast<prepared_answers>(std::move(x));
}

// -- inspectors ---------------------------------------------------------------

std::vector<emitted_event>
event_projection::answers_to(const recorded_event& event) const {
  if (auto found = answers_.find(event.topic); found != answers_.end())
    return found->second(event);
  if (!topics().empty() && wants(event.topic))
    return {};
  throw unknown_topic{place_of(event),
                      "the projection has no answer to it, and no topics that "
                      "leave it out"};
}

std::shared_ptr<prepared_events> event_projection::prepare(
  const log_slice& slice, const std::string& application) const {
  auto result = std::make_shared<prepared_answers>();
  size_t events = 0;
  size_t bytes = 0;
  for (auto& x : slice.events) {
    if (!wants(x.topic))
      continue;
    try {
      auto answers = recorder_->make_keyed(x, application, answers_to(x));
      events += answers.requests.size();
      bytes += answers.bytes;
      result->add(x.position, std::move(answers));
    } catch (const std::exception&) {
      // It fails again when its turn has come.
      break;
    }
    if (events >= emission_outbox::events_max
        || bytes >= emission_outbox::bytes_max)
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
