// Goal: every event is answered exactly once, however many projections answer
// into the same streams at the same time and however often that fails. Method:
// 100,000 follows among 1,000 users, answered by 16 projections whose stores
// fail in 30 % of all appends: before, in the middle and afterwards.
#include "projections/folds/processors/event_projection.hpp"
#include "projections/storage/log/failing_event_store.hpp"
#include "projections/storage/memory/memory_recorder.hpp"
#include "tests/runtime/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;

constexpr size_t users = 1'000;
constexpr size_t follows = 100'000;
constexpr size_t emitting = 16;
constexpr size_t batch = 1'000;
constexpr double fail_rate = 0.3;

/// Answers what a part of the users do: stream and payload are numbers of
/// users.
class partial_followship final : public event_projection {
public:
  partial_followship(size_t part, std::shared_ptr<event_store> store)
    : event_projection(
      {"followship" + std::to_string(part), {"Followed"}, {"WasFollowed"}},
      std::make_shared<memory_recorder<>>(), {{"social", std::move(store)}}),
      part_(part) {
    // nop
  }

  std::vector<emission>
  emissions_for(const recorded_event& event) const override {
    if (std::stoul(event.stream) % emitting != part_)
      return {};
    return {{event.payload, "WasFollowed",
             event.stream + ' ' + std::to_string(event.version)}};
  }

private:
  size_t part_;
};

/// Appends the follows and returns them as `<whom> <who> <version>`, with how
/// often each is to be answered.
std::unordered_map<std::string, int> append_follows(event_store& store) {
  std::unordered_map<std::string, int> result;
  std::mt19937 random{4};
  std::vector<stream_version> versions(users, 0);
  for (size_t i = 0; i < follows; i += batch) {
    std::vector<append_request> requests;
    for (size_t n = 0; n < batch; ++n) {
      auto who = random() % users;
      auto whom = std::to_string(random() % users);
      requests.push_back(
        {std::to_string(who), any_version, {{"Followed", whom}}});
      ++result[whom + ' ' + std::to_string(who) + ' '
               + std::to_string(++versions[who])];
    }
    for (auto& x : store.append(requests))
      BOOST_REQUIRE((x.error == append_error::none));
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(followers)

BOOST_AUTO_TEST_CASE(every_follow_is_answered_exactly_once) {
  auto config = runner_configuration::make();
  caf::actor_system system{config};
  auto all = std::make_shared<memory_log>();
  event_log log{system,
                [&] { return std::make_unique<memory_event_store>(all); }};
  memory_event_store store{all};
  auto open = append_follows(store);
  auto head = store.head();
  projection_settings settings;
  settings.group.events_max = 500;
  settings.runner.retry.delay = settings.runner.retry.delay_max
    = std::chrono::milliseconds{1};
  std::vector<std::shared_ptr<failing_event_store>> stores;
  std::vector<std::unique_ptr<projection_runner>> runners;
  for (size_t i = 0; i < emitting; ++i) {
    stores.push_back(std::make_shared<failing_event_store>(
      log.store(), random_faults(fail_rate, i)));
    runners.push_back(std::make_unique<projection_runner>(
      log, "social", std::make_shared<partial_followship>(i, stores[i]),
      settings));
  }
  size_t failures = 0;
  for (size_t i = 0; i < emitting; ++i) {
    runners[i]->wait(head, long_time);
    runners[i]->close();
    BOOST_TEST(stores[i]->failures() > 0u);
    failures += stores[i]->failures();
    BOOST_TEST(runners[i]->status().retries == stores[i]->failures());
  }
  BOOST_TEST(failures > 100u);
  log_position at = head;
  for (auto at_head = false; !at_head;) {
    auto slice = store.read_all(at, 10'000, {});
    for (auto& x : slice.events) {
      BOOST_REQUIRE(x.topic == "WasFollowed");
      --open[x.stream + ' ' + x.payload];
    }
    at = slice.read_to;
    at_head = slice.at_head;
  }
  size_t wrong = 0;
  for (auto& [answer, count] : open)
    wrong += count == 0 ? 0 : 1;
  BOOST_TEST(wrong == 0u);
  BOOST_TEST(static_cast<size_t>(at - head) == follows);
}

BOOST_AUTO_TEST_SUITE_END()
