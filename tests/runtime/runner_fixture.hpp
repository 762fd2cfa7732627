// A store, a view and runners between them, over any backend. Used by tests of
// runners.
#pragma once

#include "projections/runtime/event_log.hpp"
#include "projections/runtime/projection_runner.hpp"
#include "tests/contract/backends.hpp"
#include "tests/runtime/counting_projection.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace projections::test {

// Longer than any test may take: what should end a wait is not the clock.
inline constexpr std::chrono::minutes long_time{1};

/// A configuration that knows all message types.
class runner_configuration : public caf::actor_system_config {
public:
  runner_configuration() {
    compat::add_message_types<caf::id_block::projections>(*this);
    compat::wake_workers_at_once(*this);
    compat::set_threads(*this, 2);
  }

  /// Makes the message types of CAF known, which its own constructor needs.
  static runner_configuration make() {
    compat::add_core_message_types();
    return {};
  }
};

/// A database for a store and one for a view, of the same kind unless told
/// otherwise.
template <class Store, class View = Store>
struct store_and_view {
  Store store;
  View view;
};

/// A pair of each of the backends of a tuple.
template <class Backends>
struct pairs_of;

template <class... Backends>
struct pairs_of<std::tuple<Backends...>> {
  using type = std::tuple<store_and_view<Backends>...>;
};

using durable_runner_backends = pairs_of<durable_backends>::type;
using runner_backends = pairs_of<backends>::type;

/// An actor system with the log of an application called `upstream`.
template <class Backend>
class runner_fixture {
public:
  /// Returns an object of the view.
  [[nodiscard]] std::shared_ptr<event_counters_view> view() const {
    return backend_.view.open_view();
  }

  /// Appends an event of each topic and returns the last position.
  log_position append(const std::string& stream,
                      const std::vector<std::string>& topics) {
    append_request request;
    request.stream = stream;
    for (auto& x : topics)
      request.events.push_back({x, "{}"});
    return log_.store()->append({request}).front().positions.back();
  }

  /// Runs `processor`.
  std::unique_ptr<projection_runner>
  run(std::shared_ptr<event_processor> processor,
      const projection_settings& settings = {}) {
    return std::make_unique<projection_runner>(log_, "upstream",
                                               std::move(processor), settings);
  }

  /// Runs the counting projection into `view`.
  std::unique_ptr<projection_runner>
  run(std::shared_ptr<event_counters_view> view,
      std::vector<std::string> topics = {}, int64_t version = 1) {
    return run(std::make_shared<counting_projection>(
      std::move(view), std::move(topics), version));
  }

  [[nodiscard]] event_log& log() {
    return log_;
  }

  [[nodiscard]] Backend& backend() {
    return backend_;
  }

private:
  Backend backend_;
  runner_configuration config_ = runner_configuration::make();
  caf::actor_system system_{config_};
  event_log log_{system_, [this] { return backend_.store.open_store(); }};
};

} // namespace projections::test
