#include "projections/storage/sqlite/sqlite_event_store.hpp"

#include "projections/storage/sqlite/sqlite_connection.hpp"
#include "projections/storage/sqlite/sqlite_event_tables.hpp"

namespace projections {

/// A connection and the tables behind it.
class sqlite_event_store::impl {
public:
  impl(const std::string& path, uint32_t pages_max)
    : connection(path, durability::power_loss, pages_max), tables(connection),
      changes(event_changes_of(connection)) {
    // nop
  }

  sqlite_connection connection;
  sqlite_event_tables tables;
  std::shared_ptr<change_signal> changes;
};

sqlite_event_store::sqlite_event_store(const std::string& path,
                                       uint32_t pages_max)
  : impl_(std::make_unique<impl>(path, pages_max)) {
  // nop
}

sqlite_event_store::~sqlite_event_store() = default;

// -- modifiers ----------------------------------------------------------------

std::vector<append_outcome>
sqlite_event_store::append(const std::vector<append_request>& requests) {
  std::vector<append_outcome> result;
  impl_->connection.call("append", [&] {
    try {
      impl_->connection.statement(begin_transaction)->exec();
      result = impl_->tables.append(impl_->connection, requests);
      impl_->connection.statement(commit_transaction)->exec();
    } catch (...) {
      // SQLite may have rolled back already because of an error.
      impl_->connection.database().tryExec("ROLLBACK");
      impl_->tables.roll_back();
      throw;
    }
  });
  impl_->changes->notify();
  return result;
}

// -- inspectors ---------------------------------------------------------------

std::vector<recorded_event> sqlite_event_store::read_stream(
  std::string_view stream, stream_version after, size_t limit) {
  return impl_->connection.call("read a stream", [&] {
    return sqlite_event_tables::read_stream(impl_->connection, stream, after,
                                            limit);
  });
}

log_slice sqlite_event_store::read_all(log_position after, size_t limit,
                                       const std::vector<std::string>& topics) {
  return impl_->connection.call("read the log", [&] {
    SQLite::Transaction snapshot{impl_->connection.database()};
    return sqlite_event_tables::read_all(impl_->connection, after, limit,
                                         topics);
  });
}

std::vector<std::optional<recorded_event>>
sqlite_event_store::find_keys(const std::vector<std::string>& keys) {
  return impl_->connection.call("look up keys", [&] {
    return sqlite_event_tables::find_keys(impl_->connection, keys);
  });
}

log_position sqlite_event_store::head() {
  return impl_->connection.call("read the head", [this] {
    return sqlite_event_tables::head(impl_->connection);
  });
}

std::shared_ptr<change_signal> sqlite_event_store::changes() {
  return impl_->changes;
}

std::optional<std::chrono::milliseconds>
sqlite_event_store::poll_interval() const {
  return sqlite_poll_interval;
}

} // namespace projections
