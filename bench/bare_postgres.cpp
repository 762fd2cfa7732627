// The bare loops over PostgreSQL that event stores and views are measured
// against: prepared statements of libpq on the same tables, in the same
// transactions, and nothing else. Not even the lock, without which positions
// become visible in any order.
//
//   bench_bare_postgres URI insert GROUP COUNT SEED
//       inserts COUNT events, so many in a transaction
//   bench_bare_postgres URI scan COUNT
//       reads the first COUNT events and parses them with RapidJSON
//   bench_bare_postgres URI fold COUNT
//       counts COUNT events in a view, each in a transaction with its position,
//       whose commit does not wait for the disk, as that of a view does not

#include "bench/command_line.hpp"
#include "bench/stopwatch.hpp"
#include "bench/store_events.hpp"

#include <libpq-fe.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace projections::bench {
namespace {

/// An integer as PostgreSQL sends and takes it: eight bytes, the highest first.
using wire_integer = std::array<char, 8>;

wire_integer to_wire(int64_t x) {
  wire_integer result;
  for (size_t i = 0; i < result.size(); ++i)
    result[i] = static_cast<char>(x >> (56 - 8 * i));
  return result;
}

int64_t from_wire(const char* bytes) {
  uint64_t result = 0;
  for (size_t i = 0; i < sizeof(result); ++i)
    result = result << 8 | static_cast<unsigned char>(bytes[i]);
  return static_cast<int64_t>(result);
}

struct result_clear {
  void operator()(PGresult* x) const {
    PQclear(x);
  }
};

using result_pointer = std::unique_ptr<PGresult, result_clear>;

/// A connection.
class database {
public:
  explicit database(const char* uri) : connection_(PQconnectdb(uri)) {
    if (PQstatus(connection_) != CONNECTION_OK)
      throw std::runtime_error{PQerrorMessage(connection_)};
  }

  database(const database&) = delete;
  database& operator=(const database&) = delete;

  ~database() {
    PQfinish(connection_);
  }

  result_pointer execute(const char* sql) {
    return checked(PQexec(connection_, sql));
  }

  void prepare(const char* name, const char* sql) {
    checked(PQprepare(connection_, name, sql, 0, nullptr));
  }

  /// Executes a prepared statement. A text in `texts` is null-terminated; a
  /// value is binary where `is_binary` says so. Results are binary.
  template <size_t Count>
  result_pointer run(const char* name, const std::array<const char*, Count>& xs,
                     const std::array<int, Count>& sizes,
                     const std::array<int, Count>& is_binary) {
    return checked(PQexecPrepared(connection_, name, static_cast<int>(Count),
                                  xs.data(), sizes.data(), is_binary.data(),
                                  1));
  }

  result_pointer run(const char* name) {
    return checked(
      PQexecPrepared(connection_, name, 0, nullptr, nullptr, nullptr, 1));
  }

private:
  result_pointer checked(PGresult* x) {
    result_pointer result{x};
    auto status = PQresultStatus(x);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      throw std::runtime_error{PQerrorMessage(connection_)};
    return result;
  }

