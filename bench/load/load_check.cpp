#include "bench/load/load_check.hpp"

#include "bench/load/load_payload.hpp"

#include <map>
#include <utility>

namespace load {

namespace {

std::string counted(int64_t count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string{what}
         + (count == 1 ? "" : "s");
}

} // namespace

load_check::load_check(const std::vector<expected_stream>& streams,
                       std::vector<projection_result> results,
                       projections::log_position due)
  : results_(std::move(results)), due_(due), expected_(results_.size()) {
  for (auto& x : streams)
    streams_[x.name].expected = static_cast<int64_t>(x.events);
  for (size_t i = 0; i < results_.size(); ++i)
    by_topic_[results_[i].topic].push_back(i);
}

// -- modifiers ----------------------------------------------------------------

void load_check::add(const projections::recorded_event& event) {
  auto stream = streams_.find(event.stream);
  if (stream == streams_.end())
    return;
  ++events_;
  load_event content;
  try {
    content = decode_front(event.payload);
  } catch (const bad_payload& e) {
    add_problem("stream " + event.stream + ", position "
                + std::to_string(event.position) + ": " + e.what());
    return;
  }
  auto due = ++stream->second.found;
  if (content.number != due)
    add_problem("stream " + event.stream + ", position "
                + std::to_string(event.position) + ": the log has event "
                + std::to_string(content.number) + " in the place of event "
                + std::to_string(due));
  for (auto& topic : {event.topic, std::string{}})
    if (auto wanted = by_topic_.find(topic); wanted != by_topic_.end())
      for (auto i : wanted->second)
        if (event.position <= results_[i].position)
          expected_[i][event.stream].fold(content);
}

std::string load_check::finish() {
  compare_log();
  for (size_t i = 0; i < results_.size(); ++i)
    compare(results_[i], expected_[i]);
  std::string result;
  for (auto& x : problems_)
    result += x + '\n';
  if (problem_count_ > problems_.size())
    result += "and "
              + counted(static_cast<int64_t>(problem_count_ - problems_.size()),
                        "further problem")
              + '\n';
  return result;
}

// -- comparing ----------------------------------------------------------------

void load_check::add_problem(std::string text) {
  ++problem_count_;
  if (problems_.size() < problems_max)
    problems_.push_back(std::move(text));
}

/// Compares what producers were told with what is in the log.
void load_check::compare_log() {
  // In the order of the names, so that the same problems give the same text.
  std::map<std::string_view, const stream_progress*> in_order;
  for (auto& x : streams_)
    in_order.emplace(x.first, &x.second);
  for (auto& [name, x] : in_order)
    if (x->found != x->expected)
      add_problem(
        "stream " + std::string{name} + ": " + counted(x->expected, "event")
        + " acknowledged, but the log has " + std::to_string(x->found));
}

/// Compares what a projection has with what it should have.
void load_check::compare(const projection_result& result,
                         const stream_states& expected) {
  auto where = [&](const std::string& stream) {
    return "projection " + result.name + ", stream " + stream + ": ";
  };
  if (result.position < due_)
    add_problem("projection " + result.name + " has come to position "
                + std::to_string(result.position) + " of "
                + std::to_string(due_));
  for (auto& [stream, state] : result.states)
    if (!expected.contains(stream))
      add_problem(where(stream) + counted(state.events, "event")
                  + " applied, but it should have none");
  for (auto& [stream, due] : expected) {
    auto found = result.states.find(stream);
    auto actual = found == result.states.end() ? stream_state{} : found->second;
    if (actual == due)
      continue;
    auto problem = where(stream);
    if (actual.events < due.events)
      problem += counted(due.events - actual.events, "event") + " lost";
    else if (actual.events > due.events)
      problem += counted(actual.events - due.events, "event") + " doubled";
    else if (actual.sum == due.sum)
      problem += "events were applied out of order";
    else
      problem += "other events were applied";
    problem += " of " + std::to_string(due.events) + ", up to position "
               + std::to_string(result.position);
    add_problem(std::move(problem));
  }
}

} // namespace load
