#include "runtime/event_log.hpp"

#include "actors/log_reader.hpp"
#include "actors/store_failure.hpp"

#include <caf/scoped_actor.hpp>

#include <utility>

namespace projections {

namespace {

/// Asks the actor of a store and waits for its answers.
class shared_event_store final : public event_store {
public:
  shared_event_store(caf::actor_system& system, event_store_actor actor,
                     std::shared_ptr<change_signal> changes,
                     std::optional<std::chrono::milliseconds> poll_interval)
    : system_(system), actor_(std::move(actor)), changes_(std::move(changes)),
      poll_interval_(poll_interval) {
    // nop
  }

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override {
    return ask<append_results>(append_events{requests}).outcomes;
  }

  std::vector<recorded_event> read_stream(std::string_view stream,
                                          stream_version after,
                                          size_t limit) override {
    return ask<stream_events>(
             projections::read_stream{std::string{stream}, after, limit})
      .events;
  }

  log_slice read_all(log_position after, size_t limit,
                     const std::vector<std::string>& topics) override {
    return *ask<log_part>(
              read_log{
                after, limit,
                std::make_shared<const std::vector<std::string>>(topics)})
              .slice;
  }

  log_position head() override {
    return ask<log_head>(read_head{}).position;
  }

  std::shared_ptr<change_signal> changes() override {
    return changes_;
  }

  std::optional<std::chrono::milliseconds> poll_interval() const override {
    return poll_interval_;
  }

private:
  template <class Answer, class Request>
  Answer ask(Request request) {
    caf::scoped_actor self{system_};
    Answer result;
    compat::request(self, actor_, std::move(request))
      .receive(
        [&](Answer& x) { result = std::move(x); },
        [](const caf::error& e) { std::rethrow_exception(exception_of(e)); });
    return result;
  }

  caf::actor_system& system_;
  event_store_actor actor_;
  std::shared_ptr<change_signal> changes_;
  std::optional<std::chrono::milliseconds> poll_interval_;
};

} // namespace

event_log::event_log(caf::actor_system& system, const store_opener& open)
  : system_(system) {
  std::shared_ptr<event_store> writes = open();
  std::shared_ptr<event_store> reads = open();
  auto changes = writes->changes();
  auto poll_interval = writes->poll_interval();
  appender_ = compat::spawn_state<event_store_state, caf::detached>(
    system, std::move(writes));
  reader_ = compat::spawn_state<log_reader_state, caf::detached>(
    system, std::move(reads));
  store_ = std::make_shared<shared_event_store>(
    system, appender_, std::move(changes), poll_interval);
}

event_log::~event_log() {
  caf::anon_send_exit(appender_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(reader_, caf::exit_reason::user_shutdown);
}

} // namespace projections
