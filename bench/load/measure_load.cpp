// Puts a load on many projections at once and measures it. scripts/bench runs
// it. Its events and views are those of the example multi_projection_load.
//
//   build/bench/bench_load [--projections=N] [--streams=N] [--events=N]
//     [--event-size=BYTES] [--rate=N] [--duplicates=X] [--skew=X]
//     [--threads=N] [--backend=URI] [--seconds=X] [--csv=FILE]
//     [--plot=FILE.svg] [--all-events]
//
// A URI is memory: (the default), sqlite:PATH, whose views are in PATH-views,
// or postgresql://…. Two producers append events, as fast as the store takes
// them or, with a rate, by a schedule; then an event's latency counts from the
// time at which it should have been appended, however late the producer was.
// Each projection follows the events of a topic of its own, so that every event
// is applied once; with --all-events, each of them folds all. A projection
// keeps count, sum and a checksum of every stream, which tells the order.
//
// Prints a table of throughput, latencies, queues and memory. At the end, and
// also after Ctrl-C, it folds the log of the store once more and compares: if
// an event was lost, doubled or applied out of order, it says so and ends with
// 1.

#include "bench/load/load_report.hpp"
#include "bench/load/load_run.hpp"
#include "bench/load/load_settings.hpp"
#include "examples/program.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <thread>

namespace load {

namespace {

class options : public examples::options {
public:
  options() {
    settings.threads = std::clamp(size_t{std::thread::hardware_concurrency()},
                                  size_t{1}, size_t{64});
    opt_group{custom_options_, "global"}
      .add(settings.projections, "projections",
           "number of projections, each of which follows a topic of its own "
           "(default: 100)")
      .add(settings.streams, "streams",
           "streams of each projection from each of two producers, every one "
           "a row of its view (default: 2)")
      .add(settings.events, "events",
           "events to append (default: no limit with --seconds, 100000 without "
           "either)")
      .add(settings.event_size, "event-size",
           "bytes of an event's payload (default: 256)")
      .add(settings.rate, "rate",
           "events a second by a schedule (default: 0, as fast as possible)")
      .add(settings.duplicates, "duplicates",
           "part of events that are appended twice, and count once (default: "
           "0)")
      .add(settings.skew, "skew",
           "how unequally streams and projections get events: the exponent of "
           "Zipf's law (default: 0, all alike)")
      .add(settings.threads, "threads",
           "worker threads for actors (default: one for each processor)")
      .add(settings.backend, "backend",
           "store of events and views: memory: (default), sqlite:PATH or "
           "postgresql://...")
      .add(settings.seconds, "seconds",
           "how long events are appended, in seconds (default: no limit with "
           "--events, 5 without either)")
      .add(settings.csv, "csv", "file for a line every 100 ms")
      .add(settings.plot, "plot", "SVG file for throughput and latencies")
      .add(settings.folds_all, "all-events",
           "every projection folds all events, which is as many times the "
           "work as there are projections");
  }

  load_settings settings;
};

/// A claim on a view in a file takes a file descriptor, and there may be more
/// projections than the usual limit of those.
void allow_many_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
    return;
  files.rlim_cur = files.rlim_max;
  // Where it fails, the usual limit is enough for most loads.
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &files));
}

/// From so many projections on, their actors wait in one queue.
constexpr size_t many_projections = 10'000;

int run(options& chosen) {
  auto& settings = chosen.settings;
  if (auto problem = problem_of(settings); !problem.empty())
    return examples::refuse(problem);
  complete(settings);
  allow_many_files();
  projections::stop_signals signals;
  projections::compat::set_threads(chosen, settings.threads);
  if (settings.projections >= many_projections)
    projections::compat::share_one_queue(chosen);
  caf::actor_system system{chosen};
  load_run load{system, settings, signals.descriptor()};
  load.run();
  std::cout << table_of(settings, load.totals(), load.facts()) << std::flush;
  if (auto problems = load.check(); !problems.empty()) {
    std::cerr << "the result is wrong:\n" << problems;
    return 1;
  }
  std::cout << "checked: nothing lost, doubled or out of order" << std::endl;
  return 0;
}

} // namespace

} // namespace load

int main(int argc, char** argv) {
  return examples::run<load::options>(
    argc, argv, load::run,
    "bench_load puts a load on many projections at once, measures it, and "
    "checks\n"
    "that every event counted exactly once.\n");
}
