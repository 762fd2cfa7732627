// A projection that answers events with events, for the tests of faults: what
// it has answered is checked against the log.
#pragma once

#include "projections/folds/processors/event_projection.hpp"
#include "projections/runtime/open_store.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace projections::test {

/// The name of the projection, which is also that of its tracking table.
inline constexpr const char* answering_name = "answering";

/// Returns up to two answers to `x`, in few streams.
inline std::vector<emission> expected_emissions(const recorded_event& x) {
  std::vector<emission> result(static_cast<size_t>(x.version % 3));
  for (size_t i = 0; i < result.size(); ++i)
    result[i]
      = {"answers" + std::to_string((x.version + i) % 5), "Answer",
         x.stream + ' ' + std::to_string(x.version) + ' ' + std::to_string(i)};
  return result;
}

/// Answers all events but answers.
class emitting_projection final : public event_projection {
public:
  using event_projection::event_projection;

  std::vector<emission>
  emissions_for(const recorded_event& event) const override {
    return event.topic == "Answer" ? std::vector<emission>{}
                                   : expected_emissions(event);
  }
};

/// Opens the recorder of the projection in the database `name`, which also has
/// the events.
inline std::shared_ptr<recorder_with_events>
open_answering_recorder(const std::string& name) {
  return open_recorder_with_events(parse_store_name(name), "", answering_name);
}

/// Returns the projection that answers the events of `store` in the database
/// `events`. It is tracked there too if `view` is the same, and else, in
/// transactions of its own, in the database `view`.
inline std::shared_ptr<emitting_projection>
open_answering(const std::string& events, const std::string& view,
               std::shared_ptr<event_store> store) {
  event_projection_description description{answering_name};
  if (events == view)
    return std::make_shared<emitting_projection>(
      description, "upstream", open_answering_recorder(events));
  return std::make_shared<emitting_projection>(
    description, open_answering_recorder(view),
    std::vector<emission_target>{{"upstream", std::move(store)}});
}

/// Returns what is wrong with the answers in `log`, where events up to
/// `position` have been answered: one that is missing, comes twice or answers
/// nothing, and, if there are only `whole` answers, one that comes too early.
/// Empty if nothing is.
inline std::string fault_of_answers(const std::vector<recorded_event>& log,
                                    log_position position, bool whole) {
  std::map<std::string, int> open;
  std::map<std::string, int> early;
  for (auto& x : log)
    if (x.topic != "Answer")
      for (auto& answer : expected_emissions(x))
        ++(x.position <= position
             ? open
             : early)[answer.stream + ' ' + answer.payload];
  for (auto& x : log) {
    auto answer = x.stream + ' ' + x.payload;
    if (x.topic != "Answer" || --open[answer] == 0)
      continue;
    if (whole || --early[answer] != 0)
      return "unexpected or repeated answer " + answer;
    open.erase(answer);
  }
  for (auto& [answer, count] : open)
    if (count > 0)
      return "missing answer " + answer;
  return {};
}

} // namespace projections::test
