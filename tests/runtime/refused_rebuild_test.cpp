// Goal: a rebuild does not lose what other applications have in the view, and
// one that is refused changes nothing. Method: a view that tracks another
// application, over every pair of store and view, and a recorder that only
// emits.
#include "projections/folds/emissions/emission_recorder.hpp"
#include "projections/runtime/projection_runner.hpp"
#include "projections/storage/log/store_error.hpp"
#include "projections/storage/memory/memory_recorder_with_events.hpp"
#include "tests/runtime/counting_projection.hpp"
#include "tests/runtime/raw_projection.hpp"
#include "tests/runtime/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;

} // namespace

BOOST_AUTO_TEST_SUITE(refused_rebuilds)

BOOST_AUTO_TEST_CASE_TEMPLATE(rebuild_does_not_lose_other_applications, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  auto view = f.view();
  view->incr_created_event_counter({"downstream", 7});
  auto last = f.append("a", {"T", "T"});
  auto runner = f.run(view);
  runner->wait(last, long_time);
  try {
    runner->rebuild();
    BOOST_ERROR("what another application has folded was emptied");
  } catch (const rebuild_refused& e) {
    BOOST_TEST(
      e.what()
      == std::string{
        "the view of projection \"eventcounters\" has events of other "
        "applications, too, which a rebuild for \"upstream\" would lose: "
        "\"downstream\"; stop their runners, forget() these applications in "
        "the view, rebuild it, and start the runners again"});
  }
  // It goes on as if nothing had been asked.
  last = f.append("b", {"T"});
  runner->wait(last, long_time);
  BOOST_TEST(view->get_created_event_counter() == 3);
  view->forget("downstream");
  runner->rebuild();
  runner->wait(last, long_time);
  BOOST_TEST(view->get_created_event_counter() == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(failure_outlives_a_refused_rebuild, Backend,
                              runner_backends) {
  runner_fixture<Backend> f;
  auto view = f.view();
  view->insert_tracking({"downstream", 7});
  f.append("a", {"spanner"});
  auto runner = f.run(view);
  while (runner->status().phase != runner_phase::failed)
    std::this_thread::yield();
  BOOST_CHECK_THROW(runner->rebuild(), rebuild_refused);
  BOOST_TEST((runner->status().phase == runner_phase::failed));
  BOOST_CHECK_THROW(runner->close(), spanner_thrown);
}

BOOST_AUTO_TEST_CASE(rebuild_of_what_only_emits_loses_nothing) {
  runner_fixture<store_and_view<memory_backend>> f;
  auto emits = std::make_shared<emission_recorder>(
    emission_settings{"p"}, "own",
    std::make_shared<memory_recorder_with_events>(
      std::make_shared<memory_log>()),
    std::vector<emission_target>{});
  emits->insert_tracking({"downstream", 7});
  auto last = f.append("a", {"T", "T"});
  auto runner = f.run(std::make_shared<raw_projection<emission_recorder>>(
    "p", emits,
    [](emission_recorder& to, const recorded_event&, const tracking& x) {
      to.insert_tracking(x);
    }));
  runner->wait(last, long_time);
  runner->rebuild();
  runner->wait(last, long_time);
  BOOST_TEST(emits->has_tracking_id("downstream", 7));
}

BOOST_AUTO_TEST_SUITE_END()
