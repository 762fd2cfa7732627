// An event store whose reader can be watched and held up. Used by tests of
// runners that are slow or have to stop.
#pragma once

#include "projections/storage/log/store_error.hpp"
#include "projections/storage/log/wrapped_event_store.hpp"
#include "tests/runtime/runner_fixture.hpp"

#include <caf/scoped_actor.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace projections::test {

/// How a store answers, and what it was asked. Shared by a test and the objects
/// of the store.
struct store_watch {
  enum class answers {
    as_it_is,
    /// As one that cannot be reached.
    unavailable,
    /// Not before this changes.
    never,
  };

  void answer(answers how) {
    mode = how;
    mode.notify_all();
  }

  std::atomic<answers> mode = answers::as_it_is;

  /// How often the log was read with some events as a result, and how often
  /// something was asked at all.
  std::atomic<size_t> slices = 0;
  std::atomic<size_t> questions = 0;
};

/// Passes everything on to another store, as the watch says.
class watched_store final : public wrapped_event_store {
public:
  watched_store(std::unique_ptr<event_store> inner,
                std::shared_ptr<store_watch> watch)
    : wrapped_event_store(std::move(inner)), watch_(std::move(watch)) {
    // nop
  }

  log_slice read_all(log_position after, size_t limit,
                     const std::vector<std::string>& topics) override {
    hold_up();
    auto result = wrapped_event_store::read_all(after, limit, topics);
    if (!result.events.empty())
      ++watch_->slices;
    return result;
  }

  log_position head() override {
    hold_up();
    return wrapped_event_store::head();
  }

private:
  void hold_up() {
    ++watch_->questions;
    watch_->mode.wait(store_watch::answers::never);
    if (watch_->mode == store_watch::answers::unavailable)
      throw store_unavailable{"the store is out of reach"};
  }

  std::shared_ptr<store_watch> watch_;
};

/// A fixture whose runners read through a watched store.
template <class Backend>
class watched_fixture : public runner_fixture<Backend> {
public:
  watched_fixture() = default;
  watched_fixture(const watched_fixture&) = delete;
  watched_fixture& operator=(const watched_fixture&) = delete;

  ~watched_fixture() {
    // Its reader has to end.
    watch->answer(store_watch::answers::as_it_is);
  }

  std::unique_ptr<projection_runner>
  run_watched(std::shared_ptr<event_processor> processor,
              const projection_settings& settings = {}) {
    return std::make_unique<projection_runner>(log_, "upstream",
                                               std::move(processor), settings);
  }

  /// Appends `count` events to `stream` and returns the last position.
  log_position append_some(const std::string& stream, size_t count) {
    return this->append(stream, std::vector<std::string>(count, "T"));
  }

  /// Waits until the reader of the log and then `runner` have done what they
  /// have been sent, a few times: one that goes on asking has been answered
  /// several times then.
  void let_messages_pass(const projection_runner& runner) {
    caf::scoped_actor self{this->log().system()};
    auto fail = [](const caf::error& e) {
      throw std::runtime_error{compat::render_error(e)};
    };
    for (int i = 0; i < 20; ++i) {
      compat::request(self, log_.reader(), read_head{})
        .receive([](log_head) {}, fail);
      compat::request(self, runner.actor(), get_runner_status{})
        .receive([](const runner_status&) {}, fail);
    }
  }

  std::shared_ptr<store_watch> watch = std::make_shared<store_watch>();

private:
  event_log log_{this->log().system(), [this] {
                   return std::make_unique<watched_store>(
                     this->backend().store.open_store(), watch);
                 }};
};

} // namespace projections::test
