// Measures how fast a projection emits events for a log: from the start of its
// runner until the last event is processed.
//
//   bench_store_emit STORE first COUNT
//       emits for the first COUNT events of STORE, which has no emissions yet
//   bench_store_emit STORE again COUNT
//       emits for them first, and then measures a run with nothing to add: the
//       projection begins at the start and finds every emission there
//   bench_store_emit STORE plain COUNT
//       appends the same events without a projection: 1,000 at a time, without
//       keys and metadata
//
// STORE is the name of a store. One in memory is filled first; others hold
// COUNT events, as bench_store_append makes them of seed 1. Groups have 1,000
// events, and tracking and emissions are one transaction.

#include "bench/command_line.hpp"
#include "bench/stopwatch.hpp"
#include "bench/store_events.hpp"
#include "bench/store_under_test.hpp"
#include "projections/folds/processors/event_projection.hpp"
#include "projections/runtime/event_log.hpp"
#include "projections/runtime/open_store.hpp"
#include "projections/runtime/projection_runner.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace projections::bench {
namespace {

/// A run that takes longer than this hangs.
constexpr std::chrono::minutes time_max{5};

/// What is booked on an account is booked on its counterpart, too.
struct amount_mirrored {
  int64_t amount_cents = 0;
  std::string reference;
  std::string purpose;
  event_time timestamp;
};

} // namespace
} // namespace projections::bench

template <>
struct projections::event_type<projections::bench::amount_mirrored> {
  using type = projections::bench::amount_mirrored;
  static constexpr std::string_view topic = "bank:Account.Mirrored";
  static constexpr auto fields = std::tuple{
    field("timestamp", &type::timestamp),
    field("amount_cents", &type::amount_cents),
    field("reference", &type::reference), field("purpose", &type::purpose)};
};

namespace projections::bench {
namespace {

/// Returns the stream of the counterpart of an account.
std::string counterpart_of(const recorded_event& x) {
  return {x.stream.rbegin(), x.stream.rend()};
}

/// Emits an event in another stream for every event.
class mirroring final : public event_projection {
public:
  explicit mirroring(std::shared_ptr<recorder_with_events> recorder)
    : event_projection({"mirroring",
                        {std::string{event_type<account_opened>::topic},
                         std::string{event_type<amount_booked>::topic}},
                        {std::string{event_type<amount_mirrored>::topic}}},
                       application_name, std::move(recorder)) {
    on<account_opened>(
      [](const account_opened& x, const recorded_event& recorded) {
        return std::vector{
          emit(counterpart_of(recorded),
               amount_mirrored{0, x.owner, x.currency, x.timestamp})};
      });
    on<amount_booked>(
      [](const amount_booked& x, const recorded_event& recorded) {
        return std::vector{emit(counterpart_of(recorded),
                                amount_mirrored{x.amount_cents, x.reference,
                                                x.purpose, x.timestamp})};
      });
  }
};

/// Returns appends of the emissions for the first `count` events.
std::vector<std::vector<append_request>> plain_emissions(const mirroring& from,
                                                         size_t count) {
  std::vector<std::vector<append_request>> result;
  for (auto& x : make_events(count, 1)) {
    if (result.empty() || result.back().size() == group_limits{}.events_max)
      result.emplace_back();
    for (auto& emitted : from.emissions_for(x))
      result.back().push_back(
        {emitted.stream, any_version, {{emitted.topic, emitted.payload}}});
  }
  return result;
}

void run(int argc, char** argv) {
  std::string_view mode = argc == 4 ? argv[2] : "";
  if (mode != "first" && mode != "again" && mode != "plain")
    throw bad_command_line{};
  auto count = count_of(argv[3]);
  auto name = parse_store_name(argv[1]);
  if (name.kind == store_kind::memory)
    name = parse_store_name("memory:emit");
  auto open = open_store(name);
  if (name.kind == store_kind::memory)
    open()->append(requests_of(make_events(count, 1), 0, count));
  auto config = bench_configuration::make();
  caf::actor_system system{config};
  event_log log{system, open};
  auto head = log.store()->head();
  check_count("events in the store", static_cast<uint64_t>(head), count);
  auto open_projection = [&] {
    return std::make_shared<mirroring>(open_recorder_with_events(name));
  };
  auto emit_all = [&](std::shared_ptr<mirroring> projection) {
    projection_runner runner{log, application_name, std::move(projection)};
    runner.wait(head, time_max);
    runner.close();
  };
  if (mode == "again") {
    emit_all(open_projection());
    open_recorder_with_events(name)->forget(application_name);
  }
  std::vector<std::vector<append_request>> appends;
  if (mode == "plain")
    appends
      = plain_emissions(mirroring{open_recorder_with_events(name)}, count);
  auto store = log.store();
  // Opening databases takes no part in the time.
  auto projection = mode == "plain" ? nullptr : open_projection();
  stopwatch watch;
  watch.start();
  if (mode == "plain")
    for (auto& x : appends)
      store->append(x);
  else
    emit_all(std::move(projection));
  watch.stop(count);
  check_count("events and emissions",
              static_cast<uint64_t>(log.store()->head()), 2 * count);
}

} // namespace
} // namespace projections::bench

int main(int argc, char** argv) {
  return projections::bench::run_program(
    "bench_store_emit STORE (first | again | plain) COUNT", argc, argv,
    [&] { projections::bench::run(argc, argv); });
}
