#include "storage/sqlite_event_store.hpp"

#include "storage/append_check.hpp"

#include <algorithm>

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

constexpr const char* insert_key
  = "INSERT INTO projections_event_keys VALUES (?, ?)";

constexpr const char* insert_metadata
  = "INSERT INTO projections_event_metadata VALUES (?, ?)";

constexpr const char* select_key
  = "SELECT position FROM projections_event_keys WHERE idempotency_key = ?";

constexpr const char* select_version
  = "SELECT max(originator_version) FROM stored_events "
    "WHERE originator_id = ?";

constexpr const char* select_stream
  = "SELECT rowid, originator_version, topic, state FROM stored_events "
    "WHERE originator_id = ? AND originator_version > ? "
    "ORDER BY originator_version LIMIT ?";

constexpr const char* select_slice
  = "SELECT rowid, originator_id, originator_version, topic, state "
    "FROM stored_events WHERE rowid > ? AND rowid <= ? ORDER BY rowid";

constexpr const char* select_last = "SELECT max(rowid) FROM stored_events";

std::string blob_of(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()),
          static_cast<size_t>(column.getBytes())};
}

int64_t limit_of(size_t limit) {
  return static_cast<int64_t>(std::min<size_t>(limit, INT64_MAX));
}

} // namespace

sqlite_event_store::sqlite_event_store(const std::string& path,
                                       uint32_t pages_max)
  : connection_(path, commit_survives::power_loss, pages_max),
    changes_(change_signal::named(connection_.name() + " events")) {
  connection_.call("make its tables", [this] {
    connection_.make_tables(
      {"stored_events", "projections_event_keys", "projections_event_metadata"},
      create_tables);
  });
  connection_.check_columns("stored_events",
                            {"originator_id TEXT", "originator_version INTEGER",
                             "topic TEXT", "state BLOB"});
}

// -- modifiers ----------------------------------------------------------------

std::vector<append_outcome>
sqlite_event_store::append(const std::vector<append_request>& requests) {
  std::vector<append_outcome> result;
  connection_.call("append", [&] {
    try {
      connection_.statement(begin_transaction)->exec();
      auto changes = connection_.foreign_changes();
      if (changes != versions_as_of_ || versions_.size() > versions_max)
        versions_.clear();
      versions_as_of_ = changes;
      result = append_in_groups(
        requests, [this](const append_request& x) { return append_one(x); },
        [this](auto body) { append_together(body); });
      connection_.statement(commit_transaction)->exec();
    } catch (...) {
      // SQLite may have rolled back already because of an error.
      connection_.database().tryExec("ROLLBACK");
      versions_.clear();
      throw;
    }
  });
  changes_->notify();
  return result;
}

/// Calls `body()` and takes back what it has written if it returns false.
void sqlite_event_store::append_together(const std::function<bool()>& body) {
  auto& database = connection_.database();
  database.exec("SAVEPOINT append_together");
  if (!body()) {
    database.exec("ROLLBACK TO append_together");
    versions_.clear();
  }
  database.exec("RELEASE append_together");
}

/// Records `request`, or refuses it and writes nothing.
append_outcome sqlite_event_store::append_one(const append_request& request) {
  auto result = check_form(request);
  if (result.error != append_error::none)
    return result;
  auto version = version_of(request.stream);
  result = find_key(request, version);
  if (result.error != append_error::none)
    return result;
  result = check_version(request, version);
  if (result.error != append_error::none)
    return result;
  for (auto& event : request.events)
    result.positions.push_back(record(request.stream, ++version, event));
  result.version = version;
  versions_[request.stream] = version;
  return result;
}

/// Refuses `request` if one of its keys is in the store.
append_outcome sqlite_event_store::find_key(const append_request& request,
                                            stream_version actual) {
  for (auto& event : request.events) {
    if (event.idempotency_key.empty())
      continue;
    auto query = connection_.statement(select_key);
    query->bindNoCopy(1, event.idempotency_key);
    if (query->executeStep())
      return refuse_key(request, event.idempotency_key,
                        query->getColumn(0).getInt64(), actual);
  }
  return {};
}

