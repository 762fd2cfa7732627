// Measures appends to an event store through its actor.
//
//   bench_store_append STORE lone COUNT SEED
//       one sender that appends one event at a time
//   bench_store_append STORE concurrent COUNT SEED
//       64 actors, each of which appends its next event when the last one was
//       recorded
//   bench_store_append STORE groups COUNT SEED
//       one sender that appends 1,000 events at a time
//
// STORE is the name of a store. It may hold other events.

#include "bench/command_line.hpp"
#include "bench/stopwatch.hpp"
#include "bench/store_events.hpp"
#include "bench/store_under_test.hpp"
#include "projections/runtime/event_log.hpp"
#include "projections/runtime/open_store.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace projections::bench {

/// Tells an appending actor to begin.
struct begin_appending {};

/// An actor that appends.
using appender_actor = compat::typed_interface<
  // Appends one event after another.
  void(begin_appending)>;

} // namespace projections::bench

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(projections::bench::begin_appending)

CAF_BEGIN_TYPE_ID_BLOCK(projections_bench, caf::id_block::projections::end)

  CAF_ADD_TYPE_ID(projections_bench, (projections::bench::begin_appending))

CAF_END_TYPE_ID_BLOCK(projections_bench)

namespace projections::bench {
namespace {

/// So many actors append at the same time.
constexpr size_t actors = 64;

/// So many events are in a group.
constexpr size_t group = 1000;

using request_list = std::vector<append_request>;

/// Appends one event after another and counts down when all are recorded.
struct appender_state {
  using interface = appender_actor;

  static constexpr const char* actor_name = "appender";

  /// What all appenders share.
  struct shared {
    std::atomic<size_t> refused = 0;
    std::latch open{actors};
  };

  /// Every one of `appends` goes into an append of its own.
  appender_state(interface::pointer self, event_store_actor store,
                 std::vector<request_list> appends, std::shared_ptr<shared> all)
    : self_(self), store_(std::move(store)), appends_(std::move(appends)),
      all_(std::move(all)) {
    // nop
  }

  interface::behavior_type make_behavior() {
    return {[this](begin_appending) { append_next(); }};
  }

private:
  void append_next() {
    if (next_ == appends_.size()) {
      all_->open.count_down();
      return;
    }
    compat::request(self_, store_, append_events{std::move(appends_[next_++])})
      .then(
        [this](const append_results& x) {
          if (x.outcomes.front().error != append_error::none)
            ++all_->refused;
          append_next();
        },
        [this](const caf::error&) {
          ++all_->refused;
          append_next();
        });
  }

  interface::pointer self_;
  event_store_actor store_;
  std::vector<request_list> appends_;
  size_t next_ = 0;
  std::shared_ptr<shared> all_;
};

void append_by_many(event_log& log, const std::vector<recorded_event>& events) {
  // Every stream belongs to one actor, so that nobody is refused.
  std::vector<std::vector<request_list>> appends(actors);
  for (size_t i = 0; i < events.size(); ++i)
    appends[i / events_per_stream % actors].push_back(
      requests_of(events, i, i + 1));
  auto all = std::make_shared<appender_state::shared>();
  std::vector<appender_actor> senders;
  for (auto& x : appends)
    senders.push_back(compat::spawn_state<appender_state>(
      log.system(), log.appender(), std::move(x), all));
  stopwatch watch;
  watch.start();
  for (auto& x : senders)
    compat::send_anonymously(x, begin_appending{});
  all->open.wait();
  watch.stop(events.size());
  check_count("refused appends", all->refused, 0);
}

void append_by_one(event_log& log, const std::vector<recorded_event>& events,
                   size_t size) {
  std::vector<request_list> appends;
  for (size_t i = 0; i < events.size(); i += size)
    appends.push_back(requests_of(events, i, i + size));
  auto store = log.store();
  size_t refused = 0;
  stopwatch watch;
  watch.start(appends.size());
  for (auto& x : appends) {
    watch.begin_step();
    for (auto& outcome : store->append(x))
      refused += outcome.error == append_error::none ? 0 : 1;
    watch.end_step();
  }
  watch.stop(events.size());
  check_count("refused appends", refused, 0);
}

void run(int argc, char** argv) {
  std::string_view mode = argc == 5 ? argv[2] : "";
  if (mode != "lone" && mode != "concurrent" && mode != "groups")
    throw bad_command_line{};
  auto events = make_events(count_of(argv[3]), count_of(argv[4]));
  auto config = bench_configuration::make();
  compat::add_message_types<caf::id_block::projections_bench>(config);
  caf::actor_system system{config};
  event_log log{system, open_store(parse_store_name(argv[1]))};
  if (mode == "concurrent")
    append_by_many(log, events);
  else
    append_by_one(log, events, mode == "lone" ? 1 : group);
}

} // namespace
} // namespace projections::bench

int main(int argc, char** argv) {
  return projections::bench::run_program(
    "bench_store_append STORE (lone | concurrent | groups) COUNT SEED", argc,
    argv, [&] { projections::bench::run(argc, argv); });
}
