// Goal: a monitor does not hold on to what has ended, even if nobody ever asks
// it. Method: actors on the deterministic scheduler that pass for runners and
// end, one after the other.
#include "projections/actors/log/monitor_actor.hpp"

#include "tests/actors/deterministic.hpp"

#include <caf/event_based_actor.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;

/// Says nothing about itself.
caf::behavior silent_actor(caf::event_based_actor*) {
  return {[](int) {
    // nop
  }};
}

struct fixture {
  ~fixture() {
    caf::anon_send_exit(monitor, caf::exit_reason::user_shutdown);
    system.run();
  }

  /// Has an actor watched, and returns it.
  caf::actor watch() {
    auto result = system.get().spawn(silent_actor);
    compat::send_anonymously(
      monitor, watch_projection{caf::actor_cast<runner_actor>(result)});
    system.run();
    return result;
  }

  deterministic_system system;
  monitor_actor monitor = compat::spawn_state<monitor_state>(system.get());
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(monitor_actor_test, fixture)

BOOST_AUTO_TEST_CASE(ended_runners_are_forgotten_without_being_asked_for) {
  std::vector<caf::weak_actor_ptr> ended;
  auto lives = watch();
  for (int i = 0; i < 1000; ++i) {
    auto ends = watch();
    ended.push_back(caf::actor_cast<caf::weak_actor_ptr>(ends));
    caf::anon_send_exit(ends, caf::exit_reason::user_shutdown);
    ends = nullptr;
    system.run();
  }
  auto held = std::count_if(ended.begin(), ended.end(), [](auto& x) {
    return caf::actor_cast<caf::strong_actor_ptr>(x) != nullptr;
  });
  BOOST_TEST(held <= 16);
  // Who lives is not forgotten.
  auto watched = caf::actor_cast<caf::weak_actor_ptr>(lives);
  lives = nullptr;
  BOOST_TEST((caf::actor_cast<caf::strong_actor_ptr>(watched) != nullptr));
  caf::anon_send_exit(caf::actor_cast<caf::actor>(watched),
                      caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_SUITE_END()
