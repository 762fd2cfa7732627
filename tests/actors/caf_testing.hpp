// What differs between CAF 0.17.6 and 1.1 for tests that run actors step by
// step: the scheduler and the clock. Used by `deterministic_system`.
#pragma once

#include "projections/messages/interfaces/caf_system.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <vector>

#if PROJECTIONS_NEW_CAF
#  include <caf/byte_buffer.hpp>
#  include <caf/detail/test_coordinator.hpp>
#  include <caf/scheduler.hpp>
#else
#  include <caf/scheduler/test_coordinator.hpp>
#endif

namespace projections::compat {

/// The scheduler that runs actors only when a test says so.
#if PROJECTIONS_NEW_CAF
using test_scheduler = caf::detail::test_coordinator;
#else
using test_scheduler = caf::scheduler::test_coordinator;
#endif

/// Makes systems of `config` run on a `test_scheduler`.
inline void use_test_scheduler(caf::actor_system_config& config) {
#if PROJECTIONS_NEW_CAF
  config.set("caf.scheduler.policy", "testing");
#else
  config.set("scheduler.policy", caf::atom("testing"));
#endif
}

/// Tells the actor at `to` to end before it gets any other message.
inline void send_urgent_exit(const caf::strong_actor_ptr& to,
                             caf::exit_reason reason) {
#if PROJECTIONS_NEW_CAF
  caf::anon_send_exit<caf::message_priority::high>(to->address(), reason);
#else
  to->enqueue(nullptr, caf::make_message_id(caf::message_priority::high),
              caf::make_message(caf::exit_msg{to->address(), reason}), nullptr);
#endif
}

/// Returns the scheduler of `system`, which must be a `test_scheduler`.
inline test_scheduler& test_scheduler_of(caf::actor_system& system) {
  return static_cast<test_scheduler&>(system.scheduler());
}

/// Hands one message to the actor at `place` of the queue of `scheduler`.
inline void run_job(test_scheduler& scheduler, size_t place) {
  auto chosen = scheduler.jobs.begin() + static_cast<ptrdiff_t>(place);
  std::rotate(scheduler.jobs.begin(), chosen, chosen + 1);
#if PROJECTIONS_NEW_CAF
  // What follows is `run_once`, which the library does not export.
  auto job = scheduler.jobs.front();
  scheduler.jobs.pop_front();
  switch (job->resume(&scheduler, 1)) {
    case caf::resumable::resume_later:
      scheduler.jobs.push_front(job);
      break;
    case caf::resumable::done:
    case caf::resumable::awaiting_message:
      caf::intrusive_ptr_release(job);
      break;
    default:
      break;
  }
#else
  scheduler.run_once();
#endif
}

/// Returns `message` as another process would get it.
template <class Message>
Message sent_elsewhere(caf::actor_system& system, Message message) {
  Message result;
#if PROJECTIONS_NEW_CAF
  caf::byte_buffer bytes;
  caf::binary_serializer sink{system, bytes};
  auto written = sink.apply(message);
  caf::binary_deserializer source{system, bytes};
  if (!written || !source.apply(result))
    throw std::runtime_error{"the message cannot be sent"};
#else
  std::vector<char> bytes;
  caf::binary_serializer sink{system, bytes};
  auto problem = sink(message);
  caf::binary_deserializer source{system, bytes};
  if (problem || source(result))
    throw std::runtime_error{"the message cannot be sent"};
#endif
  return result;
}

/// Moves the clock of `system`, which must have a `test_scheduler`, and sends
/// the messages that are due.
inline void advance_clock(caf::actor_system& system,
                          std::chrono::milliseconds by) {
#if PROJECTIONS_NEW_CAF
  // What follows is `advance_time`, which the library does not export.
  auto& clock = static_cast<caf::detail::test_actor_clock&>(system.clock());
  clock.current_time += by;
  auto& actions = clock.actions;
  while (!actions.empty() && actions.begin()->first <= clock.current_time) {
    auto due = actions.begin()->second;
    actions.erase(actions.begin());
    if (!due.disposed())
      due.run();
  }
#else
  test_scheduler_of(system).advance_time(by);
#endif
}

} // namespace projections::compat
