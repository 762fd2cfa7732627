// An event store within an actor system: the actors that write and read it.
// Applications and runners of a process share one for each store.
#pragma once

#include "projections/messages/interfaces/message_types.hpp"
#include "projections/storage/log/event_store.hpp"

#include <memory>
#include <string>

namespace projections {

class shared_event_store;

/// What is said of a log when it is opened.
struct event_log_settings {
  /// What the monitor calls it.
  std::string name = {};

  /// Who asks its actors and runners how they are doing; by default an actor of
  /// its own, which ends with it.
  monitor_actor monitor = {};
};

/// Owns the actors of a store: one that appends and one that reads the log for
/// all runners. They end with this object, which must go before the system and
/// after the runners and applications that use it.
class event_log {
public:
  /// Opens the store twice by `open`, which throws `store_error` where it
  /// cannot.
  event_log(caf::actor_system& system, const store_opener& open,
            event_log_settings settings = {});

  event_log(const event_log&) = delete;
  event_log& operator=(const event_log&) = delete;

  ~event_log();

  /// Returns the store as applications use it: any number of threads may append
  /// and read at the same time, and what they append at the same time shares a
  /// commit. Its functions block the thread; an actor uses `appender` instead.
  [[nodiscard]] std::shared_ptr<event_store> store() const;

  /// The actor that appends.
  [[nodiscard]] const event_store_actor& appender() const {
    return appender_;
  }

  /// The actor that reads the log for runners.
  [[nodiscard]] const log_reader_actor& reader() const {
    return reader_;
  }

  /// The actor that asks this log and its runners how they are doing.
  [[nodiscard]] const monitor_actor& monitor() const {
    return monitor_;
  }

  /// Asks the monitor and returns what it says, within little more than a
  /// second. Blocks the thread; an actor asks the monitor itself.
  [[nodiscard]] system_status status() const;

  [[nodiscard]] caf::actor_system& system() const {
    return system_;
  }

private:
  caf::actor_system& system_;
  event_store_actor appender_;
  log_reader_actor reader_;
  monitor_actor monitor_;
  bool owns_monitor_;
  std::shared_ptr<shared_event_store> store_;
};

} // namespace projections
