#include "actors/view_worker.hpp"

#include "storage/projection_fold.hpp"
#include "storage/store_error.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <utility>

namespace projections {

namespace {

using clock = std::chrono::steady_clock;

/// No further group goes into a transaction that has gone on for so long.
constexpr std::chrono::milliseconds shared_transaction_time_max{10};

/// Folds groups of the slices, at least one. Small groups take less time than
/// the messages of a step.
void fold_groups(projection_fold& fold, const view_step& step) {
  auto until = clock::now() + step.time_max;
  for (auto& x : step.slices)
    for (auto has_more = true; has_more;) {
      has_more = fold.fold_group(*x.slice, x.prepared);
      if (fold.hurries() || clock::now() >= until)
        return;
    }
}

/// Folds one group in the transaction at hand, of as many slices as it may
/// hold.
void fold_one_group(projection_fold& fold, const view_step& step) {
  size_t events = 0;
  for (auto& x : step.slices) {
    events += x.slice->events.size();
    auto is_first = &x == &step.slices.front();
    if (!is_first && events > fold.limits().events_max)
      return;
    if (fold.fold_in_transaction(*x.slice, x.prepared) || fold.hurries())
      return;
  }
}

view_step_outcome carry_out(const view_step& step) {
  auto& fold = *step.fold;
  switch (step.kind) {
    case view_step_kind::claim:
      return fold.claim() ? view_step_outcome::done
                          : view_step_outcome::refused;
    case view_step_kind::begin:
      fold.begin(step.head);
      return view_step_outcome::done;
    case view_step_kind::fold:
      fold_groups(fold, step);
      return view_step_outcome::done;
    case view_step_kind::empty:
      fold.empty_view();
      return view_step_outcome::done;
    case view_step_kind::leave:
      fold.leave();
      return view_step_outcome::done;
  }
  return view_step_outcome::done;
}

/// Calls `f`, which does a step of `fold` and returns its outcome.
template <class F>
view_step_done outcome_of(const projection_fold& fold, F f) {
  view_step_done result;
  try {
    result.outcome = f();
  } catch (const store_unavailable&) {
    result.outcome = view_step_outcome::unavailable;
    result.error = std::current_exception();
  } catch (const rebuild_refused&) {
    result.outcome = view_step_outcome::refused;
    result.error = std::current_exception();
  } catch (...) {
    result.outcome = view_step_outcome::failed;
    result.error = std::current_exception();
    result.failed_event = fold.failed_event();
  }
  result.position = fold.position();
  return result;
}

view_step_done outcome_of(const view_step& step) {
  return outcome_of(*step.fold, [&] { return carry_out(step); });
}

tracking_recorder& recorder_of(const view_step& step) {
  return step.fold->processor().recorder();
}

shared_view_worker share(view_worker_actor worker) {
  return {new view_worker_actor{std::move(worker)},
          [](const view_worker_actor* x) {
            caf::anon_send_exit(*x, caf::exit_reason::user_shutdown);
            delete x;
          }};
}

} // namespace

view_worker_state::view_worker_state(interface::pointer self) : self_(self) {
  // nop
}

view_worker_actor::behavior_type view_worker_state::make_behavior() {
  return {
    [this](view_step& step) { return take(step); },
    [this](fold_steps) { fold_all(); },
  };
}

compat::promise<view_step_done> view_worker_state::take(view_step& step) {
  auto result = self_->make_response_promise<view_step_done>();
  if (step.kind == view_step_kind::fold && recorder_of(step).connection()) {
    // Behind what is here already, which may be more folds.
    if (waiting_.empty())
      compat::send(self_, self_, fold_steps{});
    waiting_.push_back({std::move(step), result});
    return result;
  }
  // A claim is not given back before what it stands for is folded.
  fold_all();
  result.deliver(outcome_of(step));
  return result;
}

void view_worker_state::fold_all() {
  auto steps = std::exchange(waiting_, {});
  for (auto at = steps.begin(); at != steps.end();)
    at = fold_some(at, steps.end());
}

/// Folds `first`, and in the same transaction those behind it that go into the
/// same view, until that has taken its time. Returns where to go on.
view_worker_state::iterator view_worker_state::fold_some(iterator first,
                                                         iterator last) {
  auto& view = recorder_of(first->step);
  last = std::find_if(first, last,
                      [&](auto& x) { return &recorder_of(x.step) != &view; });
  if (last - first == 1) {
    first->answer.deliver(outcome_of(first->step));
    return last;
  }
  auto until = clock::now() + shared_transaction_time_max;
  std::vector<projection_fold::progress> before;
  auto end = first;
  auto fold_each = [&] {
    for (; end != last && (end == first || clock::now() < until); ++end) {
      before.push_back(end->step.fold->reached());
      fold_one_group(*end->step.fold, end->step);
    }
  };
  auto together = outcome_of(*first->step.fold, [&] {
    view.in_one_transaction(fold_each);
    return view_step_outcome::done;
  });
  if (together.outcome == view_step_outcome::done) {
    for (auto i = first; i != end; ++i)
      i->answer.deliver(view_step_done{
        together.outcome, i->step.fold->position(), nullptr, {}});
    return end;
  }
  end = first + static_cast<ptrdiff_t>(before.size());
  for (size_t i = 0; i < before.size(); ++i)
    first[static_cast<ptrdiff_t>(i)].step.fold->go_back(before[i]);
  // Whether a lost commit has happened has to be looked up, by each of them.
  auto is_unavailable = together.outcome == view_step_outcome::unavailable;
  auto fold_alone = [](const view_step& step) {
    return outcome_of(*step.fold, [&] {
      step.fold->look_again();
      return carry_out(step);
    });
  };
  for (auto i = first; i != end; ++i)
    i->answer.deliver(is_unavailable ? together : fold_alone(i->step));
  return end;
}

shared_view_worker view_worker_for(caf::actor_system& system,
                                   const void* connection) {
  if (!connection)
    return share(compat::spawn_state<view_worker_state>(system));
  static std::mutex mutex;
  static std::map<std::pair<caf::actor_system*, const void*>,
                  std::weak_ptr<const view_worker_actor>>
    workers;
  std::lock_guard guard{mutex};
  std::erase_if(workers, [](auto& x) { return x.second.expired(); });
  auto& known = workers[{&system, connection}];
  auto result = known.lock();
  if (!result) {
    result
      = share(compat::spawn_state<view_worker_state, caf::detached>(system));
    known = result;
  }
  return result;
}

} // namespace projections
