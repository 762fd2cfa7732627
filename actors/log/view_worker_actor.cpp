#include "projections/actors/log/view_worker_actor.hpp"

#include "projections/folds/processors/projection_fold.hpp"
#include "projections/storage/log/deadline.hpp"
#include "projections/storage/log/shared_by_key.hpp"
#include "projections/storage/log/store_error.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace projections {

namespace {

using clock = std::chrono::steady_clock;

/// The positions of so many folds are asked for at once.
constexpr size_t expected_max = 100;

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
  auto until = deadline_in(fold.limits().delay_max);
  size_t events = 0;
  for (auto& x : step.slices) {
    events += x.slice->events.size();
    auto is_first = &x == &step.slices.front();
    if (!is_first
        && (events > fold.limits().events_max || clock::now() >= until))
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

/// Carries out a fold after a transaction that it was in has failed.
view_step_done outcome_again(const view_step& step) {
  return outcome_of(*step.fold, [&] {
    step.fold->look_again();
    return carry_out(step);
  });
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

view_worker_state::view_worker_state(interface::pointer self,
                                     std::chrono::milliseconds shared_time_max)
  : self_(self), shared_time_max_(shared_time_max) {
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
  std::stable_partition(steps.begin(), steps.end(),
                        [](auto& x) { return !x.step.is_alone; });
  for (auto at = steps.begin(); at != steps.end();)
    at = fold_some(at, steps.end());
}

/// Folds `first`, and together with it those behind it that go into the same
/// view. Returns where to go on.
view_worker_state::iterator view_worker_state::fold_some(iterator first,
                                                         iterator last) {
  auto& view = recorder_of(first->step);
  auto end = std::find_if(first + 1, last, [&](auto& x) {
    return x.step.is_alone || &recorder_of(x.step) != &view;
  });
  if (end - first > 1)
    return fold_together(first, end);
  first->answer.deliver(outcome_of(first->step));
  return end;
}

/// Returns the applications of the next folds.
std::vector<std::string> view_worker_state::applications_of(iterator first,
                                                            iterator last) {
  std::vector<std::string> result;
  for (; first != last && result.size() < expected_max; ++first)
    result.push_back(first->step.fold->application());
  return result;
}

/// Folds a group of each in one transaction, until that has taken its time.
/// Returns the first one that was not tried.
view_worker_state::iterator view_worker_state::fold_together(iterator first,
                                                             iterator last) {
  auto& view = recorder_of(first->step);
  std::vector<projection_fold::progress> before;
  // The one that is being folded, and at last behind all that were.
  auto at = first;
  auto fold_each = [&] {
    auto until = clock::now() + shared_time_max_;
    do {
      if (before.size() % expected_max == 0)
        view.expect_tracking(applications_of(at, last));
      before.push_back(at->step.fold->reached());
      fold_one_group(*at->step.fold, at->step);
      ++at;
    } while (at != last && clock::now() < until);
  };
  auto together = outcome_of(*first->step.fold, [&] {
    view.in_one_transaction(fold_each);
    return view_step_outcome::done;
  });
  auto tell = [&](waiting_step& x) {
    together.position = x.step.fold->position();
    x.answer.deliver(together);
  };
  if (together.outcome == view_step_outcome::done) {
    std::for_each(first, at, tell);
    return at;
  }
  auto tried = first + static_cast<ptrdiff_t>(before.size());
  for (auto i = first; i != tried; ++i)
    i->step.fold->go_back(before[static_cast<size_t>(i - first)]);
  // What could not even begin is not tried again by each of them.
  auto has_begun = tried != first;
  auto is_of_one = at != tried;
  if (!has_begun)
    tried = last;
  for (auto i = first; i != tried; ++i)
    if (together.outcome == view_step_outcome::unavailable
        && (!is_of_one || i == at))
      tell(*i);
    else
      i->answer.deliver(outcome_again(i->step));
  return tried;
}

shared_view_worker view_worker_for(caf::actor_system& system,
                                   const void* connection) {
  if (!connection)
    return share(compat::spawn_state<view_worker_state>(system));
  static shared_by_key<std::pair<caf::actor_system*, const void*>,
                       const view_worker_actor>
    workers;
  return workers.get({&system, connection}, [&system] {
    return share(compat::spawn_state<view_worker_state, caf::detached>(system));
  });
}

} // namespace projections
