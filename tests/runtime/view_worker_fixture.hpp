// A view worker on the deterministic scheduler, applications whose events are
// folded into one view, and views that fail as told. Used by tests of shared
// transactions.
#pragma once

#include "projections/actors/log/view_worker_actor.hpp"
#include "projections/folds/processors/projection_fold.hpp"
#include "projections/storage/log/store_error.hpp"
#include "tests/actors/deterministic.hpp"
#include "tests/contract/backends.hpp"
#include "tests/runtime/counting_projection.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace projections::test {

/// A view that counts its transactions, and fails them as told: when they
/// begin, right before the commit, or as if the connection were lost in it.
template <template <class> class Recorder>
class watched_view final : public event_counters_over<Recorder> {
public:
  using base = event_counters_over<Recorder>;
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

/// A watched view in a database of its own.
template <class Backend>
struct watched {
  Backend database;
  std::shared_ptr<typename Backend::template view_type<watched_view>> view
    = database.template make_view<watched_view>();
};

/// A watched view for each of the backends of a tuple.
template <class Backends>
struct watched_of;

template <class... Backends>
struct watched_of<std::tuple<Backends...>> {
  using type = std::tuple<watched<Backends>...>;
};

using watched_backends = watched_of<durable_backends>::type;

/// Returns events of streams of their own, one for each topic, from position 1.
inline std::shared_ptr<const log_slice>
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
inline std::shared_ptr<const log_slice> part_of(const log_slice& all,
                                                ptrdiff_t from, ptrdiff_t to) {
  auto result = std::make_shared<log_slice>();
  result->events.assign(all.events.begin() + from, all.events.begin() + to);
  result->read_to = to;
  return result;
}

inline std::exception_ptr lost() {
  return std::make_exception_ptr(store_unavailable{"lost"});
}

inline std::exception_ptr denied() {
  return std::make_exception_ptr(store_error{"denied"});
}

/// A worker, and applications whose events are folded into views.
template <class Backend>
struct view_worker_fixture {
  using slices = std::vector<std::shared_ptr<const log_slice>>;

  /// A transaction goes on taking in folds for `shared_time_max`.
  explicit view_worker_fixture(std::chrono::milliseconds shared_time_max
                               = std::chrono::minutes{1})
    : worker(
      compat::spawn_state<view_worker_state>(system.get(), shared_time_max)) {
    // nop
  }

  ~view_worker_fixture() {
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
    step.time_max = std::chrono::minutes{1};
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

} // namespace projections::test
