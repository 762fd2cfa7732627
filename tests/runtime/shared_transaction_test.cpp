// Goal: folds into one view that come together are committed together, and one
// that fails, or a transaction that is lost, costs the others nothing. Method:
// steps for one worker, on the deterministic scheduler, over views in databases
// that count their transactions and fail them as told.
#include "actors/log_reader.hpp"
#include "actors/runner.hpp"
#include "actors/view_worker.hpp"
#include "storage/projection_fold.hpp"
#include "storage/store_error.hpp"
#include "tests/actors/deterministic.hpp"
#include "tests/actors/recording_store.hpp"
#include "tests/contract/view_backends.hpp"
#include "tests/runtime/counting_projection.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

/// A view that counts its transactions, and fails them as told: when they
/// begin, right before the commit, or as if the connection were lost in it.
template <template <class> class Counters>
class watched_view final : public event_counters_over<Counters> {
public:
  using base = event_counters_over<Counters>;
  using base::base;

  void in_one_transaction(const std::function<void()>& commands) override {
    if (is_in_transaction_) {
      base::in_one_transaction(commands);
      return;
    }
    ++transactions;
    if (begin_error)
      std::rethrow_exception(begin_error);
    is_in_transaction_ = true;
    try {
      base::in_one_transaction([&] {
        commands();
        if (before_commit)
          before_commit();
      });
    } catch (...) {
      is_in_transaction_ = false;
      throw;
    }
    is_in_transaction_ = false;
    if (commit_error)
      std::rethrow_exception(std::exchange(commit_error, nullptr));
  }

  int transactions = 0;
  std::exception_ptr begin_error;
  std::function<void()> before_commit;

  /// Is thrown once, when all is committed.
  std::exception_ptr commit_error;

private:
  bool is_in_transaction_ = false;
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

struct watched_memory {
  using view_type = watched_view<counting::memory_counters>;

  std::shared_ptr<view_type> view = std::make_shared<view_type>();
};

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

/// Returns the events of `all` behind the first `from` up to the first `to`.
std::shared_ptr<const log_slice> part_of(const log_slice& all, ptrdiff_t from,
                                         ptrdiff_t to) {
  auto result = std::make_shared<log_slice>();
  result->events.assign(all.events.begin() + from, all.events.begin() + to);
  result->read_to = to;
  return result;
}

std::exception_ptr lost() {
  return std::make_exception_ptr(store_unavailable{"lost"});
}

std::exception_ptr denied() {
  return std::make_exception_ptr(store_error{"denied"});
}

/// A worker, and applications whose events are folded into views.
template <class Backend>
struct fixture {
  using slices = std::vector<std::shared_ptr<const log_slice>>;

  /// A transaction goes on taking in folds for `shared_time_max`.
  explicit fixture(std::chrono::milliseconds shared_time_max = 1min)
    : worker(
      compat::spawn_state<view_worker_state>(system.get(), shared_time_max)) {
    // nop
  }

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

  /// Adds an application that is folded into `view`, and whose fold is ready.
  void add_to(const std::shared_ptr<event_counters_view>& view,
              const std::string& name, group_limits limits = {}) {
    auto& x = *applications.emplace_back(std::make_unique<application>());
    x.name = name;
    x.processor = std::make_shared<counting_projection>(view);
    x.fold = std::make_shared<projection_fold>(x.processor, name, limits);
    BOOST_REQUIRE(x.fold->claim());
    x.fold->begin(100);
  }

  void add(const std::vector<std::string>& names, group_limits limits = {}) {
    for (auto& name : names)
      add_to(backend.view, name, limits);
  }

