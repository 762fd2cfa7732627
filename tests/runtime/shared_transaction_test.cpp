// Goal: folds into one view that come together are committed together, and one
// that fails, or a commit that is lost, costs the others nothing. Method: steps
// for one worker, on the deterministic scheduler, over views in databases that
// count their transactions and lose or deny commits as told.
#include "actors/view_worker.hpp"
#include "storage/projection_fold.hpp"
#include "storage/store_error.hpp"
#include "tests/actors/deterministic.hpp"
#include "tests/contract/view_backends.hpp"
#include "tests/runtime/counting_projection.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

/// A view that counts its transactions, and fails as told when all is
/// committed: because the connection is lost, or for good.
template <template <class> class Counters>
class watched_view final
  : public event_counters::event_counters_over<Counters> {
public:
  using base = event_counters::event_counters_over<Counters>;
  using base::base;

  void in_one_transaction(const std::function<void()>& commands) override {
    ++depth_;
    try {
      base::in_one_transaction(commands);
    } catch (...) {
      --depth_;
      throw;
    }
    if (--depth_ > 0)
      return;
    ++transactions;
    if (loses_connection)
      throw store_unavailable{"lost in the commit"};
    if (std::exchange(denies_a_commit, false))
      throw store_error{"denied"};
  }

  int transactions = 0;
  bool loses_connection = false;
  bool denies_a_commit = false;

private:
  int depth_ = 0;
};

#ifdef PROJECTIONS_WITH_SQLITE
struct watched_sqlite {
  using view_type = watched_view<counting::sqlite_counters>;

  temporary_folder folder;
  std::shared_ptr<view_type> view
    = std::make_shared<view_type>(folder.path() + "/view", "eventcounters");
};
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
struct watched_postgres {
  using view_type = watched_view<counting::postgres_counters>;

  postgres_schema schema;
  std::shared_ptr<view_type> view
    = std::make_shared<view_type>(schema.uri(), "eventcounters");
};
#endif

// clang-format off
using watched_backends = std::tuple<
#if defined(PROJECTIONS_WITH_SQLITE) && defined(PROJECTIONS_WITH_POSTGRESQL)
  watched_sqlite, watched_postgres
#elif defined(PROJECTIONS_WITH_SQLITE)
  watched_sqlite
#elif defined(PROJECTIONS_WITH_POSTGRESQL)
  watched_postgres
#endif
>;
// clang-format on

/// Returns events of streams of their own, one for each topic, from position 1.
std::shared_ptr<const log_slice>
slice_of(const std::vector<std::string>& topics) {
  auto result = std::make_shared<log_slice>();
  for (auto& x : topics) {
    auto position = ++result->read_to;
    result->events.push_back(
      {position, "s" + std::to_string(position), 1, x, "{}"});
  }
  return result;
}

/// A worker, and applications whose events are folded into one view.
template <class Backend>
struct fixture {
  ~fixture() {
    caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
    worker = nullptr;
    system.run();
  }

  /// An application, and what its steps were answered.
  struct application {
    std::string name;
    std::shared_ptr<counting_projection> processor;
    std::shared_ptr<projection_fold> fold;
    std::vector<view_step_done> answers;
  };

  /// Adds applications, whose folds are ready.
  void add(const std::vector<std::string>& names, group_limits limits = {}) {
    for (auto& name : names) {
      auto& x = *applications.emplace_back(std::make_unique<application>());
      x.name = name;
      x.processor = std::make_shared<counting_projection>(backend.view);
      x.fold = std::make_shared<projection_fold>(x.processor, name, limits);
      BOOST_REQUIRE(x.fold->claim());
      x.fold->begin(100);
    }
    backend.view->transactions = 0;
  }

  /// Has `x` ask for a step when the system runs.
  void ask(application& x, view_step_kind kind,
           const std::vector<std::shared_ptr<const log_slice>>& slices = {}) {
    view_step step;
    step.kind = kind;
    step.fold = x.fold;
    for (auto& slice : slices)
      step.slices.push_back({slice, nullptr});
    step.time_max = 1min;
    step.head = 100;
    system.get().spawn([this, &x, step](caf::event_based_actor* self) {
      compat::request(self, worker, step)
        .then(
          [this, &x](const view_step_done& done) {
            x.answers.push_back(done);
            answered.push_back(x.name);
          },
          [](const caf::error& e) { BOOST_ERROR(compat::text_of(e)); });
    });
  }

  /// Has all of them fold `slice` at the same time.
  void fold_all(const std::shared_ptr<const log_slice>& slice) {
    for (auto& x : applications)
      ask(*x, view_step_kind::fold, {slice});
    system.run();
  }

  /// Returns how far the view is with an application.
  log_position tracked(size_t i) {
    return backend.view->max_tracking_id(applications[i]->name)
      .value_or(log_start);
  }

  int64_t counted() {
    return backend.view->get_created_event_counter();
  }

  Backend backend;
  deterministic_system system;
  view_worker_actor worker
    = compat::spawn_state<view_worker_state>(system.get());
  std::vector<std::unique_ptr<application>> applications;

  /// The names of applications in the order in which they were answered.
  std::vector<std::string> answered;
};

} // namespace

BOOST_AUTO_TEST_SUITE(shared_transaction_test)