  PGconn* connection_;
};

void insert(database& at, size_t group, size_t count, uint64_t seed) {
  at.execute("CREATE TABLE IF NOT EXISTS stored_events ("
             "originator_id text NOT NULL, originator_version bigint NOT NULL, "
             "topic text, state bytea, notification_id bigserial, "
             "PRIMARY KEY (originator_id, originator_version)) "
             "WITH (autovacuum_enabled=false); "
             "CREATE UNIQUE INDEX IF NOT EXISTS "
             "stored_events_notification_id_idx "
             "ON stored_events (notification_id)");
  auto events = make_events(count, seed);
  at.prepare("begin", "BEGIN");
  at.prepare("commit", "COMMIT");
  at.prepare("insert", "INSERT INTO stored_events (originator_id, "
                       "originator_version, topic, state) "
                       "VALUES ($1::text, $2::bigint, $3::text, $4::bytea)");
  stopwatch watch;
  watch.start(count / group + 1);
  for (size_t i = 0; i < count; i += group) {
    watch.begin_step();
    at.run("begin");
    auto end = std::min(i + group, count);
    for (auto j = i; j < end; ++j) {
      auto& x = events[j];
      auto version = to_wire(x.version);
      at.run<4>(
        "insert",
        {x.stream.c_str(), version.data(), x.topic.c_str(), x.payload.data()},
        {0, static_cast<int>(version.size()), 0,
         static_cast<int>(x.payload.size())},
        {0, 1, 0, 1});
    }
    at.run("commit");
    watch.end_step();
  }
  watch.stop(count);
}

/// So many events are fetched at once.
constexpr const char* fetch_sql = "FETCH 10000 FROM log";

void scan(database& at, size_t count) {
  auto sql = "DECLARE log BINARY NO SCROLL CURSOR FOR SELECT notification_id, "
             "originator_id, originator_version, topic, state "
             "FROM stored_events ORDER BY notification_id LIMIT "
             + std::to_string(count);
  stopwatch watch;
  watch.start();
  at.execute("BEGIN");
  at.execute(sql.c_str());
  // The pool and the text are used again for every event.
  std::vector<char> pool(size_t{64} << 10);
  std::string text;
  size_t created = 0;
  size_t subsequent = 0;
  for (;;) {
    auto rows = at.execute(fetch_sql);
    auto size = PQntuples(rows.get());
    if (size == 0)
      break;
    for (int i = 0; i < size; ++i) {
      text.assign(PQgetvalue(rows.get(), i, 4),
                  static_cast<size_t>(PQgetlength(rows.get(), i, 4)));
      rapidjson::MemoryPoolAllocator<> memory{pool.data(), pool.size()};
      rapidjson::GenericDocument<rapidjson::UTF8<>,
                                 rapidjson::MemoryPoolAllocator<>,
                                 rapidjson::MemoryPoolAllocator<>>
        parsed{&memory, 256, &memory};
      if (parsed.ParseInsitu(text.data()).HasParseError())
        throw std::runtime_error{
          "event " + std::to_string(from_wire(PQgetvalue(rows.get(), i, 0)))
          + " is not JSON"};
      auto version = from_wire(PQgetvalue(rows.get(), i, 2));
      (version == 1 ? created : subsequent) += 1;
    }
  }
  at.execute("COMMIT");
  watch.stop(count);
  check_count("created events", created, streams_in(count));
  check_count("all events", created + subsequent, count);
}

void fold(database& at, size_t count) {
  at.execute("SET synchronous_commit = off");
  at.execute("CREATE TABLE IF NOT EXISTS notification_tracking ("
             "application_name text PRIMARY KEY, notification_id bigint); "
             "CREATE TABLE IF NOT EXISTS eventcounters ("
             "counter_name text PRIMARY KEY, counter bigint)");
  at.prepare("begin", "BEGIN");
  at.prepare("commit", "COMMIT");
  at.prepare("change", "INSERT INTO eventcounters AS counted "
                       "VALUES ($1::text, 1) ON CONFLICT (counter_name) "
                       "DO UPDATE SET counter = counted.counter + 1");
  at.prepare("track", "INSERT INTO notification_tracking AS recorded "
                      "VALUES ('bank', $1::bigint) "
                      "ON CONFLICT (application_name) DO UPDATE SET "
                      "notification_id = excluded.notification_id "
                      "WHERE recorded.notification_id "
                      "< excluded.notification_id RETURNING notification_id");
  stopwatch watch;
  watch.start(count);
  for (size_t i = 0; i < count; ++i) {
    watch.begin_step();
    at.run("begin");
    at.run<1>(
      "change",
      {i % events_per_stream == 0 ? "CREATED_EVENTS" : "SUBSEQUENT_EVENTS"},
      {0}, {0});
    auto position = to_wire(static_cast<int64_t>(i) + 1);
    at.run<1>("track", {position.data()}, {static_cast<int>(position.size())},
              {1});
    at.run("commit");
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
    "bench_bare_postgres URI (insert GROUP COUNT SEED | scan COUNT | fold "
    "COUNT)",
    argc, argv, [&] { projections::bench::run(argc, argv); });
}