  /// Has the application ask for a step when the system runs.
  void ask(size_t i, view_step_kind kind, const slices& of_log = {},
           bool is_alone = false) {
    view_step step;
    step.kind = kind;
    step.fold = applications[i]->fold;
    for (auto& slice : of_log)
      step.slices.push_back({slice, nullptr});
    step.time_max = 1min;
    step.is_alone = is_alone;
    step.head = 100;
    system.get().spawn(
      [this, &x = *applications[i], step](caf::event_based_actor* self) {
        compat::request(self, worker, step)
          .then(
            [this, &x](const view_step_done& done) {
              x.answers.push_back(done);
              answered.push_back(x.name);
            },
            [](const caf::error& e) { BOOST_ERROR(compat::text_of(e)); });
      });
  }

  void fold(size_t i, const slices& of_log) {
    ask(i, view_step_kind::fold, of_log);
  }

  /// Has all of them fold `slice` at the same time.
  void fold_all(const std::shared_ptr<const log_slice>& slice) {
    for (size_t i = 0; i < applications.size(); ++i)
      fold(i, {slice});
    system.run();
  }

  /// Returns what the last step of an application was answered.
  const view_step_done& answer(size_t i) {
    BOOST_REQUIRE(!applications[i]->answers.empty());
    return applications[i]->answers.back();
  }

  /// Returns how far the view is with an application.
  log_position tracked(size_t i) {
    return applications[i]
      ->processor->recorder()
      .max_tracking_id(applications[i]->name)
      .value_or(log_start);
  }

  int64_t counted() {
    return backend.view->get_created_event_counter();
  }

  Backend backend;
  deterministic_system system;
  view_worker_actor worker;
  std::vector<std::unique_ptr<application>> applications;

  /// The names of applications in the order in which they were answered.
  std::vector<std::string> answered;
};

} // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(projections::view_step_outcome)

BOOST_AUTO_TEST_SUITE(shared_transaction_test)