log_position sqlite_event_store::record(const std::string& stream,
                                        stream_version version,
                                        const new_event& event) {
  auto insert = connection_.statement(insert_event);
  insert->bindNoCopy(1, stream);
  insert->bind(2, version);
  insert->bindNoCopy(3, event.topic);
  insert->bindNoCopy(4, event.payload.data(),
                     static_cast<int>(event.payload.size()));
  insert->exec();
  auto position = connection_.database().getLastInsertRowid();
  if (!event.idempotency_key.empty()) {
    auto key = connection_.statement(insert_key);
    key->bindNoCopy(1, event.idempotency_key);
    key->bind(2, position);
    key->exec();
  }
  if (!event.metadata.empty()) {
    auto metadata = connection_.statement(insert_metadata);
    metadata->bind(1, position);
    metadata->bindNoCopy(2, event.metadata);
    metadata->exec();
  }
  return position;
}

// -- inspectors ---------------------------------------------------------------

std::vector<recorded_event> sqlite_event_store::read_stream(
  std::string_view stream, stream_version after, size_t limit) {
  return connection_.call("read a stream", [&] {
    std::vector<recorded_event> result;
    auto query = connection_.statement(select_stream);
    query->bind(1, std::string{stream});
    query->bind(2, after);
    query->bind(3, limit_of(limit));
    while (query->executeStep())
      result.push_back({query->getColumn(0).getInt64(), std::string{stream},
                        query->getColumn(1).getInt64(),
                        query->getColumn(2).getString(),
                        blob_of(query->getColumn(3))});
    return result;
  });
}

log_slice sqlite_event_store::read_all(log_position after, size_t limit,
                                       const std::vector<std::string>& topics) {
  return connection_.call("read the log", [&] {
    log_slice result;
    SQLite::Transaction snapshot{connection_.database()};
    after = std::max(after, log_start);
    auto last = last_row();
    auto bound
      = topics.empty() || last - scan_max <= after ? last : after + scan_max;
    auto query = connection_.statement(select_slice);
    query->bind(1, after);
    query->bind(2, bound);
    result.read_to = std::max(after, bound);
    if (topics.empty())
      result.events.reserve(static_cast<size_t>(
        std::min({limit_of(limit), result.read_to - after, scan_max})));
    while (query->executeStep()) {
      if (result.events.size() == limit) {
        result.read_to = limit == 0 ? after : result.events.back().position;
        break;
      }
      auto topic = query->getColumn(3).getString();
      if (topics.empty()
          || std::find(topics.begin(), topics.end(), topic) != topics.end())
        result.events.push_back(
          {query->getColumn(0).getInt64(), query->getColumn(1).getString(),
           query->getColumn(2).getInt64(), std::move(topic),
           blob_of(query->getColumn(4))});
    }
    result.at_head = result.read_to >= last;
    return result;
  });
}

log_position sqlite_event_store::head() {
  return connection_.call("read the head", [this] { return last_row(); });
}

std::shared_ptr<change_signal> sqlite_event_store::changes() {
  return changes_;
}

/// Returns the version of `stream` within the transaction of an append.
stream_version sqlite_event_store::version_of(const std::string& stream) {
  if (auto known = versions_.find(stream); known != versions_.end())
    return known->second;
  auto query = connection_.statement(select_version);
  query->bindNoCopy(1, stream);
  query->executeStep();
  auto version = query->getColumn(0);
  return version.isNull() ? 0 : version.getInt64();
}

log_position sqlite_event_store::last_row() {
  auto query = connection_.statement(select_last);
  query->executeStep();
  auto last = query->getColumn(0);
  return last.isNull() ? log_start : last.getInt64();
}

} // namespace projections
