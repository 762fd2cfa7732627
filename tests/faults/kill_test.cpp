// Goal: a process that is killed at any moment loses no event that it has
// acknowledged, its view counts every event once, and every event is answered
// once. Method: a process that
// appends and projects at the same time is started and killed, over and over on
// the same databases; a kill counts if it comes after the first acknowledgement
// and before the end. After each kill, the store and the view as they lie are
// compared with what was acknowledged and with each other; at the end, a run
// goes to the head.
#include "projections/runtime/open_view.hpp"
#include "tests/faults/emitting_projection.hpp"
#include "tests/faults/killable_process.hpp"
#include "tests/faults/log_checks.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

namespace {

using namespace projections;
using namespace projections::test;

/// Appends of each thread of the process, more than it can make before it is
/// killed, as a rule.
constexpr int appends_max = 400;

/// The process is killed after so many acknowledged events at most, and so many
/// microseconds.
constexpr unsigned events_before_kill_max = 200;
constexpr unsigned delay_us_max = 3000;

/// So many runs may end by themselves for each one that is killed.
constexpr int runs_for_a_kill = 3;

#ifdef PROJECTIONS_WITH_SQLITE
/// A store and a view in one SQLite database, or in two.
template <bool IsOne>
class sqlite_place {
public:
  static constexpr int kills = 15;

  [[nodiscard]] std::string events() const {
    return events_.name();
  }

  [[nodiscard]] std::string view() const {
    return IsOne ? events() : view_.name();
  }

  /// Returns when nothing of a process that was killed goes on.
  void settle() const {
    // A process is all there is.
  }

private:
  sqlite_backend events_;
  sqlite_backend view_;
};
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
/// A store and a view in one schema of a PostgreSQL database.
class postgres_place {
public:
  static constexpr int kills = 25;

  [[nodiscard]] std::string events() const {
    return database_.name();
  }

  [[nodiscard]] std::string view() const {
    return database_.name();
  }

  /// Returns when nothing of a process that was killed goes on: its sessions
  /// end when the server sees that it is gone, after what is under way.
  void settle() const {
    while (database_.schema().run("SELECT count(*) FROM pg_stat_activity "
                                  "WHERE application_name = 'projections'")
           != "0;")
      std::this_thread::yield();
  }

private:
  postgres_backend database_;
};
#endif

// clang-format off
using places = decltype(std::tuple_cat(
#ifdef PROJECTIONS_WITH_SQLITE
  std::declval<std::tuple<sqlite_place<true>, sqlite_place<false>>>(),
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
  std::declval<std::tuple<postgres_place>>(),
#endif
  std::declval<std::tuple<>>()));
// clang-format on

/// An event as it was acknowledged.
struct acknowledged_event {
  std::string stream;
  stream_version version = 0;
};

/// What was acknowledged, by position.
using acknowledged_events = std::map<log_position, acknowledged_event>;

/// Takes a line of the process; returns false for the last one, `end`.
bool take(const std::string& line, acknowledged_events& events) {
  if (line == "end")
    return false;
  std::istringstream words{line};
  acknowledged_event event;
  log_position position = log_start;
  words >> event.stream >> event.version >> position;
  BOOST_REQUIRE_MESSAGE(words, "not understood: " << line);
  BOOST_REQUIRE_MESSAGE(events.emplace(position, event).second,
                        "position " << position << " was given twice");
  return true;
}

/// Runs processes on one place.
template <class Place>
class victim {
public:
  explicit victim(uint64_t seed) : random_(static_cast<uint32_t>(seed)) {
    // nop
  }

  /// Starts a process and kills it. Returns false if it came to its end before.
  bool run_and_kill() {
    auto process = start(appends_max);
    auto events = 1 + random_() % events_before_kill_max;
    auto delay = std::chrono::microseconds{random_() % delay_us_max};
    auto has_ended = false;
    auto read = [&] {
      auto line = process.read_line();
      has_ended = has_ended || (line && !take(*line, acknowledged_));
      return line.has_value();
    };
    for (size_t i = 0; i < events && read(); ++i) {
      // Each line is taken by `read`.
    }
    // A moment that does not come from a line, but anywhere between two.
    auto until = std::chrono::steady_clock::now() + delay;
    while (std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
    process.kill();
    // What was said before is acknowledged, even if it is read only now.
    while (read()) {
      // Each line is taken by `read`.
    }
    auto status = process.wait();
    place_.settle();
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
      return !has_ended;
    BOOST_REQUIRE(WIFEXITED(status));
    BOOST_REQUIRE(WEXITSTATUS(status) == 0);
    return false;
  }

  /// Lets a process fold what there is and end.
  void run_to_the_head() {
    auto process = start(0);
    auto line = process.read_line();
    BOOST_TEST((line && *line == "end"));
    BOOST_TEST(process.wait() == 0);
    place_.settle();
  }

  /// Compares store, view and what was acknowledged, and returns how far the
  /// view is behind the log.
  log_position check() {
    auto log = whole_log(*open_store(parse_store_name(place_.events()))());
    BOOST_TEST(disorder_of(log) == "");
    std::map<log_position, const recorded_event*> by_position;
    for (auto& x : log)
      by_position.emplace(x.position, &x);
    for (auto& [position, event] : acknowledged_) {
      auto found = by_position.find(position);
      BOOST_TEST_REQUIRE((found != by_position.end()),
                         "acknowledged position " << position << " is lost");
      BOOST_TEST(found->second->stream == event.stream);
      BOOST_TEST(found->second->version == event.version);
    }
    auto answered = open_emitting_recorder(place_.view())
                      ->max_tracking_id("upstream")
                      .value_or(0);
    BOOST_TEST(
      fault_of_emissions(log, answered, place_.events() == place_.view())
      == "");
    auto content = content_of(*open_view<event_counters_over>(
      parse_store_name(place_.view()), "eventcounters"));
    BOOST_TEST(content == fold_of(log, content.position));
    BOOST_TEST(content.position <= last_position(log));
    return last_position(log) - content.position;
  }

private:
  killable_process start(int appends) {
    return killable_process{{PROJECTIONS_APPEND_AND_PROJECT, place_.events(),
                             place_.view(), std::to_string(random_() % 100'000),
                             std::to_string(appends)}};
  }

  Place place_;
  std::mt19937 random_;
  acknowledged_events acknowledged_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(kills)

BOOST_AUTO_TEST_CASE_TEMPLATE(killed_process_loses_and_repeats_nothing, Place,
                              places) {
  check_random_seeds(1, [](uint64_t seed) {
    victim<Place> process{seed};
    int kills = 0;
    int runs = 0;
    int kills_behind = 0;
    for (; kills < Place::kills && runs < runs_for_a_kill * Place::kills;
         ++runs)
      BOOST_TEST_CONTEXT("after run " << runs) {
        kills += process.run_and_kill() ? 1 : 0;
        kills_behind += process.check() > 0 ? 1 : 0;
      }
    BOOST_TEST(kills == Place::kills);
    // Some kills came while there was something to project.
    BOOST_TEST(kills_behind > 0);
    process.run_to_the_head();
    BOOST_TEST(process.check() == 0);
  });
}

BOOST_AUTO_TEST_SUITE_END()
