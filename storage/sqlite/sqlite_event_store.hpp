// Events in a SQLite database, in the table of the Python library.
#pragma once

#include "projections/storage/log/event_store.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace projections {

/// An `event_store` in one database file. Its positions are row ids. The table
/// `stored_events` is that of Python's `eventsourcing`; keys and metadata are
/// in tables beside it. Other processes may write to the same file.
class sqlite_event_store final : public event_store {
public:
  /// Opens the database file `path` and makes the tables that are not there.
  /// The database grows to at most `pages_max` pages; 0 sets no limit.
  explicit sqlite_event_store(const std::string& path, uint32_t pages_max = 0);

  ~sqlite_event_store() override;

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override;

  std::vector<recorded_event> read_stream(std::string_view stream,
                                          stream_version after,
                                          size_t limit) override;

  log_slice read_all(log_position after, size_t limit,
                     const std::vector<std::string>& topics) override;

  std::vector<std::optional<recorded_event>>
  find_keys(const std::vector<std::string>& keys) override;

  log_position head() override;

  std::shared_ptr<change_signal> changes() override;

  std::optional<std::chrono::milliseconds> poll_interval() const override;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace projections
