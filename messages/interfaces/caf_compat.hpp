// What differs between CAF 0.17.6, as Debian ships it, and 1.1 for actors and
// their messages. Every actor goes through it; `caf_system.hpp` does the same
// for those who make systems of actors.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/config.hpp>
#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

// CAF_VERSION_MAJOR is defined by the newer one only.
#ifdef CAF_VERSION_MAJOR
#  define PROJECTIONS_NEW_CAF 1
#  include <caf/anon_mail.hpp>
#else
#  define PROJECTIONS_NEW_CAF 0
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

// -- errors ---------------------------------------------------------------------

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

} // namespace projections::compat
