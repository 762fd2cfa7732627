#include "storage/sqlite_recorder.hpp"

#include "storage/tracking_error.hpp"

namespace projections {

namespace {

constexpr const char* create_table = R"(
CREATE TABLE IF NOT EXISTS tracking (
  application_name TEXT,
  notification_id INTEGER,
  PRIMARY KEY (application_name)) WITHOUT ROWID;
)";

// No row comes back where the position recorded is not smaller.
constexpr const char* upsert
  = "INSERT INTO tracking VALUES (?, ?) ON CONFLICT (application_name) "
    "DO UPDATE SET notification_id = excluded.notification_id "
    "WHERE tracking.notification_id < excluded.notification_id "
    "RETURNING notification_id";

constexpr const char* select_last
  = "SELECT notification_id FROM tracking WHERE application_name = ?";

std::optional<log_position> select(sqlite_connection& from,
                                   std::string_view application) {
  return from.call("read the tracking position", [&] {
    std::optional<log_position> result;
    auto query = from.statement(select_last);
    query->bind(1, std::string{application});
    if (query->executeStep())
      result = query->getColumn(0).getInt64();
    return result;
  });
}

} // namespace

sqlite_tracking::sqlite_tracking(const std::string& path)
  : writer_(path), reader_(path),
    changes_(change_signal::named(writer_.name())) {
  writer_.call("make the tracking table",
               [this] { writer_.database().exec(create_table); });
  writer_.check_columns("tracking",
                        {"application_name TEXT", "notification_id INTEGER"});
}

void sqlite_tracking::transact(
  const std::function<void(sqlite_connection&)>& change) {
  std::lock_guard guard{writing_};
  if (writing_thread_ == std::this_thread::get_id())
    return run_part(change);
  execute("BEGIN IMMEDIATE");
  writing_thread_ = std::this_thread::get_id();
  try {
    change(writer_);
    execute("COMMIT");
  } catch (...) {
    roll_back("ROLLBACK");
    writing_thread_ = std::thread::id{};
    throw;
  }
  writing_thread_ = std::thread::id{};
  changes_->notify();
}

/// Makes `change` a part of the transaction of this thread.
void sqlite_tracking::run_part(
  const std::function<void(sqlite_connection&)>& change) {
  execute("SAVEPOINT part");
  try {
    change(writer_);
  } catch (...) {
    roll_back("ROLLBACK TO part; RELEASE part");
    throw;
  }
  execute("RELEASE part");
}

void sqlite_tracking::query(
  const std::function<void(sqlite_connection&)>& look) {
  if (writing_thread_ == std::this_thread::get_id())
    return look(writer_);
  std::lock_guard guard{reading_};
  look(reader_);
}

void sqlite_tracking::record(const tracking& x) {
  writer_.call("record a tracking position", [&] {
    auto insert = writer_.statement(upsert);
    insert->bindNoCopy(1, x.application);
    insert->bind(2, x.position);
    if (!insert->executeStep())
      throw already_recorded(x, select(writer_, x.application).value_or(0));
  });
}

std::optional<log_position>
sqlite_tracking::last(std::string_view application) {
  std::optional<log_position> result;
  query([&](sqlite_connection& db) { result = select(db, application); });
  return result;
}

void sqlite_tracking::execute(const char* sql) {
  writer_.call(sql, [&] { writer_.database().exec(sql); });
}

/// Rolls back; SQLite may have done so already because of an error.
void sqlite_tracking::roll_back(const char* sql) noexcept {
  writer_.database().tryExec(sql);
}

} // namespace projections
