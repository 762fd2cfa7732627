// The bare loops over SQLite that event stores and views are measured against:
// prepared statements of the C API on the same tables, in the same
// transactions, and nothing else.
//
//   bench_bare_sqlite FILE insert GROUP COUNT SEED
//       inserts COUNT events, so many in a transaction
//   bench_bare_sqlite FILE scan COUNT
//       reads the first COUNT events and parses them with RapidJSON
//   bench_bare_sqlite FILE fold COUNT
//       counts COUNT events in a view, each in a transaction with its position

#include "bench/command_line.hpp"
#include "bench/stopwatch.hpp"
#include "bench/store_events.hpp"

#include <rapidjson/document.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace projections::bench {
namespace {

/// A connection with the settings that event stores and views have.
class database {
public:
  explicit database(const char* path) {
    // One thread uses it, so SQLite need not lock it at every call.
    check(sqlite3_open_v2(path, &handle_,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                            | SQLITE_OPEN_NOMUTEX,
                          nullptr));
    execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
  }

  database(const database&) = delete;
  database& operator=(const database&) = delete;

  ~database() {
    sqlite3_close(handle_);
  }

  void execute(const char* sql) {
    check(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr));
  }

  void check(int code) {
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE)
      throw std::runtime_error{sqlite3_errmsg(handle_)};
  }

  [[nodiscard]] sqlite3* handle() const {
    return handle_;
  }

private:
  sqlite3* handle_ = nullptr;
};

/// A prepared statement.
class statement {
public:
  statement(database& at, const char* sql) : at_(at) {
    at.check(sqlite3_prepare_v3(at.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                &handle_, nullptr));
  }

  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;

  ~statement() {
    sqlite3_finalize(handle_);
  }

  void bind(int place, int64_t x) {
    at_.check(sqlite3_bind_int64(handle_, place, x));
  }

  void bind(int place, std::string_view x) {
    at_.check(sqlite3_bind_text(handle_, place, x.data(),
                                static_cast<int>(x.size()), SQLITE_STATIC));
  }

  void bind_blob(int place, std::string_view x) {
    at_.check(sqlite3_bind_blob(handle_, place, x.data(),
                                static_cast<int>(x.size()), SQLITE_STATIC));
  }

  /// Returns whether there is a row.
  bool step() {
    auto code = sqlite3_step(handle_);
    at_.check(code);
    return code == SQLITE_ROW;
  }

  /// Steps to the end and makes it ready for the next time.
  void run() {
    while (step()) {
    }
    at_.check(sqlite3_reset(handle_));
  }

  [[nodiscard]] sqlite3_stmt* handle() const {
    return handle_;
  }

private:
  database& at_;
  sqlite3_stmt* handle_ = nullptr;
};

void insert(database& at, size_t group, size_t count, uint64_t seed) {
  at.execute("CREATE TABLE IF NOT EXISTS stored_events (originator_id TEXT, "
             "originator_version INTEGER, topic TEXT, state BLOB, "
             "PRIMARY KEY (originator_id, originator_version))");
  auto events = make_events(count, seed);
  statement begin{at, "BEGIN IMMEDIATE"};
  statement commit{at, "COMMIT"};
  statement insert{at, "INSERT INTO stored_events VALUES (?, ?, ?, ?)"};
  stopwatch watch;
  watch.start(count / group + 1);
  for (size_t i = 0; i < count; i += group) {
    watch.begin_step();
    begin.run();
    auto end = std::min(i + group, count);
    for (auto j = i; j < end; ++j) {
      insert.bind(1, events[j].stream);
      insert.bind(2, events[j].version);
      insert.bind(3, events[j].topic);
      insert.bind_blob(4, events[j].payload);
      insert.run();
    }
    commit.run();
    watch.end_step();
  }
  watch.stop(count);
}

void scan(database& at, size_t count) {
  statement rows{at, "SELECT rowid, originator_id, originator_version, topic, "
                     "state FROM stored_events ORDER BY rowid LIMIT ?"};
  rows.bind(1, static_cast<int64_t>(count));
  stopwatch watch;
  watch.start();
  // The pool and the text are used again for every event.
  std::vector<char> pool(size_t{64} << 10);
  std::string text;
  int64_t last = 0;
  size_t created = 0;
  size_t subsequent = 0;
  while (rows.step()) {
    auto* row = rows.handle();
    last = sqlite3_column_int64(row, 0);
    const auto* state = static_cast<const char*>(sqlite3_column_blob(row, 4));
    text.assign(state, static_cast<size_t>(sqlite3_column_bytes(row, 4)));
    rapidjson::MemoryPoolAllocator<> memory{pool.data(), pool.size()};
    rapidjson::GenericDocument<rapidjson::UTF8<>,
                               rapidjson::MemoryPoolAllocator<>,
                               rapidjson::MemoryPoolAllocator<>>
      parsed{&memory, 256, &memory};
    if (parsed.ParseInsitu(text.data()).HasParseError())
      throw std::runtime_error{"event " + std::to_string(last)
                               + " is not JSON"};
    (sqlite3_column_int64(row, 2) == 1 ? created : subsequent) += 1;
  }
  watch.stop(count);
  check_count("created events", created, streams_in(count));
  check_count("all events", created + subsequent, count);
}

void fold(database& at, size_t count) {
  // As views commit: the disk is not waited for.
  at.execute("PRAGMA synchronous=NORMAL");
  at.execute("CREATE TABLE IF NOT EXISTS tracking (application_name TEXT "
             "PRIMARY KEY, notification_id INTEGER) WITHOUT ROWID; "
             "CREATE TABLE IF NOT EXISTS eventcounters ("
             "counter_name TEXT PRIMARY KEY, counter INTEGER);");
  statement begin{at, "BEGIN IMMEDIATE"};
  statement commit{at, "COMMIT"};
  statement change{at, "INSERT INTO eventcounters VALUES (?, 1) "
                       "ON CONFLICT (counter_name) "
                       "DO UPDATE SET counter = counter + 1"};
  statement track{at, "INSERT INTO tracking AS recorded VALUES ('bank', ?) "
                      "ON CONFLICT (application_name) DO UPDATE SET "
                      "notification_id = excluded.notification_id "
                      "WHERE recorded.notification_id "
                      "< excluded.notification_id RETURNING notification_id"};
  stopwatch watch;
  watch.start(count);
  for (size_t i = 0; i < count; ++i) {
    watch.begin_step();
    begin.run();
    change.bind(1, i % events_per_stream == 0
                     ? std::string_view{"CREATED_EVENTS"}
                     : std::string_view{"SUBSEQUENT_EVENTS"});
    change.run();
    track.bind(1, static_cast<int64_t>(i) + 1);
    track.run();
    commit.run();
    watch.end_step();
  }
  watch.stop(count);
}

void run(int argc, char** argv) {
  std::string_view action = argc > 2 ? argv[2] : "";
  if (action == "insert" && argc == 6) {
    database at{argv[1]};
    insert(at, count_of(argv[3]), count_of(argv[4]), count_of(argv[5]));
  } else if (action == "scan" && argc == 4) {
    database at{argv[1]};
    scan(at, count_of(argv[3]));
  } else if (action == "fold" && argc == 4) {
    database at{argv[1]};
    fold(at, count_of(argv[3]));
  } else {
    throw bad_command_line{};
  }
}

} // namespace
} // namespace projections::bench

int main(int argc, char** argv) {
  return projections::bench::run_program(
    "bench_bare_sqlite FILE (insert GROUP COUNT SEED | scan COUNT | fold "
    "COUNT)",
    argc, argv, [&] { projections::bench::run(argc, argv); });
}
