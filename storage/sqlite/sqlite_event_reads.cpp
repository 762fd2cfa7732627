// How events are read, as the event tables declare it.
#include "projections/storage/sqlite/sqlite_event_keys.hpp"
#include "projections/storage/sqlite/sqlite_event_tables.hpp"

#include <algorithm>
#include <utility>

namespace projections {

namespace {

/// So many positions are looked at for one slice, whatever the topics of their
/// events are.
constexpr log_position scan_max = 65'536;

// Events have the same columns in all statements, metadata in some.
constexpr const char* select_stream
  = "SELECT events.rowid, originator_id, originator_version, topic, state, "
    "metadata FROM stored_events AS events "
    "LEFT JOIN projections_event_metadata AS beside "
    "ON beside.position = events.rowid "
    "WHERE originator_id = ? AND originator_version > ? "
    "ORDER BY originator_version LIMIT ?";

constexpr const char* select_event_by_key
  = "SELECT events.rowid, originator_id, originator_version, topic, state, "
    "metadata FROM projections_event_keys AS keys "
    "JOIN stored_events AS events ON events.rowid = keys.position "
    "LEFT JOIN projections_event_metadata AS beside "
    "ON beside.position = keys.position WHERE idempotency_key = ?";

// Few logs have metadata, so joining it would cost most of them for nothing.
constexpr const char* select_slice
  = "SELECT rowid, originator_id, originator_version, topic, state "
    "FROM stored_events WHERE rowid > ? AND rowid <= ? ORDER BY rowid";

constexpr const char* select_metadata
  = "SELECT position, metadata FROM projections_event_metadata "
    "WHERE position > ? AND position <= ? ORDER BY position";

constexpr const char* select_last = "SELECT max(rowid) FROM stored_events";

std::string blob_of(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()),
          static_cast<size_t>(column.getBytes())};
}

/// Returns the event in the first five columns of the row of `query`, of which
/// the topic has been read.
recorded_event event_of(SQLite::Statement& query, std::string topic) {
  return {query.getColumn(0).getInt64(), query.getColumn(1).getString(),
          query.getColumn(2).getInt64(), std::move(topic),
          blob_of(query.getColumn(4))};
}

/// Returns the event in all six columns of the row of `query`.
recorded_event event_with_metadata_of(SQLite::Statement& query) {
  auto result = event_of(query, query.getColumn(3).getString());
  result.metadata = query.getColumn(5).getString();
  return result;
}

int64_t limit_of(size_t limit) {
  return static_cast<int64_t>(std::min<size_t>(limit, INT64_MAX));
}

/// Adds what is recorded beside the events of `slice`, which come after
/// `after`.
void read_metadata(sqlite_connection& at, log_position after,
                   log_slice& slice) {
  if (slice.events.empty())
    return;
  auto query = at.statement(select_metadata);
  query->bind(1, after);
  query->bind(2, slice.events.back().position);
  auto event = slice.events.begin();
  while (query->executeStep()) {
    auto position = query->getColumn(0).getInt64();
    while (event != slice.events.end() && event->position < position)
      ++event;
    if (event != slice.events.end() && event->position == position)
      event->metadata = query->getColumn(1).getString();
  }
}

} // namespace

std::vector<recorded_event>
sqlite_event_tables::read_stream(sqlite_connection& at, std::string_view stream,
                                 stream_version after, size_t limit) {
  std::vector<recorded_event> result;
  auto query = at.statement(select_stream);
  query->bind(1, std::string{stream});
  query->bind(2, after);
  query->bind(3, limit_of(limit));
  while (query->executeStep())
    result.push_back(event_with_metadata_of(*query));
  return result;
}

log_slice sqlite_event_tables::read_all(
  sqlite_connection& at, log_position after, size_t limit,
  const std::vector<std::string>& topics) {
  log_slice result;
  after = std::max(after, log_start);
  auto last = head(at);
  auto bound
    = topics.empty() || last - scan_max <= after ? last : after + scan_max;
  auto query = at.statement(select_slice);
  query->bind(1, after);
  query->bind(2, bound);
  result.read_to = std::max(after, bound);
  if (topics.empty())
    result.events.reserve(static_cast<size_t>(
      std::min({limit_of(limit), result.read_to - after, scan_max})));
  size_t bytes = 0;
  while (query->executeStep()) {
    if (result.events.size() == limit || bytes > slice_bytes_max) {
      result.read_to = limit == 0 ? after : result.events.back().position;
      break;
    }
    auto topic = query->getColumn(3).getString();
    if (!topics.empty()
        && std::find(topics.begin(), topics.end(), topic) == topics.end())
      continue;
    result.events.push_back(event_of(*query, std::move(topic)));
    bytes += result.events.back().payload.size();
  }
  read_metadata(at, after, result);
  result.at_head = result.read_to >= last;
  return result;
}

std::vector<std::optional<recorded_event>> sqlite_event_tables::find_keys(
  sqlite_connection& at, const std::vector<std::string>& keys) {
  std::vector<std::optional<recorded_event>> result;
  result.reserve(keys.size());
  for (auto& key : keys) {
    auto query = at.statement(select_event_by_key);
    stored_event_key stored{key};
    stored.bind(*query, 1);
    result.emplace_back();
    if (query->executeStep())
      result.back() = event_with_metadata_of(*query);
  }
  return result;
}

log_position sqlite_event_tables::head(sqlite_connection& at) {
  auto query = at.statement(select_last);
  query->executeStep();
  auto last = query->getColumn(0);
  return last.isNull() ? log_start : last.getInt64();
}

} // namespace projections
