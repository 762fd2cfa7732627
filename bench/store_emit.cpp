// Measures how fast a projection answers a log with events: from the start of
// its runner until every event is answered.
//
//   bench_store_emit STORE first COUNT
//       answers the first COUNT events of STORE, none of which is answered
//   bench_store_emit STORE again COUNT
//       answers them first, and then measures that nothing is left to do: the
//       projection begins at the start and finds every answer there
//   bench_store_emit STORE plain COUNT
//       appends the same answers without a projection: 1,000 at a time, without
//       keys and metadata
//
// STORE is the name of a store. One in memory is filled first; others hold
// COUNT events, as bench_store_append makes them of seed 1. Groups have 1,000
// events, and tracking and answers are one transaction.

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

/// Answers every event with one in another stream.
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

/// Returns appends of the answers to the first `count` events.
std::vector<std::vector<append_request>> plain_answers(const mirroring& from,
                                                       size_t count) {
  std::vector<std::vector<append_request>> result;
  for (auto& x : make_events(count, 1)) {
    if (result.empty() || result.back().size() == group_limits{}.events_max)
      result.emplace_back();
    for (auto& answer : from.emissions_for(x))
      result.back().push_back(
        {answer.stream, any_version, {{answer.topic, answer.payload}}});
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
  auto answer = [&](std::shared_ptr<mirroring> projection) {
    projection_runner runner{log, application_name, std::move(projection)};
    runner.wait(head, time_max);
    runner.close();
  };
  if (mode == "again") {
    answer(open_projection());
    open_recorder_with_events(name)->forget(application_name);
  }
  std::vector<std::vector<append_request>> appends;
  if (mode == "plain")
    appends = plain_answers(mirroring{open_recorder_with_events(name)}, count);
  auto store = log.store();
  // Opening databases takes no part in the time.
  auto projection = mode == "plain" ? nullptr : open_projection();
  stopwatch watch;
  watch.start();
  if (mode == "plain")
    for (auto& x : appends)
      store->append(x);
  else
    answer(std::move(projection));
  watch.stop(count);
  check_count("events and answers", static_cast<uint64_t>(log.store()->head()),
              2 * count);
}

} // namespace
} // namespace projections::bench

int main(int argc, char** argv) {
  return projections::bench::run_program(
    "bench_store_emit STORE (first | again | plain) COUNT", argc, argv,
    [&] { projections::bench::run(argc, argv); });
}
