// Goal: a view of the load has what was committed, and tells of nothing else.
// Method: every view that needs no server, with transactions that are committed
// and that fail.
#include "examples/multi_projection_load/load_view.hpp"

#include "tests/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

using namespace load;

namespace {

/// Keeps what a view has told of.
struct applied_times {
  std::vector<int64_t> times;

  load_view::applied_function teller() {
    return [this](std::span<const int64_t> x) {
      times.insert(times.end(), x.begin(), x.end());
    };
  }
};

stream_state folded(const std::vector<load_event>& events) {
  stream_state result;
  for (auto& x : events)
    result.fold(x);
  return result;
}

const load_event first{1, 10, 5};
const load_event second{2, 20, 6};
const load_event third{3, 30, 7};

/// Folds two events in a transaction, and a third one for another projection.
void check_commit(load_view& view, const applied_times& applied) {
  view.in_one_transaction([&] {
    view.apply("s", first, {"p", 1});
    view.apply("s", second, {"p", 2});
    BOOST_TEST(applied.times.empty());
  });
  BOOST_TEST(applied.times == (std::vector<int64_t>{10, 20}),
             boost::test_tools::per_element());
  view.in_one_transaction([&] { view.apply("s", third, {"q", 3}); });
  BOOST_TEST(
    (view.states("p") == stream_states{{"s", folded({first, second})}}));
  BOOST_TEST((view.states("q") == stream_states{{"s", folded({third})}}));
  BOOST_TEST(view.max_tracking_id("p").value() == 2);
  BOOST_TEST(view.states("r").empty());
}

} // namespace

BOOST_AUTO_TEST_SUITE(load_views)

BOOST_AUTO_TEST_CASE(view_in_memory_has_what_was_committed) {
  applied_times applied;
  memory_load_view view{applied.teller()};
  check_commit(view, applied);
}

#ifdef PROJECTIONS_WITH_SQLITE
BOOST_AUTO_TEST_CASE(view_in_sqlite_has_what_was_committed) {
  projections::test::temporary_folder folder;
  applied_times applied;
  sqlite_load_view view{folder.path() + "/views", applied.teller()};
  check_commit(view, applied);
}

BOOST_AUTO_TEST_CASE(transaction_that_fails_leaves_nothing_in_sqlite) {
  projections::test::temporary_folder folder;
  applied_times applied;
  sqlite_load_view view{folder.path() + "/views", applied.teller()};
  view.in_one_transaction([&] { view.apply("s", first, {"p", 1}); });
  BOOST_CHECK_THROW(view.in_one_transaction([&] {
    view.apply("s", second, {"p", 2});
    throw std::runtime_error{"as asked for"};
  }),
                    std::runtime_error);
  BOOST_TEST(applied.times.size() == 1u);
  BOOST_TEST((view.states("p") == stream_states{{"s", folded({first})}}));
  // The state goes on from what was committed.
  view.in_one_transaction([&] { view.apply("s", second, {"p", 2}); });
  BOOST_TEST(
    (view.states("p") == stream_states{{"s", folded({first, second})}}));
}
#endif

BOOST_AUTO_TEST_SUITE_END()