// -- what shares a transaction ------------------------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(folds_that_come_together_share_a_transaction,
                              Backend, watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two", "three"});
  f.fold_all(slice_of({"T", "T"}));
  BOOST_TEST(f.backend.view->transactions == 1);
  BOOST_TEST(f.counted() == 6);
  for (size_t i = 0; i < 3; ++i) {
    BOOST_TEST(f.tracked(i) == 2);
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::done);
    BOOST_TEST(f.answer(i).position == 2);
    BOOST_TEST(f.applications[i]->fold->events() == 2u);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(each_has_one_group_in_it, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two"}, {2, 1min});
  f.fold_all(slice_of({"T", "T", "T"}));
  BOOST_TEST(f.backend.view->transactions == 1);
  BOOST_TEST(f.tracked(0) == 2);
  BOOST_TEST(f.answer(1).position == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(group_has_as_many_slices_as_it_may, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two"}, {3, 1min});
  auto all = slice_of({"T", "T", "T", "T"});
  f.fold(0, {part_of(*all, 0, 2), part_of(*all, 2, 3)});
  f.fold(1, {part_of(*all, 0, 2), part_of(*all, 2, 4)});
  f.system.run();
  BOOST_TEST(f.tracked(0) == 3);
  BOOST_TEST(f.tracked(1) == 2);
  BOOST_TEST(f.backend.view->transactions == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(slow_group_gets_no_further_slice, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two"}, {1000, 0ms});
  auto all = slice_of({"T", "T"});
  for (size_t i : {0, 1})
    f.fold(i, {part_of(*all, 0, 1), part_of(*all, 1, 2)});
  f.system.run();
  BOOST_TEST(f.tracked(0) == 1);
  BOOST_TEST(f.tracked(1) == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(fold_that_hurries_ends_its_group, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two"});
  f.applications[0]->fold->hurry(true);
  auto all = slice_of({"T", "T"});
  for (size_t i : {0, 1})
    f.fold(i, {part_of(*all, 0, 1), part_of(*all, 1, 2)});
  f.system.run();
  BOOST_TEST(f.tracked(0) == 1);
  BOOST_TEST(f.tracked(1) == 2);
  BOOST_TEST(f.backend.view->transactions == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(long_transaction_takes_in_no_more, Backend,
                              watched_backends) {
  fixture<Backend> f{0ms};
  f.add({"one", "two", "three"});
  f.fold_all(slice_of({"T"}));
  BOOST_TEST(f.backend.view->transactions == 3);
  BOOST_TEST(f.counted() == 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_asks_to_be_alone_is, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two", "three"});
  auto slice = slice_of({"T"});
  f.fold(0, {slice});
  f.ask(1, view_step_kind::fold, {slice}, true);
  f.fold(2, {slice});
  f.system.run();
  // The others still share one.
  BOOST_TEST(f.backend.view->transactions == 2);
  BOOST_TEST(f.counted() == 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(other_view_has_transactions_of_its_own, Backend,
                              watched_backends) {
  fixture<Backend> f;
  Backend other;
  f.add({"one"});
  f.add_to(other.view, "two");
  f.add({"three"});
  f.fold_all(slice_of({"T"}));
  BOOST_TEST(other.view->transactions == 1);
  BOOST_TEST(f.backend.view->transactions == 2);
  BOOST_TEST(f.counted() == 2);
  BOOST_TEST(f.tracked(1) == 1);
}

BOOST_AUTO_TEST_CASE(views_in_memory_share_none) {
  fixture<watched_memory> f;
  f.add({"one", "two"});
  f.fold_all(slice_of({"T"}));
  BOOST_TEST(f.backend.view->transactions == 2);
  BOOST_TEST(f.counted() == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_is_given_back_behind_what_was_asked_before,
                              Backend, watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two"});
  f.fold(0, {slice_of({"T"})});
  f.ask(0, view_step_kind::leave);
  f.fold(1, {slice_of({"T"})});
  f.system.run();
  auto& answers = f.applications[0]->answers;
  BOOST_REQUIRE_EQUAL(answers.size(), 2);
  // The fold, and not what else the worker was asked for, comes first.
  BOOST_TEST(f.answered.at(0) == "one");
  BOOST_TEST(answers[0].position == 1);
  BOOST_TEST(f.tracked(0) == 1);
  BOOST_TEST(f.tracked(1) == 1);
}

// -- what fails it ------------------------------------------------------------

BOOST_AUTO_TEST_CASE_TEMPLATE(fold_that_fails_takes_no_other_with_it, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two", "three"});
  f.fold(0, {slice_of({"T", "T"})});
  f.fold(1, {slice_of({"T", "spanner"})});
  f.fold(2, {slice_of({"T", "T"})});
  f.system.run();
  BOOST_TEST(f.counted() == 5);
  BOOST_TEST(f.tracked(0) == 2);
  BOOST_TEST(f.tracked(1) == 1);
  BOOST_TEST(f.tracked(2) == 2);
  BOOST_TEST(f.answer(1).outcome == view_step_outcome::failed);
  BOOST_TEST(f.answer(1).position == 1);
  BOOST_TEST(f.answer(1).failed_event
             == "event \"spanner\" at position 2 (version 1 of stream \"s2\")");
  BOOST_CHECK_THROW(std::rethrow_exception(f.answer(1).error), spanner_thrown);
  for (size_t i : {0, 2}) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::done);
    BOOST_TEST(f.applications[i]->fold->events() == 2u);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(fold_that_has_to_wait_keeps_no_other, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two", "three"});
  f.applications[1]->processor->before_event = [](const recorded_event& event) {
    if (event.position == 2)
      throw store_unavailable{"somebody else has a lock on it"};
  };
  f.fold_all(slice_of({"T", "T"}));
  for (size_t i : {0, 2}) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::done);
    BOOST_TEST(f.answer(i).position == 2);
  }
  BOOST_TEST(f.answer(1).outcome == view_step_outcome::unavailable);
  BOOST_TEST(f.answer(1).position == 0);
  BOOST_TEST(f.tracked(1) == 0);
  BOOST_TEST(f.counted() == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_out_of_reach_is_tried_once_for_all, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two", "three"});
  f.backend.view->begin_error = lost();
  auto slice = slice_of({"T"});
  f.fold_all(slice);
  BOOST_TEST(f.backend.view->transactions == 1);
  for (size_t i = 0; i < 3; ++i) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::unavailable);
    BOOST_CHECK_THROW(std::rethrow_exception(f.answer(i).error),
                      store_unavailable);
  }
  f.backend.view->begin_error = nullptr;
  f.fold_all(slice);
  BOOST_TEST(f.counted() == 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_that_lets_nobody_write_fails_each, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two", "three"});
  f.backend.view->begin_error = denied();
  f.fold_all(slice_of({"T"}));
  for (size_t i = 0; i < 3; ++i) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::failed);
    BOOST_TEST(f.answer(i).failed_event == "");
    BOOST_TEST(f.answer(i).position == 0);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lost_commit_is_looked_up_by_each, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two"});
  auto slice = slice_of({"T", "T"});
  f.backend.view->commit_error = lost();
  f.fold_all(slice);
  for (size_t i : {0, 1}) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::unavailable);
    BOOST_CHECK_THROW(std::rethrow_exception(f.answer(i).error),
                      store_unavailable);
    BOOST_TEST(f.answer(i).position == 0);
  }
  // It had happened.
  for (size_t i : {0, 1})
    f.ask(i, view_step_kind::begin);
  f.system.run();
  f.fold_all(slice);
  for (size_t i : {0, 1}) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::done);
    BOOST_TEST(f.answer(i).position == 2);
  }
  BOOST_TEST(f.counted() == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_there_after_a_failure_is_not_folded_again,
                              Backend, watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two"});
  f.backend.view->commit_error = denied();
  f.fold_all(slice_of({"T", "T"}));
  for (size_t i : {0, 1}) {
    BOOST_TEST(f.answer(i).outcome == view_step_outcome::done);
    BOOST_TEST(f.answer(i).position == 2);
  }
  BOOST_TEST(f.counted() == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(runner_tries_again_alone, Backend,
                              watched_backends) {
  fixture<Backend> f;
  f.add({"one", "two"});
  // A transaction with events of both cannot be committed.
  std::set<std::string> in_transaction;
  auto refused = 0;
  f.backend.view->before_commit = [&] {
    if (std::exchange(in_transaction, {}).size() < 2)
      return;
    ++refused;
    throw store_unavailable{"somebody else has a lock on it"};
  };
  auto store = std::make_shared<recording_store>();
  store->add("a", 3);
  auto reader = compat::spawn_state<log_reader_state>(f.system.get(), store);
  auto worker = std::make_shared<const view_worker_actor>(f.worker);
  std::vector<runner_actor> runners;
  std::vector<std::shared_ptr<run_watch>> watches;
  for (auto& x : f.applications) {
    x->fold->leave();
    x->processor->before_event = [&, name = x->name](const recorded_event&) {
      in_transaction.insert(name);
    };
    runner_settings settings;
    settings.retry.jitter = 0;
    runners.push_back(compat::spawn_state<runner_state>(
      f.system.get(), x->fold, reader, worker,
      watches.emplace_back(std::make_shared<run_watch>()), settings));
  }
  f.system.run();
  BOOST_TEST(refused == 1);
  f.system.advance(20ms);
  f.system.run();
  BOOST_TEST(refused == 1);
  for (size_t i : {0, 1}) {
    BOOST_TEST(watches[i]->status().position == 3);
    BOOST_TEST(watches[i]->status().retries == 1u);
    BOOST_TEST(f.tracked(i) == 3);
  }
  // Having gone on, they share transactions again.
  store->add("b");
  f.system.run();
  BOOST_TEST(refused == 2);
  for (auto& x : runners)
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(reader, caf::exit_reason::user_shutdown);
  f.system.run();
}

BOOST_AUTO_TEST_SUITE_END()
