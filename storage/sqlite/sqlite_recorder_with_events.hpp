// Tracking and events in one SQLite database, for projections that answer
// events with events.
#pragma once

#include "projections/storage/sqlite/sqlite_event_store.hpp"
#include "projections/storage/sqlite/sqlite_event_tables.hpp"
#include "projections/storage/sqlite/sqlite_recorder.hpp"
#include "projections/storage/views/database_recorder_with_events.hpp"

#include <string>
#include <string_view>

namespace projections {

/// A recorder with events in a database file. A commit is on disk when it
/// returns. A transaction keeps other writers of the file waiting. Thread-safe.
class sqlite_recorder_with_events final
  : public database_recorder_with_events<sqlite_recorder<recorder_with_events>,
                                         sqlite_event_tables> {
public:
  /// Opens the database file `path` and makes the tables that are not there.
  /// One in which several projections are tracked needs the name of this one.
  explicit sqlite_recorder_with_events(const std::string& path,
                                       std::string_view projection = {})
    : database_recorder_with_events(
      [](sqlite_connection& at) { return sqlite_event_tables{at}; },
      [](sqlite_connection& at, const sqlite_event_tables&) {
        return event_changes_of(at);
      },
      sqlite_poll_interval, path, projection, durability::power_loss) {
    // nop
  }
};

} // namespace projections
