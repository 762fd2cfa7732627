// Measures how fast a projection catches up with a log: from the start of its
// runner until the last event is in the view.
//
//   bench_store_catch_up STORE VIEW GROUP COUNT
//       folds the first COUNT events of STORE, so many in a transaction
//
// STORE and VIEW are names of stores. A store in memory is filled first; others
// hold COUNT events, as bench_store_append makes them of seed 1.

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

/// A run that takes longer than this hangs.
constexpr std::chrono::minutes time_max{5};

void run(int argc, char** argv) {
  if (argc != 5)
    throw bad_command_line{};
  std::string store = argv[1];
  auto group = count_of(argv[3]);
  auto count = count_of(argv[4]);
  auto open = open_store(parse_store_name(store));
  if (store == "memory:")
    open()->append(requests_of(make_events(count, 1), 0, count));
  auto config = bench_configuration::make();
  caf::actor_system system{config};
  event_log log{system, open};
  auto head = log.store()->head();
  check_count("events in " + store, static_cast<uint64_t>(head), count);
  auto view = open_view(argv[2]);
  projection_settings settings;
  settings.group.events_max = group;
  stopwatch watch;
  watch.start();
  projection_runner runner{log, application_name, make_projection(view),
                           settings};
  runner.wait(head, time_max);
  watch.stop(count);
  check_counts(*view, count);
  runner.close();
}

} // namespace
} // namespace projections::bench

int main(int argc, char** argv) {
  return projections::bench::run_program(
    "bench_store_catch_up STORE VIEW GROUP COUNT", argc, argv,
    [&] { projections::bench::run(argc, argv); });
}
