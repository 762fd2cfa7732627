// Emitting from one log into others, for the tests of what projections emit.
#pragma once

#include "projections/folds/emissions/emission_recorder.hpp"
#include "projections/storage/log/event_store.hpp"
#include "projections/storage/views/recorder_with_events.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace projections::test {

/// The event at `position`, which is the only one of its stream.
inline recorded_event source_at(log_position position,
                                std::string metadata = {}) {
  return {position, "u" + std::to_string(position),
          1,        "Followed",
          "{}",     std::move(metadata)};
}

/// Three emissions in three streams, of which the second one is shared.
inline std::vector<emission> emissions_for(log_position position) {
  auto n = std::to_string(position);
  return {{"own" + n, "A", n}, {"shared", "B", n}, {"more" + n, "C", n}};
}

inline std::shared_ptr<emission_recorder>
over(const std::shared_ptr<recorder_with_events>& recorder,
     emission_settings settings = {"p"}) {
  return std::make_shared<emission_recorder>(
    std::move(settings), "social", recorder, std::vector<emission_target>{});
}

/// Emits for the events from `first` to `last`, as a runner does.
inline void emit_all(emission_recorder& recorder, log_position first,
                     log_position last) {
  recorder.in_one_transaction([&] {
    for (auto i = first; i <= last; ++i)
      recorder.emit(source_at(i), emissions_for(i), {"social", i});
  });
}

/// The content of a log, whatever the order of its events.
inline std::vector<std::string> content_of(event_store& store) {
  std::vector<std::string> result;
  for (auto& x : store.read_all(log_start, 5000, {}).events)
    result.push_back(x.stream + ' ' + x.topic + ' ' + x.payload);
  std::sort(result.begin(), result.end());
  return result;
}

/// Tells of a crash: nobody catches it but the test.
class crash : public std::runtime_error {
public:
  crash() : std::runtime_error("crash") {
    // nop
  }
};

} // namespace projections::test
