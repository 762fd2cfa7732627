// How the actors around event stores and projections say how they are doing,
// and the interface of the actor that asks all of them. For those who watch
// over a system.
#pragma once

#include "projections/messages/interfaces/caf_compat.hpp"
#include "projections/messages/interfaces/log_interfaces.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace projections {

/// Asks the monitor how everything is doing that it knows.
struct get_system_status {};

/// How an event store is doing, together with its reader.
struct log_status {
  /// What the log was called when it was opened; may be empty.
  std::string name;

  store_status store;
  log_reader_status reader;

  /// Why one of the two has not answered; else empty.
  std::string problem;
};

/// How everything is doing: logs and projections in the order in which they
/// were made.
struct system_status {
  std::vector<log_status> logs;
  std::vector<projection_status> projections;
};

/// Makes the monitor ask a runner from now on, until its actor has ended.
struct watch_projection {
  runner_actor runner;
};

/// Makes the monitor ask a log from now on, until its actors have ended.
struct watch_log {
  std::string name;
  event_store_actor store;
  log_reader_actor reader;
};

/// Asks all that it knows at once. An actor that does not answer within a
/// second is reported as not answering.
using monitor_actor = compat::typed_interface<
  // Gathers how everything is doing.
  system_status(get_system_status),
  // Takes a runner to be asked.
  void(watch_projection),
  // Takes a log to be asked.
  void(watch_log)>;

} // namespace projections
