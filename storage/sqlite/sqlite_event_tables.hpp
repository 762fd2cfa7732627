// The tables of events in a SQLite database and the statements on them. Owned
// by a store and by what records events together with something else.
#pragma once

#include "projections/storage/log/event_store.hpp"
#include "projections/storage/sqlite/sqlite_connection.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace projections {

/// The table `stored_events` is that of Python's `eventsourcing`, and positions
/// are its row ids; keys and metadata are in tables beside it. Knows no
/// transactions: whoever calls makes them, on the connection that it names.
/// Functions throw `SQLite::Exception`. Not thread-safe.
class sqlite_event_tables {
public:
  /// Makes the tables that are not there, and refuses a layout that is unknown
  /// with a `store_error`.
  explicit sqlite_event_tables(sqlite_connection& at);

  // -- modifiers ---------------------------------------------------------------

  /// Does what an event store does in an append, within a transaction that
  /// writes. `at` is always the same.
  std::vector<append_outcome>
  append(sqlite_connection& at, const std::vector<append_request>& requests);

  /// Tells that the transaction of an append was rolled back.
  void roll_back() {
    versions_.clear();
  }

  // -- inspectors --------------------------------------------------------------

  // As in `event_store`.
  [[nodiscard]] static std::vector<recorded_event>
  read_stream(sqlite_connection& at, std::string_view stream,
              stream_version after, size_t limit);
  [[nodiscard]] static log_slice
  read_all(sqlite_connection& at, log_position after, size_t limit,
           const std::vector<std::string>& topics);
  [[nodiscard]] static std::vector<std::optional<recorded_event>>
  find_keys(sqlite_connection& at, const std::vector<std::string>& keys);
  [[nodiscard]] static log_position head(sqlite_connection& at);

private:
  struct metadata_row {
    log_position position;
    const std::string* text;
  };

  void append_together(sqlite_connection& at,
                       const std::function<bool()>& body);
  append_outcome append_one(sqlite_connection& at,
                            const append_request& request);
  std::vector<append_outcome> append_in_turn(
    sqlite_connection& at, const std::vector<append_request>& requests);
  std::vector<append_outcome> record_all(
    sqlite_connection& at, const std::vector<append_request>& requests);
  void record(sqlite_connection& at, const append_request& request,
              stream_version version, append_outcome& outcome);
  void insert(sqlite_connection& at, const std::string& stream,
              stream_version version, const new_event& event);
  void write_metadata(sqlite_connection& at);
  stream_version version_of(sqlite_connection& at, const std::string& stream);

  /// Versions of streams that were written lately, true for as long as no other
  /// connection has committed.
  std::unordered_map<std::string, stream_version> versions_;
  int64_t versions_as_of_ = -1;

  /// Where the next event goes, in an append.
  log_position next_position_ = log_start;

  /// What is still to be recorded beside events of an append.
  std::vector<metadata_row> metadata_;

  /// Whether the last append of keys one after the other has met no known one.
  bool expects_new_keys_ = true;
};

/// Returns the signal of changes to the events in the database that `at` is
/// connected to.
[[nodiscard]] std::shared_ptr<change_signal>
event_changes_of(const sqlite_connection& at);

} // namespace projections
