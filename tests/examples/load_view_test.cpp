// Goal: a view of the load example has what was committed, in order, and tells
// of nothing else. Method: every view that needs no server, with transactions
// that are committed and that fail.
#include "examples/multi_projection_load/load_view.hpp"

#include "tests/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace load;

namespace {

/// A view, and what it has told of.
struct told_view {
  explicit told_view(const std::string& name)
    : view(open_load_view(parse_store_name(name))) {
    view->applied = [this](const std::vector<int64_t>& due_ns) {
      times.insert(times.end(), due_ns.begin(), due_ns.end());
    };
  }

  std::shared_ptr<load_view> view;
  std::vector<int64_t> times;
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

/// Folds two events in a transaction, one more of the same stream in another
/// one, and one for another projection.
void check_commit(told_view& x) {
  auto& view = *x.view;
  view.in_one_transaction([&] {
    view.apply("s", first, {"p", 1});
    view.apply("s", second, {"p", 2});
    BOOST_TEST(x.times.empty());
  });
  BOOST_TEST(x.times == (std::vector<int64_t>{10, 20}),
             boost::test_tools::per_element());
  view.in_one_transaction([&] { view.apply("s", third, {"q", 3}); });
  BOOST_TEST(
    (view.states("p") == stream_states{{"s", folded({first, second})}}));
  BOOST_TEST((view.states("q") == stream_states{{"s", folded({third})}}));
  // The state goes on from what is stored.
  view.in_one_transaction([&] { view.apply("s", third, {"p", 3}); });
  BOOST_TEST(
    (view.states("p") == stream_states{{"s", folded({first, second, third})}}));
  BOOST_TEST(x.times.size() == 4u);
  BOOST_TEST(view.max_tracking_id("p").value() == 3);
  BOOST_TEST(view.states("r").empty());
}

} // namespace

BOOST_AUTO_TEST_SUITE(load_views)

BOOST_AUTO_TEST_CASE(view_in_memory_has_what_was_committed) {
  told_view x{"memory:"};
  check_commit(x);
}

#ifdef PROJECTIONS_WITH_SQLITE
BOOST_AUTO_TEST_CASE(view_in_sqlite_has_what_was_committed) {
  projections::test::temporary_folder folder;
  told_view x{"sqlite:" + folder.path() + "/store"};
  check_commit(x);
}

BOOST_AUTO_TEST_CASE(view_in_sqlite_goes_on_when_it_is_opened_again) {
  projections::test::temporary_folder folder;
  auto name = "sqlite:" + folder.path() + "/store";
  {
    told_view x{name};
    x.view->in_one_transaction([&] {
      x.view->apply("s", first, {"p", 1});
      x.view->apply("s", second, {"p", 2});
    });
  }
  told_view x{name};
  x.view->in_one_transaction([&] { x.view->apply("s", third, {"p", 3}); });
  BOOST_TEST((x.view->states("p")
              == stream_states{{"s", folded({first, second, third})}}));
}

BOOST_AUTO_TEST_CASE(transaction_that_fails_leaves_nothing_in_sqlite) {
  projections::test::temporary_folder folder;
  told_view x{"sqlite:" + folder.path() + "/store"};
  auto& view = *x.view;
  view.in_one_transaction([&] { view.apply("s", first, {"p", 1}); });
  BOOST_CHECK_THROW(view.in_one_transaction([&] {
    view.apply("s", second, {"p", 2});
    throw std::runtime_error{"as asked for"};
  }),
                    std::runtime_error);
  BOOST_TEST(x.times.size() == 1u);
  BOOST_TEST((view.states("p") == stream_states{{"s", folded({first})}}));
  view.in_one_transaction([&] { view.apply("s", second, {"p", 2}); });
  BOOST_TEST(
    (view.states("p") == stream_states{{"s", folded({first, second})}}));
  BOOST_TEST(x.times.size() == 2u);
}
#endif

BOOST_AUTO_TEST_SUITE_END()
