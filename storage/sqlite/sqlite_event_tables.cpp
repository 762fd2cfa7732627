#include "projections/storage/sqlite/sqlite_event_tables.hpp"

#include "projections/storage/log/append_check.hpp"
#include "projections/storage/sqlite/sqlite_event_keys.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace projections {

namespace {

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
CREATE TABLE IF NOT EXISTS projections_event_metadata (
  position INTEGER PRIMARY KEY,
  metadata TEXT NOT NULL);
)";

constexpr const char* insert_event
  = "INSERT INTO stored_events VALUES (?, ?, ?, ?)";

constexpr const char* insert_metadata
  = "INSERT INTO projections_event_metadata VALUES (?, ?)";

// One statement of many rows takes half the time of one for each.
constexpr size_t metadata_per_insert = 32;
constexpr std::string_view insert_much_metadata
  = "INSERT INTO projections_event_metadata VALUES "
    "(?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), "
    "(?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), "
    "(?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), "
    "(?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?)";
static_assert(std::count(insert_much_metadata.begin(),
                         insert_much_metadata.end(), '?')
              == 2 * metadata_per_insert);

/// Fewer keys are taken one after the other.
constexpr size_t joint_keys_min = 32;

constexpr const char* select_version
  = "SELECT max(originator_version) FROM stored_events "
    "WHERE originator_id = ?";

/// Refuses `request` if one of its keys is in the store.
append_outcome find_taken_key(sqlite_connection& at,
                              const append_request& request,
                              stream_version actual) {
  for (auto& event : request.events)
    if (auto& key = event.idempotency_key; !key.empty())
      if (auto position = find_event_key(at, key))
        return refuse_key(request, key, *position, actual);
  return {};
}

/// Returns whether all that can be in the way of `request` is its key, or its
/// form.
bool needs_only_key(const append_request& request) {
  return request.events.size() == 1 && !request.expected
         && !request.events.front().idempotency_key.empty();
}

/// Returns whether `requests` can take their keys before they are recorded.
bool have_only_keys(const std::vector<append_request>& requests) {
  return requests.size() >= joint_keys_min
         && std::all_of(requests.begin(), requests.end(), [](auto& x) {
              return needs_only_key(x)
                     && check_form(x).error == append_error::none;
            });
}

} // namespace

sqlite_event_tables::sqlite_event_tables(sqlite_connection& at) {
  at.call("make its tables", [&] {
    at.make_tables(
      {"stored_events", "projections_event_keys", "projections_event_metadata"},
      std::string{create_tables} + create_sqlite_event_keys);
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
  metadata_.clear();
  auto result = expects_new_keys_ && have_only_keys(requests)
                    && take_event_keys(at, requests, next_position_)
                  ? record_all(at, requests)
                  : append_in_turn(at, requests);
  write_metadata(at);
  return result;
}

/// Records `requests` one after the other, or refuses them.
std::vector<append_outcome> sqlite_event_tables::append_in_turn(
  sqlite_connection& at, const std::vector<append_request>& requests) {
  auto result = append_in_groups(
    requests, [&](const append_request& x) { return append_one(at, x); },
    [&](auto body) { append_together(at, body); });
  // Who repeats one group often repeats the next one, too.
  expects_new_keys_ = std::none_of(result.begin(), result.end(), [](auto& x) {
    return x.error == append_error::key_exists;
  });
  return result;
}

/// Records `requests`, whose keys are taken and which nothing is in the way of.
std::vector<append_outcome> sqlite_event_tables::record_all(
  sqlite_connection& at, const std::vector<append_request>& requests) {
  std::vector<append_outcome> result(requests.size());
  for (size_t i = 0; i < requests.size(); ++i)
    record(at, requests[i], version_of(at, requests[i].stream), result[i]);
  return result;
}

/// Calls `body()` and takes back what it has written if it returns false.
void sqlite_event_tables::append_together(sqlite_connection& at,
                                          const std::function<bool()>& body) {
  auto& database = at.database();
  auto position = next_position_;
  auto metadata_count = metadata_.size();
  database.exec("SAVEPOINT append_together");
  if (!body()) {
    database.exec("ROLLBACK TO append_together");
    versions_.clear();
    next_position_ = position;
    metadata_.resize(metadata_count);
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
  auto is_free = needs_only_key(request)
                 && take_event_key(at, request.events.front().idempotency_key,
                                   next_position_);
  if (!is_free) {
    result = find_taken_key(at, request, version);
    if (result.error != append_error::none)
      return result;
    result = check_version(request, version);
    if (result.error != append_error::none)
      return result;
    for (size_t i = 0; i < request.events.size(); ++i)
      if (auto& key = request.events[i].idempotency_key; !key.empty())
        take_event_key(at, key, next_position_ + static_cast<log_position>(i));
  }
  record(at, request, version, result);
  return result;
}

/// Records the events of `request` behind `version` of its stream, and where
/// they are in `outcome`, but not their keys.
void sqlite_event_tables::record(sqlite_connection& at,
                                 const append_request& request,
                                 stream_version version,
                                 append_outcome& outcome) {
  outcome.positions.reserve(request.events.size());
  for (auto& event : request.events) {
    outcome.positions.push_back(next_position_);
    insert(at, request.stream, ++version, event);
  }
  outcome.version = version;
  versions_[request.stream] = version;
}

/// Inserts `event` at the next position; its metadata follow when all events
/// are inserted.
void sqlite_event_tables::insert(sqlite_connection& at,
                                 const std::string& stream,
                                 stream_version version,
                                 const new_event& event) {
  auto statement = at.statement(insert_event);
  statement->bindNoCopy(1, stream);
  statement->bind(2, version);
  statement->bindNoCopy(3, event.topic);
  statement->bindNoCopy(4, event.payload.data(),
                        static_cast<int>(event.payload.size()));
  statement->exec();
  if (at.database().getLastInsertRowid() != next_position_)
    throw store_error{at.name()
                      + ": table stored_events gives positions that "
                        "do not follow one another"};
  if (!event.metadata.empty())
    metadata_.push_back({next_position_, &event.metadata});
  ++next_position_;
}

/// Inserts what is to be recorded beside the events.
void sqlite_event_tables::write_metadata(sqlite_connection& at) {
  for (std::span rows{metadata_}; !rows.empty();) {
    auto has_many = rows.size() >= metadata_per_insert;
    auto count = has_many ? metadata_per_insert : 1;
    auto statement
      = at.statement(has_many ? insert_much_metadata.data() : insert_metadata);
    auto place = 0;
    for (auto& row : rows.first(count)) {
      statement->bind(++place, row.position);
      statement->bindNoCopy(++place, *row.text);
    }
    statement->exec();
    rows = rows.subspan(count);
  }
  metadata_.clear();
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

std::shared_ptr<change_signal> event_changes_of(const sqlite_connection& at) {
  return change_signal::named(at.name() + " events");
}

} // namespace projections
