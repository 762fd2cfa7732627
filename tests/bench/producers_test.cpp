// Goal: producers append what they are asked to, each event once and in order,
// and answer for what the store does. Method: a store in memory, and ones that
// forget or refuse.
#include "bench/load/producers.hpp"

#include "bench/load/load_payload.hpp"
#include "projections/storage/log/shared_event_store.hpp"
#include "projections/storage/memory/memory_event_store.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace load;
using namespace projections;

namespace {

/// A store that does to each append what `change` says before it takes it.
template <class Change>
class changing_store final : public event_store {
public:
  changing_store(std::shared_ptr<memory_log> log, Change change)
    : store_(std::move(log)), change_(std::move(change)) {
    // nop
  }

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override {
    auto changed = requests;
    for (auto& x : changed)
      change_(x);
    return store_.append(changed);
  }

  std::vector<recorded_event> read_stream(std::string_view stream,
                                          stream_version after,
                                          size_t limit) override {
    return store_.read_stream(stream, after, limit);
  }

  log_slice read_all(log_position after, size_t limit,
                     const std::vector<std::string>& topics) override {
    return store_.read_all(after, limit, topics);
  }

  std::vector<std::optional<recorded_event>>
  find_keys(const std::vector<std::string>& keys) override {
    return store_.find_keys(keys);
  }

  log_position head() override {
    return store_.head();
  }

  std::shared_ptr<change_signal> changes() override {
    return store_.changes();
  }

  std::optional<std::chrono::milliseconds> poll_interval() const override {
    return store_.poll_interval();
  }

private:
  memory_event_store store_;
  Change change_;
};

/// Returns the store as producers use it.
template <class Change>
std::shared_ptr<event_store> changing(std::shared_ptr<memory_log> log,
                                      Change change) {
  return std::make_shared<shared_event_store>(
    std::make_shared<changing_store<Change>>(std::move(log), change));
}

/// Returns whether the text of an exception has `part` in it.
auto says(const std::string& part) {
  return [part](const std::exception& e) {
    return std::string{e.what()}.find(part) != std::string::npos;
  };
}

struct fixture {
  std::shared_ptr<memory_log> log = std::make_shared<memory_log>();
  load_settings settings;
  load_meter meter;

  fixture() {
    settings.event_size = 64;
  }

  [[nodiscard]] std::shared_ptr<event_store> store() const {
    return std::make_shared<shared_event_store>(
      std::make_shared<memory_event_store>(log));
  }

  /// Two producers with two streams each.
  static std::vector<std::vector<load_stream>> streams() {
    return {{{"a", "x"}, {"b", "y"}}, {{"c", "x"}, {"d", "y"}}};
  }

  /// Returns the events in the log by stream, and checks their order.
  std::map<std::string, uint64_t> recorded() {
    std::map<std::string, uint64_t> result;
    memory_event_store reader{log};
    auto slice = reader.read_all(log_start, 100'000, {});
    BOOST_TEST(slice.at_head);
    for (auto& x : slice.events)
      BOOST_REQUIRE_EQUAL(static_cast<uint64_t>(decode_front(x.payload).number),
                          ++result[x.stream]);
    return result;
  }

  /// Returns what producers say was acknowledged.
  static std::map<std::string, uint64_t> acknowledged(const producers& x) {
    std::map<std::string, uint64_t> result;
    for (auto& of_producer : x.streams())
      for (auto& stream : of_producer)
        if (stream.acknowledged > 0)
          result[stream.name] = stream.acknowledged;
    return result;
  }
};

uint64_t sum_of(const std::map<std::string, uint64_t>& counts) {
  uint64_t result = 0;
  for (auto& x : counts)
    result += x.second;
  return result;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(load_producers, fixture)

BOOST_AUTO_TEST_CASE(all_events_are_appended_in_order) {
  settings.events = 3001;
  producers sources{settings, streams(), store(), meter};
  sources.join();
  BOOST_TEST(sources.are_done());
  auto counts = recorded();
  BOOST_TEST(sum_of(counts) == 3001u);
  BOOST_TEST(counts.size() == 4u);
  BOOST_TEST((counts == acknowledged(sources)));
  BOOST_TEST(meter.totals().appended == 3001u);
  BOOST_TEST(meter.totals().in_flight_max <= producer_count * batch_events_max);
}

BOOST_AUTO_TEST_CASE(duplicates_are_refused_by_the_store) {
  settings.events = 2000;
  settings.duplicates = 1;
  producers sources{settings, streams(), store(), meter};
  sources.join();
  BOOST_TEST(sum_of(recorded()) == 2000u);
  BOOST_TEST(meter.totals().refused == 2000u);
}

BOOST_AUTO_TEST_CASE(schedule_gives_every_event_its_time) {
  settings.events = 100;
  settings.rate = 100'000;
  producers sources{settings, streams(), store(), meter};
  sources.join();
  BOOST_TEST(sources.unsent() == 0u);
  memory_event_store reader{log};
  std::map<int64_t, int> times;
  for (auto& x : reader.read_all(log_start, 1000, {}).events)
    ++times[decode_front(x.payload).due_ns];
  // One event every 10 microseconds, from both producers in turn.
  BOOST_TEST(times.size() == 100u);
  BOOST_TEST(times.begin()->first == 0);
  BOOST_TEST(times.rbegin()->first == 990'000);
}

BOOST_AUTO_TEST_CASE(schedule_that_is_cut_short_is_told) {
  settings.rate = 1e7;
  settings.seconds = 0.02;
  producers sources{settings, streams(), store(), meter};
  sources.join();
  auto count = sum_of(recorded());
  // Nobody builds and appends ten million events a second here.
  BOOST_TEST(sources.unsent() > 0u);
  BOOST_TEST(count + sources.unsent() == 200'000u);
}

BOOST_AUTO_TEST_CASE(stop_ends_a_schedule_that_has_not_begun) {
  settings.rate = 0.001;
  settings.events = 10;
  producers sources{settings, streams(), store(), meter};
  sources.stop();
  sources.join();
  BOOST_TEST(sum_of(recorded()) <= 1u);
}

BOOST_AUTO_TEST_CASE(store_that_takes_an_event_twice_is_found) {
  settings.events = 500;
  settings.duplicates = 1;
  auto forgets = changing(
    log, [](append_request& x) { x.events[0].idempotency_key.clear(); });
  producers sources{settings, streams(), forgets, meter};
  BOOST_CHECK_EXCEPTION(sources.join(), std::runtime_error,
                        says("was taken twice under the same key"));
}

BOOST_AUTO_TEST_CASE(store_that_refuses_an_event_is_found) {
  settings.events = 500;
  auto refuses = changing(log, [](append_request& x) { x.expected = 77; });
  producers sources{settings, streams(), refuses, meter};
  BOOST_CHECK_EXCEPTION(sources.join(), std::runtime_error,
                        says("was not taken: "));
}

BOOST_AUTO_TEST_SUITE_END()