BOOST_AUTO_TEST_CASE_TEMPLATE(folds_that_come_together_share_a_transaction,
                              Backend, watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two", "three"});
  f.fold_all(slice_of({"T", "T"}));
  BOOST_TEST(f.backend.view->transactions == 1);
  BOOST_TEST(f.counted() == 6);
  for (size_t i = 0; i < 3; ++i) {
    BOOST_TEST(f.tracked(i) == 2);
    auto& answer = f.applications[i]->answers.at(0);
    BOOST_TEST((answer.outcome == view_step_outcome::done));
    BOOST_TEST(answer.position == 2);
    BOOST_TEST(f.applications[i]->fold->events() == 2u);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(fold_that_fails_takes_no_other_with_it, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two", "three"});
  f.ask(*f.applications[0], view_step_kind::fold, {slice_of({"T", "T"})});
  f.ask(*f.applications[1], view_step_kind::fold, {slice_of({"T", "spanner"})});
  f.ask(*f.applications[2], view_step_kind::fold, {slice_of({"T", "T"})});
  f.system.run();
  BOOST_TEST(f.counted() == 5);
  BOOST_TEST(f.tracked(0) == 2);
  BOOST_TEST(f.tracked(1) == 1);
  BOOST_TEST(f.tracked(2) == 2);
  auto& answer = f.applications[1]->answers.at(0);
  BOOST_TEST((answer.outcome == view_step_outcome::failed));
  BOOST_TEST(answer.position == 1);
  BOOST_TEST(answer.failed_event
             == "event \"spanner\" at position 2 (version 1 of stream \"s2\")");
  BOOST_CHECK_THROW(std::rethrow_exception(answer.error), spanner_thrown);
  for (size_t i : {0, 2}) {
    BOOST_TEST(
      (f.applications[i]->answers.at(0).outcome == view_step_outcome::done));
    BOOST_TEST(f.applications[i]->fold->events() == 2u);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lost_commit_is_looked_up_by_each, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two"});
  auto slice = slice_of({"T", "T"});
  f.backend.view->loses_connection = true;
  f.fold_all(slice);
  f.backend.view->loses_connection = false;
  for (auto& x : f.applications) {
    BOOST_TEST((x->answers.at(0).outcome == view_step_outcome::unavailable));
    BOOST_CHECK_THROW(std::rethrow_exception(x->answers[0].error),
                      store_unavailable);
    BOOST_TEST(x->fold->position() == 0);
  }
  // It had happened.
  for (auto& x : f.applications)
    f.ask(*x, view_step_kind::begin);
  f.system.run();
  f.fold_all(slice);
  for (auto& x : f.applications)
    BOOST_TEST((x->answers.at(2).outcome == view_step_outcome::done));
  BOOST_TEST(f.counted() == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_there_after_a_failure_is_not_folded_again,
                              Backend, watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two"});
  f.backend.view->denies_a_commit = true;
  f.fold_all(slice_of({"T", "T"}));
  for (auto& x : f.applications) {
    BOOST_TEST((x->answers.at(0).outcome == view_step_outcome::done));
    BOOST_TEST(x->answers[0].position == 2);
  }
  BOOST_TEST(f.counted() == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(each_has_one_group_in_it, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two"}, {2, 1min});
  f.fold_all(slice_of({"T", "T", "T"}));
  BOOST_TEST(f.backend.view->transactions == 1);
  BOOST_TEST(f.tracked(0) == 2);
  BOOST_TEST(f.applications[1]->answers.at(0).position == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(group_has_as_many_slices_as_it_may, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two"}, {3, 1min});
  auto all = slice_of({"T", "T", "T"});
  auto part = [&](ptrdiff_t from, ptrdiff_t to) {
    auto result = std::make_shared<log_slice>();
    result->events.assign(all->events.begin() + from, all->events.begin() + to);
    result->read_to = to;
    return std::shared_ptr<const log_slice>{std::move(result)};
  };
  f.ask(*f.applications[0], view_step_kind::fold, {part(0, 2), part(2, 3)});
  f.ask(*f.applications[1], view_step_kind::fold, {part(0, 1), part(1, 3)});
  f.system.run();
  BOOST_TEST(f.tracked(0) == 3);
  BOOST_TEST(f.tracked(1) == 3);
  BOOST_TEST(f.backend.view->transactions == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(slow_fold_is_committed_before_others, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"slow", "quick"});
  f.applications[0]->processor->before_event = [](const recorded_event&) {
    // Longer than a transaction goes on taking in others.
    auto until = std::chrono::steady_clock::now() + 20ms;
    while (std::chrono::steady_clock::now() < until)
      ;
  };
  f.fold_all(slice_of({"T"}));
  BOOST_TEST(f.backend.view->transactions == 2);
  BOOST_TEST(f.counted() == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_is_given_back_behind_what_was_asked_before,
                              Backend, watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two"});
  f.ask(*f.applications[0], view_step_kind::fold, {slice_of({"T"})});
  f.ask(*f.applications[0], view_step_kind::leave);
  f.ask(*f.applications[1], view_step_kind::fold, {slice_of({"T"})});
  f.system.run();
  auto& answers = f.applications[0]->answers;
  BOOST_REQUIRE_EQUAL(answers.size(), 2);
  // The fold, and not what else the worker was asked for, comes first.
  BOOST_TEST(f.answered.at(0) == "one");
  BOOST_TEST(answers[0].position == 1);
  BOOST_TEST(f.tracked(0) == 1);
  BOOST_TEST(f.tracked(1) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
