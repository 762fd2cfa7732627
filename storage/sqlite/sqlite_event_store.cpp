#include "projections/storage/sqlite/sqlite_event_store.hpp"

namespace projections {

std::shared_ptr<change_signal> event_changes_of(const sqlite_connection& at) {
  return change_signal::named(at.name() + " events");
}

sqlite_event_store::sqlite_event_store(const std::string& path,
                                       uint32_t pages_max)
  : connection_(path, durability::power_loss, pages_max), tables_(connection_),
    changes_(event_changes_of(connection_)) {
  // nop
}

// -- modifiers ----------------------------------------------------------------

std::vector<append_outcome>
sqlite_event_store::append(const std::vector<append_request>& requests) {
  std::vector<append_outcome> result;
  connection_.call("append", [&] {
    try {
      connection_.statement(begin_transaction)->exec();
      result = tables_.append(connection_, requests);
      connection_.statement(commit_transaction)->exec();
    } catch (...) {
      // SQLite may have rolled back already because of an error.
      connection_.database().tryExec("ROLLBACK");
      tables_.roll_back();
      throw;
    }
  });
  changes_->notify();
  return result;
}

// -- inspectors ---------------------------------------------------------------

std::vector<recorded_event> sqlite_event_store::read_stream(
  std::string_view stream, stream_version after, size_t limit) {
  return connection_.call("read a stream", [&] {
    return sqlite_event_tables::read_stream(connection_, stream, after, limit);
  });
}

log_slice sqlite_event_store::read_all(log_position after, size_t limit,
                                       const std::vector<std::string>& topics) {
  return connection_.call("read the log", [&] {
    SQLite::Transaction snapshot{connection_.database()};
    return sqlite_event_tables::read_all(connection_, after, limit, topics);
  });
}

std::vector<std::optional<recorded_event>>
sqlite_event_store::find_keys(const std::vector<std::string>& keys) {
  return connection_.call("look up keys", [&] {
    return sqlite_event_tables::find_keys(connection_, keys);
  });
}

log_position sqlite_event_store::head() {
  return connection_.call(
    "read the head", [this] { return sqlite_event_tables::head(connection_); });
}

std::shared_ptr<change_signal> sqlite_event_store::changes() {
  return changes_;
}

} // namespace projections
