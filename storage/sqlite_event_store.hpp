// Events in a SQLite database, in the table of the Python library.
#pragma once

#include "storage/event_store.hpp"
#include "storage/sqlite_connection.hpp"

#include <cstdint>
#include <functional>
#include <unordered_map>

namespace projections {

/// An `event_store` in one database file. Its positions are row ids. The table
/// `stored_events` is that of Python's `eventsourcing`; keys and metadata are
/// in tables beside it. Other processes may write to the same file.
class sqlite_event_store final : public event_store {
public:
  /// Opens the database file `path` and makes the tables that are not there.
  /// The database grows to at most `pages_max` pages; 0 sets no limit.
  explicit sqlite_event_store(const std::string& path, uint32_t pages_max = 0);

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override;

  std::vector<recorded_event> read_stream(std::string_view stream,
                                          stream_version after,
                                          size_t limit) override;

  log_slice read_all(log_position after, size_t limit,
                     const std::vector<std::string>& topics) override;

  log_position head() override;

  std::shared_ptr<change_signal> changes() override;

  std::optional<std::chrono::milliseconds> poll_interval() const override {
    return sqlite_poll_interval;
  }

private:
  void append_together(const std::function<bool()>& body);
  append_outcome append_one(const append_request& request);
  append_outcome find_key(const append_request& request, stream_version actual);
  log_position record(const std::string& stream, stream_version version,
                      const new_event& event);
  stream_version version_of(const std::string& stream);
  log_position last_row();

  sqlite_connection connection_;
  std::shared_ptr<change_signal> changes_;

  /// Versions of streams that were written lately, true for as long as no other
  /// connection has committed.
  std::unordered_map<std::string, stream_version> versions_;
  int64_t versions_as_of_ = -1;
};

} // namespace projections
