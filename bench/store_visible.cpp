// Measures how long it takes from an append until the event is in the view that
// follows, one event at a time.
//
//   bench_store_visible STORE VIEW COUNT
//
// STORE and VIEW are names of stores, both empty.

#include "bench/command_line.hpp"
#include "bench/stopwatch.hpp"
#include "bench/store_events.hpp"
#include "bench/store_under_test.hpp"
#include "projections/runtime/event_log.hpp"
#include "projections/runtime/open_store.hpp"
#include "projections/runtime/projection_runner.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

namespace projections::bench {
namespace {

/// An event that takes longer than this does not arrive.
constexpr std::chrono::minutes time_max{1};

/// So many events go before those that are counted.
constexpr size_t warm_up = 20;

void run(int argc, char** argv) {
  if (argc != 4)
    throw bad_command_line{};
  auto count = count_of(argv[3]);
  auto events = make_events(warm_up + count, 1);
  auto config = bench_configuration::make();
  caf::actor_system system{config};
  event_log log{system, open_store(parse_store_name(argv[1]))};
  auto store = log.store();
  auto view = open_view(argv[2]);
  projection_runner runner{log, application_name, make_projection(view)};
  auto send = [&](size_t i) {
    auto outcome = store->append(requests_of(events, i, i + 1)).front();
    if (outcome.error != append_error::none)
      throw std::runtime_error{outcome.problem};
    view->wait(application_name, outcome.positions.front(), time_max);
  };
  for (size_t i = 0; i < warm_up; ++i)
    send(i);
  stopwatch watch;
  watch.start(count);
  for (auto i = warm_up; i < events.size(); ++i) {
    watch.begin_step();
    send(i);
    watch.end_step();
  }
  watch.stop(count);
  check_counts(*view, events.size());
  runner.close();
}

} // namespace
} // namespace projections::bench

int main(int argc, char** argv) {
  return projections::bench::run_program(
    "bench_store_visible STORE VIEW COUNT", argc, argv,
    [&] { projections::bench::run(argc, argv); });
}
