// A projection that emits events, for the tests of faults: its emissions are
// checked against the log.
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
inline constexpr const char* emitting_name = "emitting";

/// Returns up to two emissions for `x`, in few streams.
inline std::vector<emission> expected_emissions(const recorded_event& x) {
  std::vector<emission> result(static_cast<size_t>(x.version % 3));
  for (size_t i = 0; i < result.size(); ++i)
    result[i]
      = {"emissions" + std::to_string((x.version + i) % 5), "Emitted",
         x.stream + ' ' + std::to_string(x.version) + ' ' + std::to_string(i)};
  return result;
}

/// Emits for all events but its emissions.
class emitting_projection final : public event_projection {
public:
  using event_projection::event_projection;

  std::vector<emission>
  emissions_for(const recorded_event& event) const override {
    return event.topic == "Emitted" ? std::vector<emission>{}
                                    : expected_emissions(event);
  }
};

/// Opens the recorder of the projection in the database `name`, which also has
/// the events.
inline std::shared_ptr<recorder_with_events>
open_emitting_recorder(const std::string& name) {
  return open_recorder_with_events(parse_store_name(name), "", emitting_name);
}

/// Returns the projection that emits for the events of `store` in the database
/// `events`. It is tracked there too if `view` is the same, and else, in
/// transactions of its own, in the database `view`.
inline std::shared_ptr<emitting_projection>
open_emitting(const std::string& events, const std::string& view,
              std::shared_ptr<event_store> store) {
  event_projection_description description{emitting_name};
  if (events == view)
    return std::make_shared<emitting_projection>(
      description, "upstream", open_emitting_recorder(events));
  return std::make_shared<emitting_projection>(
    description, open_emitting_recorder(view),
    std::vector<emission_target>{{"upstream", std::move(store)}});
}

/// Returns what is wrong with the emissions in `log`, where events up to
/// `position` have been processed: one is missing, comes twice or is for no
/// event, or, where `whole` says that groups are committed with their position,
/// comes too early. Empty if nothing is wrong.
inline std::string fault_of_emissions(const std::vector<recorded_event>& log,
                                      log_position position, bool whole) {
  std::map<std::string, int> open;
  std::map<std::string, int> early;
  for (auto& x : log)
    if (x.topic != "Emitted")
      for (auto& expected : expected_emissions(x))
        ++(x.position <= position
             ? open
             : early)[expected.stream + ' ' + expected.payload];
  for (auto& x : log) {
    auto emitted = x.stream + ' ' + x.payload;
    if (x.topic != "Emitted" || --open[emitted] == 0)
      continue;
    if (whole || --early[emitted] != 0)
      return "unexpected or repeated emission " + emitted;
    open.erase(emitted);
  }
  for (auto& [expected, count] : open)
    if (count > 0)
      return "missing emission " + expected;
  return {};
}

} // namespace projections::test
