// Tracking and events in one PostgreSQL database, for projections that answer
// events with events.
#pragma once

#include "projections/storage/postgres/postgres_event_store.hpp"
#include "projections/storage/postgres/postgres_event_tables.hpp"
#include "projections/storage/postgres/postgres_listener.hpp"
#include "projections/storage/postgres/postgres_recorder.hpp"
#include "projections/storage/views/database_recorder_with_events.hpp"

#include <string>
#include <string_view>

namespace projections {

/// A recorder with events in a database. A commit is on the server's disk when
/// it returns. From the first append of a transaction to its end, others who
/// append to the same table wait. Thread-safe.
class postgres_recorder_with_events final
  : public database_recorder_with_events<
      postgres_recorder<recorder_with_events>, postgres_event_tables> {
public:
  /// Connects to the database `uri` and makes the tables that are not there.
  /// The events are in the table of `application`, as `postgres_event_store`
  /// has it. A database in which several projections are tracked needs the name
  /// of this one.
  explicit postgres_recorder_with_events(const std::string& uri,
                                         std::string_view application = {},
                                         std::string_view projection = {})
    : database_recorder_with_events(
      [application](postgres_connection& at) {
        return postgres_event_tables{at, application};
      },
      [](postgres_connection& at, const postgres_event_tables& tables) {
        return postgres_listener::signal(at.uri(), tables.channel());
      },
      postgres_look_interval, uri, projection, durability::power_loss) {
    // nop
  }
};

} // namespace projections
