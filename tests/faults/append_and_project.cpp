// A process to be killed: several threads append to an event store, while the
// event counters projection and one that emits events follow it. Started by
// the tests of kills.
//
//     append_and_project EVENTS VIEW SEED APPENDS
//
// EVENTS and VIEW are names of stores. Each thread appends APPENDS times. After
// an append has returned, each of its events is told in a line `stream version
// position` on stdout. When all of it is in the view and emitted, the line
// `end` follows.
#include "projections/runtime/open_view.hpp"
#include "tests/faults/emitting_projection.hpp"
#include "tests/runtime/counting_projection.hpp"
#include "tests/runtime/runner_fixture.hpp"

#include <unistd.h>

#include <cstdint>
#include <exception>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;

constexpr int writers = 4;
constexpr int streams = 20;
constexpr size_t events_max = 8;
constexpr size_t group_max = 40;

struct command_line {
  std::string events;
  std::string view;
  uint32_t seed;
  int appends;
};

/// Writes `lines` at once and without a buffer: what is told is known outside
/// even if this process ends right after it.
void say(const std::string& lines) {
  if (::write(STDOUT_FILENO, lines.data(), lines.size())
      != static_cast<ssize_t>(lines.size()))
    throw std::runtime_error{"cannot write to stdout"};
}

/// Returns the lines that tell of `request`, which was taken as `x` says.
std::string lines_of(const append_request& request, const append_outcome& x) {
  std::string result;
  auto version = x.version - static_cast<stream_version>(x.positions.size());
  for (auto position : x.positions)
    result += request.stream + ' ' + std::to_string(++version) + ' '
              + std::to_string(position) + '\n';
  return result;
}

append_request random_request(std::mt19937& random) {
  append_request result;
  result.stream = "stream" + std::to_string(random() % streams);
  // Most of these are refused.
  if (random() % 4 == 0)
    result.expected = static_cast<stream_version>(random() % 10);
  result.events.resize(1 + random() % events_max, {"T", "{}"});
  return result;
}

void append(event_store& store, std::mt19937& random, int appends) {
  for (int i = 0; i < appends; ++i) {
    std::vector<append_request> requests;
    for (auto n = 1 + random() % 3; n > 0; --n)
      requests.push_back(random_request(random));
    try {
      auto outcomes = store.append(requests);
      for (size_t n = 0; n < requests.size(); ++n)
        if (outcomes[n].error == append_error::none)
          say(lines_of(requests[n], outcomes[n]));
    } catch (const store_unavailable&) {
      // The lock was held for too long. What was not told need not be there.
    }
  }
}

/// Appends in several threads, half of which share a connection.
void append_in_threads(event_log& log, const store_opener& open,
                       const command_line& command) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < writers; ++i)
    threads.emplace_back([&, i] {
      std::mt19937 random{command.seed * writers + static_cast<uint32_t>(i)};
      auto own = i % 2 == 0 ? nullptr : open();
      append(own ? *own : *log.store(), random, command.appends);
    });
}

void run(const command_line& command) {
  std::mt19937 random{command.seed};
  projection_settings settings;
  settings.group.events_max = 1 + random() % group_max;
  settings.runner.slice_events_max = 1 + random() % group_max;
  // The server may take a moment to see that the process before is dead.
  settings.runner.claim_interval = std::chrono::milliseconds{10};
  auto config = runner_configuration::make();
  caf::actor_system system{config};
  auto open = open_store(parse_store_name(command.events));
  event_log log{system, open};
  projection_runner runner{
    log, "upstream",
    std::make_shared<counting_projection>(open_view<event_counters_over>(
      parse_store_name(command.view), "eventcounters")),
    settings};
  projection_runner emitting{
    log, "upstream", open_emitting(command.events, command.view, log.store()),
    settings};
  append_in_threads(log, open, command);
  emitting.wait(log.store()->head(), long_time);
  runner.wait(log.store()->head(), long_time);
  emitting.close();
  runner.close();
  say("end\n");
}

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto is_help = words == std::vector<std::string>{"--help"};
  if (is_help || words.size() != 4) {
    (is_help ? std::cout : std::cerr)
      << "usage: append_and_project EVENTS VIEW SEED APPENDS\n";
    return is_help ? 0 : 2;
  }
  try {
    run({words[0], words[1], static_cast<uint32_t>(std::stoul(words[2])),
         std::stoi(words[3])});
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "append_and_project: " << e.what() << '\n';
    return 1;
  }
}
