#include "projections/storage/sqlite/sqlite_recorder.hpp"

#include "projections/storage/names/table_name.hpp"
#include "projections/storage/sqlite/file_claim.hpp"
#include "projections/storage/views/tracking_recorder.hpp"

namespace projections {

namespace {

constexpr const char* create_versions = R"(
CREATE TABLE IF NOT EXISTS projections_fold_versions (
  tracking_table TEXT,
  application_name TEXT,
  projection_version INTEGER NOT NULL,
  view_version INTEGER NOT NULL,
  projection_name TEXT NOT NULL,
  PRIMARY KEY (tracking_table, application_name)) WITHOUT ROWID;
)";

constexpr const char* insert_version
  = "INSERT OR REPLACE INTO projections_fold_versions VALUES (?, ?, ?, ?, ?)";

constexpr const char* select_version
  = "SELECT projection_version, view_version, projection_name "
    "FROM projections_fold_versions "
    "WHERE tracking_table = ? AND application_name = ?";

constexpr const char* remove_version
  = "DELETE FROM projections_fold_versions "
    "WHERE tracking_table = ? AND application_name = ?";

constexpr const char* select_key_columns
  = "SELECT count(*) FROM pragma_table_info(?) WHERE pk > 0";

} // namespace

sqlite_tracking::statements::statements(const std::string& table)
  // Without the row, the Python library takes the table for one that has many
  // rows for each application, as its earlier versions made it.
  : create("CREATE TABLE " + quoted_name(table)
           + " (application_name TEXT, notification_id INTEGER, "
             "PRIMARY KEY (application_name)) WITHOUT ROWID; INSERT INTO "
           + quoted_name(table) + " VALUES ('__migration__', 1)"),
    // No row comes back where the position recorded is not smaller.
    upsert("INSERT INTO " + quoted_name(table)
           + " AS recorded VALUES (?, ?) ON CONFLICT (application_name) "
             "DO UPDATE SET notification_id = excluded.notification_id "
             "WHERE recorded.notification_id < excluded.notification_id "
             "RETURNING notification_id"),
    select_last("SELECT notification_id FROM " + quoted_name(table)
                + " WHERE application_name = ?"),
    select_applications("SELECT application_name FROM " + quoted_name(table)
                        + " WHERE application_name <> '__migration__' "
                          "ORDER BY application_name"),
    remove("DELETE FROM " + quoted_name(table)
           + " WHERE application_name = ?") {
  // nop
}

sqlite_tracking::sqlite_tracking(const std::string& path,
                                 std::string_view projection,
                                 view_hooks<sqlite_connection> hooks,
                                 durability survived)
  : table_(tracking_table_name(projection, "tracking")), sql_(table_),
    hooks_(std::move(hooks)), writer_(path, survived), reader_(path, survived),
    changes_(change_signal::named(writer_.name() + ' ' + table_)) {
  make_tables();
}

void sqlite_tracking::make_tables() {
  writer_.call("make the tables of a view", [this] {
    writer_.make_tables({table_}, sql_.create);
    writer_.make_tables({"projections_fold_versions"}, create_versions);
  });
  writer_.check_columns(table_,
                        {"application_name TEXT", "notification_id INTEGER"});
  writer_.check_columns("projections_fold_versions",
                        {"tracking_table TEXT", "application_name TEXT",
                         "projection_version INTEGER", "view_version INTEGER",
                         "projection_name TEXT"});
  auto key_columns = writer_.call("look at the key of table " + table_, [this] {
    auto key = writer_.statement(select_key_columns);
    key->bind(1, table_);
    key->executeStep();
    return key->getColumn(0).getInt();
  });
  if (key_columns != 1)
    throw store_error{
      writer_.name() + ": table " + table_
      + " has several rows for an application, as early versions of the "
        "Python library made it; let a later one convert it first"};
}

// -- modifiers ----------------------------------------------------------------

void sqlite_tracking::transact(
  const std::function<void(sqlite_connection&)>& change) {
  std::lock_guard guard{writing_};
  if (in_transaction())
    return run_part(change);
  writer_.call("begin a transaction",
               [this] { writer_.statement(begin_transaction)->exec(); });
  writing_thread_ = std::this_thread::get_id();
  is_doomed_ = false;
  auto leave = [this] {
    pending_.reset();
    writing_thread_ = std::thread::id{};
  };
  try {
    writer_.call("change a view", [&] { change(writer_); });
    require_whole("commit");
    flush();
    writer_.call("commit",
                 [this] { writer_.statement(commit_transaction)->exec(); });
  } catch (...) {
    // SQLite may have rolled back already because of an error.
    writer_.database().tryExec("ROLLBACK");
    hooks_.discard();
    leave();
    throw;
  }
  leave();
  changes_->notify();
  hooks_.committed();
}

