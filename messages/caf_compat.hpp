// The one place that knows which CAF it is: 0.17.6, as Debian ships it, or 1.1.
// Every actor and its tests go through it.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/config.hpp>
#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/settings.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// CAF_VERSION_MAJOR is defined by the newer one only.
#ifdef CAF_VERSION_MAJOR
#  define PROJECTIONS_NEW_CAF 1
#  include <caf/anon_mail.hpp>
#  include <caf/detail/test_coordinator.hpp>
#  include <caf/init_global_meta_objects.hpp>
#  include <caf/scheduler.hpp>
#else
#  define PROJECTIONS_NEW_CAF 0
#  include <caf/scheduler/test_coordinator.hpp>
#endif

namespace projections::compat {

// -- interfaces ----------------------------------------------------------------

/// Translates a signature `Result(Message)` for a typed actor.
template <class Function>
struct signature;

#if PROJECTIONS_NEW_CAF
template <class Result, class Message>
struct signature<Result(Message)> {
  using type = caf::result<Result>(Message);
};
#else
template <class Result, class Message>
struct signature<Result(Message)> {
  using type = typename caf::replies_to<Message>::template with<Result>;
};

template <class Message>
struct signature<void(Message)> {
  using type = caf::reacts_to<Message>;
};
#endif

/// The handle of an actor that takes messages as the function types say:
/// `typed_interface<void(subscribe), rows(query)>`.
template <class... Functions>
using typed_interface
  = caf::typed_actor<typename signature<Functions>::type...>;

// -- messages between processes --------------------------------------------------

/// A field of a message and what it is called.
template <class T>
struct named_field {
  const char* name;
  T& value;
};

template <class T>
named_field(const char*, T&) -> named_field<T>;

/// What `inspect` of a message has to do, so that it can go to other processes:
/// tells `f` the fields of the message called `name`, in order.
template <class Inspector, class Message, class... Ts>
auto inspect_fields(Inspector& f, [[maybe_unused]] Message& message,
                    const char* name, named_field<Ts>... fields) {
#if PROJECTIONS_NEW_CAF
  return f.object(message).pretty_name(name).fields(
    f.field(fields.name, fields.value)...);
#else
  return f(caf::meta::type_name(name), fields.value...);
#endif
}

// -- sending -------------------------------------------------------------------

/// Sends `message` from `self`.
template <class Self, class Handle, class Message>
void send(Self* self, const Handle& to, Message&& message) {
#if PROJECTIONS_NEW_CAF
  self->mail(std::forward<Message>(message)).send(to);
#else
  self->send(to, std::forward<Message>(message));
#endif
}

/// Sends `message` from `self` when `delay` has passed.
template <class Self, class Handle, class Message>
void send_later(Self* self, const Handle& to, std::chrono::milliseconds delay,
                Message&& message) {
#if PROJECTIONS_NEW_CAF
  self->mail(std::forward<Message>(message)).delay(delay).send(to);
#else
  self->delayed_send(to, delay, std::forward<Message>(message));
#endif
}

/// Sends `message` from nobody; may be called by any thread.
template <class Handle, class Message>
void send_anonymously(const Handle& to, Message&& message) {
#if PROJECTIONS_NEW_CAF
  caf::anon_mail(std::forward<Message>(message)).send(to);
#else
  caf::anon_send(to, std::forward<Message>(message));
#endif
}

/// Calls `notify(reason)` when `actor` has ended. It runs wherever the actor
/// ends, so it should only send a message.
template <class Handle, class Notify>
void when_down(const Handle& actor, Notify notify) {
  caf::actor_cast<caf::strong_actor_ptr>(actor)->get()->attach_functor(
    std::move(notify));
}

// -- asking ---------------------------------------------------------------------

/// The answer that a handler owes; it may be given later.
template <class Answer>
using promise = caf::typed_response_promise<Answer>;

/// Asks `to` from the actor `self`. What is returned takes the handlers of the
/// answer and of an error: by `then` in an actor, by `receive` in a
/// `caf::scoped_actor`.
template <class Self, class Handle, class Message>
auto request(Self&& self, const Handle& to, Message&& message) {
#if PROJECTIONS_NEW_CAF
  return self->mail(std::forward<Message>(message)).request(to, caf::infinite);
#else
  return self->request(to, caf::infinite, std::forward<Message>(message));
#endif
}

/// Does the same, with an error if there is no answer within `limit`.
template <class Self, class Handle, class Message>
auto request_within(Self&& self, const Handle& to,
                    std::chrono::milliseconds limit, Message&& message) {
#if PROJECTIONS_NEW_CAF
  return self->mail(std::forward<Message>(message)).request(to, limit);
#else
  return self->request(to, limit, std::forward<Message>(message));
#endif
}

// -- spawning ------------------------------------------------------------------

/// Wraps a state, so that it is built with its arguments instead of in two
/// steps.
template <class State>
struct state_holder {
  /// Shown by CAF in its own log.
  static constexpr const char* name = State::actor_name;

