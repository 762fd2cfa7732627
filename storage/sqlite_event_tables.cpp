#include "storage/sqlite_event_tables.hpp"

#include "messages/uuid.hpp"
#include "storage/append_check.hpp"

#include <algorithm>
#include <utility>

namespace projections {

namespace {

/// So many positions are looked at for one slice, whatever the topics of their
/// events are.
constexpr log_position scan_max = 65'536;

/// So many streams are remembered with their versions.
constexpr size_t versions_max = 65'536;

// Tables beside that of the Python library carry a prefix of ours.
constexpr const char* create_tables = R"(
CREATE TABLE IF NOT EXISTS stored_events (
  originator_id TEXT,
  originator_version INTEGER,
  topic TEXT,
  state BLOB,
  PRIMARY KEY (originator_id, originator_version));
CREATE TABLE IF NOT EXISTS projections_event_keys (
  idempotency_key TEXT PRIMARY KEY,
  position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS projections_event_metadata (
  position INTEGER PRIMARY KEY,
  metadata TEXT NOT NULL);
)";

constexpr const char* insert_event
  = "INSERT INTO stored_events VALUES (?, ?, ?, ?)";

// Changes nothing if the key is there.
constexpr const char* insert_key
  = "INSERT INTO projections_event_keys VALUES (?, ?) ON CONFLICT DO NOTHING";

constexpr const char* insert_metadata
  = "INSERT INTO projections_event_metadata VALUES (?, ?)";

constexpr const char* select_key
  = "SELECT position FROM projections_event_keys WHERE idempotency_key = ?";

constexpr const char* select_version
  = "SELECT max(originator_version) FROM stored_events "
    "WHERE originator_id = ?";

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

/// An idempotency key as it is in the table: a UUID in its usual form as 16
/// bytes, for the pages of random keys are most of what is written with them,
/// and any other one as text.
class stored_key {
public:
  /// Refers to `key`.
  explicit stored_key(const std::string& key)
    : text_(key), uuid_(uuid_of_dashed(key)) {
    // nop
  }

  void bind(SQLite::Statement& to, int place) const {
    if (uuid_)
      to.bind(place, uuid_->data, static_cast<int>(uuid_->size()));
    else
      to.bindNoCopy(place, text_);
  }

private:
  const std::string& text_;
  std::optional<uuid> uuid_;
};

/// Refuses `request` if one of its keys is in the store.
append_outcome find_taken_key(sqlite_connection& at,
                              const append_request& request,
                              stream_version actual) {
  for (auto& event : request.events) {
    if (event.idempotency_key.empty())
      continue;
    auto query = at.statement(select_key);
    stored_key{event.idempotency_key}.bind(*query, 1);
    if (query->executeStep())
      return refuse_key(request, event.idempotency_key,
                        query->getColumn(0).getInt64(), actual);
  }
  return {};
}

/// Records that `key` is that of the event at `position`. Returns whether it
/// was free.
bool take_key(sqlite_connection& at, const std::string& key,
              log_position position) {
  auto insert = at.statement(insert_key);
  stored_key{key}.bind(*insert, 1);
  insert->bind(2, position);
  return insert->exec() > 0;
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

sqlite_event_tables::sqlite_event_tables(sqlite_connection& at) {
  at.call("make its tables", [&] {
    at.make_tables(
      {"stored_events", "projections_event_keys", "projections_event_metadata"},
      create_tables);
  });
  at.check_columns("stored_events",
                   {"originator_id TEXT", "originator_version INTEGER",
                    "topic TEXT", "state BLOB"});
  at.check_columns("projections_event_keys",
                   {"idempotency_key TEXT", "position INTEGER"});
  at.check_columns("projections_event_metadata",
                   {"position INTEGER", "metadata TEXT"});
}

std::vector<append_outcome> sqlite_event_tables::append(
  sqlite_connection& at, const std::vector<append_request>& requests) {
  auto changes = at.foreign_changes();
  if (changes != versions_as_of_ || versions_.size() > versions_max)
    versions_.clear();
  versions_as_of_ = changes;
  // SQLite gives the next row this id.
  next_position_ = head(at) + 1;
  return append_in_groups(
    requests, [&](const append_request& x) { return append_one(at, x); },
    [&](auto body) { append_together(at, body); });
}

/// Calls `body()` and takes back what it has written if it returns false.
void sqlite_event_tables::append_together(sqlite_connection& at,
                                          const std::function<bool()>& body) {
  auto& database = at.database();
  auto position = next_position_;
  database.exec("SAVEPOINT append_together");
  if (!body()) {
    database.exec("ROLLBACK TO append_together");
    versions_.clear();
    next_position_ = position;
  }
  database.exec("RELEASE append_together");
}

/// Records `request`, or refuses it and writes nothing.
append_outcome sqlite_event_tables::append_one(sqlite_connection& at,
                                               const append_request& request) {
  auto result = check_form(request);
  if (result.error != append_error::none)
    return result;
  auto version = version_of(at, request.stream);
  // A key that is free is taken at once where nothing else can be in the way.
  auto& first = request.events.front();
  auto is_free = request.events.size() == 1 && !request.expected
                 && !first.idempotency_key.empty()
                 && take_key(at, first.idempotency_key, next_position_);
  if (!is_free) {
    result = find_taken_key(at, request, version);
    if (result.error != append_error::none)
      return result;
    result = check_version(request, version);
    if (result.error != append_error::none)
      return result;
    for (size_t i = 0; i < request.events.size(); ++i)
      if (auto& key = request.events[i].idempotency_key; !key.empty())
        take_key(at, key, next_position_ + static_cast<log_position>(i));
  }
  for (auto& event : request.events)
    result.positions.push_back(record(at, request.stream, ++version, event));
  result.version = version;
  versions_[request.stream] = version;
  return result;
}

/// Records `event` at the next position, but not its key.
log_position sqlite_event_tables::record(sqlite_connection& at,
                                         const std::string& stream,
                                         stream_version version,
                                         const new_event& event) {
  auto insert = at.statement(insert_event);
  insert->bindNoCopy(1, stream);
  insert->bind(2, version);
  insert->bindNoCopy(3, event.topic);
  insert->bindNoCopy(4, event.payload.data(),
                     static_cast<int>(event.payload.size()));
  insert->exec();
  auto position = next_position_++;
  if (at.database().getLastInsertRowid() != position)
    throw store_error{at.name()
                      + ": table stored_events gives positions that "
                        "do not follow one another"};
  if (!event.metadata.empty()) {
    auto metadata = at.statement(insert_metadata);
    metadata->bind(1, position);
    metadata->bindNoCopy(2, event.metadata);
    metadata->exec();
  }
  return position;
}

/// Returns the version of `stream` within the transaction of an append.
stream_version sqlite_event_tables::version_of(sqlite_connection& at,
                                               const std::string& stream) {
  if (auto known = versions_.find(stream); known != versions_.end())
    return known->second;
  auto query = at.statement(select_version);
  query->bindNoCopy(1, stream);
  query->executeStep();
  auto version = query->getColumn(0);
  return version.isNull() ? 0 : version.getInt64();
}

// -- inspectors ---------------------------------------------------------------

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
    stored_key{key}.bind(*query, 1);
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