/// Makes `change` a part of the transaction of this thread.
void sqlite_tracking::run_part(
  const std::function<void(sqlite_connection&)>& change) {
  require_whole("change a view");
  try {
    writer_.call("change a view", [&] { change(writer_); });
  } catch (...) {
    is_doomed_ = true;
    throw;
  }
}

/// Throws if a command of the transaction has failed: the error may have made
/// SQLite roll back, and then a statement is a transaction of its own.
void sqlite_tracking::require_whole(std::string_view tried) const {
  if (is_doomed_)
    throw store_error{writer_.name() + ": cannot " + std::string{tried}
                      + ": a command of the transaction has failed"};
}

void sqlite_tracking::query(
  const std::function<void(sqlite_connection&)>& look) {
  if (in_transaction()) {
    require_whole("query a view");
    flush();
    return writer_.call("query a view", [&] { look(writer_); });
  }
  std::lock_guard guard{reading_};
  reader_.call("query a view", [&] { look(reader_); });
}

void sqlite_tracking::record(const tracking& x) {
  if (pending_.follow(x))
    return;
  write(x);
  pending_.begin(x);
}

void sqlite_tracking::forget(std::string_view application) {
  transact([&](sqlite_connection& db) {
    db.call("forget a tracking position", [&] {
      auto row = db.statement(sql_.remove.c_str());
      row->bind(1, std::string{application});
      row->exec();
      auto version = db.statement(remove_version);
      version->bind(1, table_);
      version->bind(2, std::string{application});
      version->exec();
    });
    pending_.forget(application);
  });
}

void sqlite_tracking::record_version(std::string_view application,
                                     fold_version x) {
  transact([&](sqlite_connection& db) {
    db.call("record the version of a projection", [&] {
      auto row = db.statement(insert_version);
      row->bind(1, table_);
      row->bind(2, std::string{application});
      row->bind(3, x.projection);
      row->bind(4, x.view);
      row->bind(5, x.name);
      row->exec();
    });
  });
}

view_claim sqlite_tracking::claim(std::string_view application) {
  return claim_by_file(writer_.path() + "-runner",
                       table_ + '\0' + std::string{application});
}

void sqlite_tracking::interrupt(bool on) noexcept {
  writer_.interrupt(on);
  reader_.interrupt(on);
}

// -- inspectors ---------------------------------------------------------------

std::optional<log_position>
sqlite_tracking::last(std::string_view application) {
  // What the transaction has recorded last is known without asking.
  if (in_transaction())
    if (auto known = pending_.last(application))
      return known;
  std::optional<log_position> result;
  query([&](sqlite_connection& db) { result = select_last(db, application); });
  return result;
}

std::vector<std::string> sqlite_tracking::applications() {
  std::vector<std::string> result;
  query([&](sqlite_connection& db) {
    auto rows = db.statement(sql_.select_applications.c_str());
    while (rows->executeStep())
      result.push_back(rows->getColumn(0).getString());
  });
  return result;
}

std::optional<fold_version>
sqlite_tracking::version(std::string_view application) {
  std::optional<fold_version> result;
  query([&](sqlite_connection& db) {
    db.call("read the version of a projection", [&] {
      auto row = db.statement(select_version);
      row->bind(1, table_);
      row->bind(2, std::string{application});
      if (row->executeStep())
        result = {row->getColumn(0).getInt64(), row->getColumn(1).getInt64(),
                  row->getColumn(2).getString()};
    });
  });
  return result;
}

int64_t sqlite_tracking::foreign_changes() {
  // To the connection that reads, the one that writes is another one.
  std::lock_guard guard{reading_};
  return reader_.call("look for changes",
                      [this] { return reader_.foreign_changes(); });
}

/// Writes what the transaction of this thread has gathered.
void sqlite_tracking::flush() {
  try {
    pending_.write([this](const tracking& x) { write(x); });
    writer_.call("write what a view has gathered",
                 [this] { hooks_.flush(writer_); });
  } catch (...) {
    is_doomed_ = true;
    throw;
  }
}

void sqlite_tracking::write(const tracking& x) {
  writer_.call("record a tracking position", [&] {
    auto insert = writer_.statement(sql_.upsert.c_str());
    insert->bindNoCopy(1, x.application);
    insert->bind(2, x.position);
    if (!insert->executeStep())
      throw already_recorded(x,
                             select_last(writer_, x.application).value_or(0));
  });
}

std::optional<log_position> sqlite_tracking::select_last(
  sqlite_connection& from, std::string_view application) {
  return from.call("read the tracking position", [&] {
    std::optional<log_position> result;
    auto query = from.statement(sql_.select_last.c_str());
    query->bind(1, std::string{application});
    if (query->executeStep())
      result = query->getColumn(0).getInt64();
    return result;
  });
}

} // namespace projections