  std::optional<State> state;
};

/// Returns why something failed, in words.
inline std::string words_of(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "unknown";
  }
}

/// Returns why an actor ends that let `exception` out.
inline caf::error error_of(const std::exception_ptr& exception) {
  return caf::make_error(caf::sec::runtime_error, words_of(exception));
}

/// Lets `self` go on when it gets an error: CAF 1.1 sends one to the sender of
/// a message whose handler let an exception out.
template <class Self>
void outlive_errors([[maybe_unused]] Self* self) {
#if PROJECTIONS_NEW_CAF
  // Deprecated in favour of a handler in the behaviour, which the interfaces
  // of 0.17.6 do not allow.
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  self->set_error_handler([](caf::error&) {
    // nop
  });
#  pragma GCC diagnostic pop
#endif
}

/// Spawns an actor from a state struct: `State::interface` is its handle,
/// `State{self, xs...}` its start and `make_behavior()` its handlers. The state
/// is destroyed when the actor quits. An exception that a handler lets out ends
/// the actor; CAF by itself would print it on stdout.
template <class State, caf::spawn_options Options = caf::no_spawn_options,
          class Spawner, class... Ts>
typename State::interface spawn_state(Spawner& spawner, Ts&&... xs) {
  using interface = typename State::interface;
  using holder = state_holder<State>;
  using self_pointer = typename interface::template stateful_pointer<holder>;
  auto start = [](self_pointer self, std::decay_t<Ts>... ys) ->
    typename interface::behavior_type {
#if PROJECTIONS_NEW_CAF
      auto& state = self->state().state;
#else
      auto& state = self->state.state;
#endif
      self->set_exception_handler(
        [](std::exception_ptr& x) { return error_of(x); });
      outlive_errors(self);
      state.emplace(self, std::move(ys)...);
      return state->make_behavior();
    };
  return spawner.template spawn<Options>(start, std::forward<Ts>(xs)...);
}

// -- system --------------------------------------------------------------------

/// Makes the message types of `IdBlock` known. Call it before an actor system
/// is made from `config`.
template <class IdBlock>
void add_message_types([[maybe_unused]] caf::actor_system_config& config) {
#if PROJECTIONS_NEW_CAF
  caf::init_global_meta_objects<IdBlock>();
#else
  config.add_message_types<IdBlock>();
#endif
}

/// Makes the message types of CAF itself known. Call it before any
/// `actor_system_config` is made.
inline void add_core_message_types() {
#if PROJECTIONS_NEW_CAF
  caf::core::init_global_meta_objects();
#endif
}

/// Makes systems of `config` have CAF's module `Module`, and the message types
/// of it known.
template <class Module>
void add_module(caf::actor_system_config& config) {
#if PROJECTIONS_NEW_CAF
  Module::init_global_meta_objects();
#endif
  config.load<Module>();
}

/// Returns what `config` has read from a command line besides options.
inline std::vector<std::string>
plain_arguments(const caf::actor_system_config& config) {
#if PROJECTIONS_NEW_CAF
  auto arguments = config.remainder();
  return {arguments.begin(), arguments.end()};
#else
  return config.remainder;
#endif
}

/// Returns whether a command line asked for help, which is printed by then.
inline bool help_was_printed(const caf::actor_system_config& config) {
#if PROJECTIONS_NEW_CAF
  return config.helptext_printed();
#else
  return config.cli_helptext_printed;
#endif
}

/// Sets the number of worker threads.
inline void set_threads(caf::actor_system_config& config, size_t count) {
#if PROJECTIONS_NEW_CAF
  config.set("caf.scheduler.max-threads", count);
#else
  config.set("scheduler.max-threads", count);
#endif
}

/// Lets idle workers wait for work right after a short search, instead of
/// sleeping in steps of 50 microseconds during which nothing wakes them.
inline void wake_workers_at_once(caf::actor_system_config& config) {
#if PROJECTIONS_NEW_CAF
  config.set("caf.work-stealing.moderate-poll-attempts", size_t{0});
#else
  config.set("work-stealing.moderate-poll-attempts", size_t{0});
#endif
}

/// Returns `error` in words.
inline std::string render_error(const caf::error& error) {
#if PROJECTIONS_NEW_CAF
  return to_string(error);
#else
  return caf::actor_system_config::render(error);
#endif
}

/// Returns the text that `error` was made with, or `error` in words where it
/// has none.
inline std::string text_of(const caf::error& error) {
  auto context = error.context();
  if (!context.empty() && context.match_element<std::string>(0))
    return context.get_as<std::string>(0);
  return render_error(error);
}

/// Returns the version of CAF as "major.minor.patch".
inline std::string caf_version() {
  return std::to_string(CAF_MAJOR_VERSION) + "."
         + std::to_string(CAF_MINOR_VERSION) + "."
         + std::to_string(CAF_PATCH_VERSION);
}

// -- tests ---------------------------------------------------------------------

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
