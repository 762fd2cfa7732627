#include "actors/view_worker.hpp"

#include "storage/projection_fold.hpp"
#include "storage/store_error.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <utility>

namespace projections {

namespace {

/// Folds groups of the slices, at least one. Small groups take less time than
/// the messages of a step.
void fold_groups(projection_fold& fold, const view_step& step) {
  using clock = std::chrono::steady_clock;
  auto until = clock::now() + step.time_max;
  for (auto& x : step.slices)
    for (auto has_more = true; has_more;) {
      has_more = fold.fold_group(*x.slice, x.prepared);
      if (fold.hurries() || clock::now() >= until)
        return;
    }
}

view_step_outcome take(const view_step& step) {
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

shared_view_worker share(view_worker_actor worker) {
  return {new view_worker_actor{std::move(worker)},
          [](const view_worker_actor* x) {
            caf::anon_send_exit(*x, caf::exit_reason::user_shutdown);
            delete x;
          }};
}

} // namespace

view_worker_actor::behavior_type view_worker_state::make_behavior() {
  return {[](const view_step& step) {
    view_step_done result;
    try {
      result.outcome = take(step);
    } catch (const store_unavailable&) {
      result.outcome = view_step_outcome::unavailable;
      result.error = std::current_exception();
    } catch (const rebuild_refused&) {
      result.outcome = view_step_outcome::refused;
      result.error = std::current_exception();
    } catch (...) {
      result.outcome = view_step_outcome::failed;
      result.error = std::current_exception();
      result.failed_event = step.fold->failed_event();
    }
    result.position = step.fold->position();
    return result;
  }};
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
