#include "projections/actors/log/monitor_actor.hpp"

#include <algorithm>
#include <utility>

namespace projections {

namespace {

/// How long answers are waited for.
constexpr std::chrono::seconds answer_wait_max{1};

/// Returns whether `error` says that there is no answer yet, rather than that
/// there will be none.
bool is_late(const caf::error& error) {
  return error == caf::sec::request_timeout;
}

} // namespace

/// Answers that are being collected. Delivers them when the last handler that
/// holds it is gone.
struct monitor_state::gathering {
  explicit gathering(compat::promise<system_status> to)
    : answer(std::move(to)) {
    // nop
  }

  gathering(const gathering&) = delete;
  gathering& operator=(const gathering&) = delete;

  ~gathering() {
    // Who has ended has said nothing.
    std::erase_if(result.projections, [](auto& x) {
      return x.projection.empty() && x.problem.empty();
    });
    answer.deliver(std::move(result));
  }

  system_status result;
  compat::promise<system_status> answer;
};

template <class T>
template <class Handle>
void monitor_state::watch_list<T>::add(T x, const Handle& actor) {
  if (items.size() >= prune_at) {
    prune();
    prune_at = std::max(prune_at_min, 2 * items.size());
  }
  auto has_ended = std::make_shared<std::atomic<bool>>(false);
  items.push_back({std::move(x), has_ended});
  compat::when_down(actor, [has_ended](const caf::error&) {
    has_ended->store(true, std::memory_order_relaxed);
  });
}

template <class T>
void monitor_state::watch_list<T>::prune() {
  std::erase_if(items, [](const item& x) {
    return x.has_ended->load(std::memory_order_relaxed);
  });
}

monitor_state::monitor_state(interface::pointer self) : self_(self) {
  // nop
}

monitor_actor::behavior_type monitor_state::make_behavior() {
  return {
    [this](get_system_status) { return gather(); },
    [this](const watch_projection& x) { runners_.add(x.runner, x.runner); },
    [this](const watch_log& x) { logs_.add(x, x.store); },
  };
}

compat::promise<system_status> monitor_state::gather() {
  auto result = self_->make_response_promise<system_status>();
  auto into = std::make_shared<gathering>(result);
  logs_.prune();
  runners_.prune();
  into->result.logs.resize(logs_.items.size());
  into->result.projections.resize(runners_.items.size());
  for (size_t i = 0; i < logs_.items.size(); ++i)
    ask(into, i, logs_.items[i].watched);
  for (size_t i = 0; i < runners_.items.size(); ++i)
    ask(into, i, runners_.items[i].watched);
  return result;
}

void monitor_state::ask(const std::shared_ptr<gathering>& into, size_t place,
                        const runner_actor& runner) {
  compat::request_within(self_, runner, answer_wait_max,
                         get_projection_status{})
    .then(
      [into, place](projection_status& x) {
        into->result.projections[place] = std::move(x);
      },
      [into, place](const caf::error& e) {
        if (is_late(e))
          into->result.projections[place].problem
            = "its runner does not answer";
      });
}

void monitor_state::ask(const std::shared_ptr<gathering>& into, size_t place,
                        const watch_log& log) {
  into->result.logs[place].name = log.name;
  auto has_failed = [into, place](const caf::error& e) {
    into->result.logs[place].problem
      = is_late(e) ? "the store does not answer" : "the store has been closed";
  };
  compat::request_within(self_, log.store, answer_wait_max, get_store_status{})
    .then([into, place](
            store_status& x) { into->result.logs[place].store = std::move(x); },
          has_failed);
  compat::request_within(self_, log.reader, answer_wait_max,
                         get_log_reader_status{})
    .then(
      [into, place](log_reader_status& x) {
        into->result.logs[place].reader = std::move(x);
      },
      has_failed);
}

} // namespace projections
