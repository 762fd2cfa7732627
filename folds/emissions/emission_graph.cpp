#include "projections/folds/emissions/emission_graph.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace projections {

namespace {

bool takes(const emission_declaration& x, const topic_in_log& event) {
  return std::any_of(x.inputs.begin(), x.inputs.end(), [&](auto& input) {
    return input.application == event.application
           && (input.topic.empty() || input.topic == event.topic);
  });
}

std::string step_of(const emission_declaration& x, const topic_in_log& event) {
  return "projection \"" + x.projection + "\" emits \"" + event.topic
         + "\" in the log of \"" + event.application + '"';
}

} // namespace

emission_graph& emission_graph::of_process() {
  static emission_graph result;
  return result;
}

std::shared_ptr<void> emission_graph::declare(emission_declaration x) {
  std::lock_guard guard{mutex_};
  if (auto way = way_round(x); !way.empty())
    throw emission_cycle{"projection \"" + x.projection
                         + "\" would process its own emissions, for ever: "
                         + way};
  auto number = ++last_number_;
  auto& known = declared_[number] = std::move(x);
  return {static_cast<void*>(&known), [this, number](void*) {
            std::lock_guard leaving{mutex_};
            declared_.erase(number);
          }};
}

/// Says how an event that `x` emits leads to one that it takes; empty if none
/// does.
std::string emission_graph::way_round(const emission_declaration& x) const {
  struct step {
    topic_in_log event;
    std::string way;
  };
  std::vector<step> next;
  for (auto& output : x.outputs)
    next.push_back({output, step_of(x, output)});
  std::set<uint64_t> passed;
  while (!next.empty()) {
    auto at = std::move(next.back());
    next.pop_back();
    if (takes(x, at.event))
      return at.way;
    for (auto& [number, other] : declared_)
      if (takes(other, at.event) && passed.insert(number).second)
        for (auto& output : other.outputs)
          next.push_back({output, at.way + "; " + step_of(other, output)});
  }
  return {};
}

} // namespace projections
