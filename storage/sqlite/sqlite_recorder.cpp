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

constexpr const char* select_key_columns
  = "SELECT count(*) FROM pragma_table_info(?) WHERE pk > 0";

} // namespace

sqlite_tracking::sqlite_tracking(const std::string& path,
                                 std::string_view projection, view_hooks hooks,
                                 durability survived)
  : tracking_table(std::move(hooks)),
    table_(tracking_table_name(projection, "tracking")),
    sql_(quoted_name(table_), "projections_fold_versions", "BINARY"),
    writer_(path, survived), reader_(path, survived),
    changes_(change_signal::named(writer_.name() + ' ' + table_)) {
  make_tables();
}

void sqlite_tracking::make_tables() {
  writer_.call("make the tables of a view", [this] {
    writer_.make_tables({table_},
                        "CREATE TABLE " + quoted_name(table_)
                          + " (application_name TEXT, notification_id INTEGER, "
                            "PRIMARY KEY (application_name)) WITHOUT ROWID; "
                          + sql_.insert_mark);
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

view_claim sqlite_tracking::claim(std::string_view application) {
  return claim_by_file(writer_.path() + "-runner",
                       table_ + '\0' + std::string{application});
}

void sqlite_tracking::interrupt(bool on) noexcept {
  writer_.interrupt(on);
  reader_.interrupt(on);
}

int64_t sqlite_tracking::foreign_changes() {
  // To the connection that reads, the one that writes is another one.
  std::lock_guard guard{reading_};
  return reader_.call("look for changes",
                      [this] { return reader_.foreign_changes(); });
}

// -- what a tracking table asks for -------------------------------------------

void sqlite_tracking::rethrow(std::string_view tried) {
  writer_.call(tried, [] { throw; });
  throw;
}

void sqlite_tracking::begin_work() {
  writer_.statement(begin_transaction)->exec();
}

void sqlite_tracking::commit_work() {
  writer_.statement(commit_transaction)->exec();
}

void sqlite_tracking::roll_back_work() {
  writer_.database().tryExec("ROLLBACK");
}

void sqlite_tracking::check_usable(std::string_view tried) const {
  // An error may have made SQLite roll back, and then a statement is a
  // transaction of its own.
  require_whole(tried);
}

void sqlite_tracking::write_gathered() {
  pending().write([this](const tracking& x) { write(x); });
  flush_view();
}

bool sqlite_tracking::upsert(const tracking& x) {
  auto row = writer_.statement(sql_.upsert.c_str());
  row->bindNoCopy(1, x.application);
  row->bind(2, x.position);
  return row->executeStep();
}

void sqlite_tracking::remove(const std::string& application) {
  auto row = writer_.statement(sql_.remove.c_str());
  row->bind(1, application);
  row->exec();
  auto version = writer_.statement(sql_.remove_version.c_str());
  version->bind(1, table_);
  version->bind(2, application);
  version->exec();
}

void sqlite_tracking::upsert_version(const std::string& application,
                                     const code_versions& x) {
  auto row = writer_.statement(sql_.upsert_version.c_str());
  row->bind(1, table_);
  row->bind(2, application);
  row->bind(3, x.projection);
  row->bind(4, x.view);
  row->bind(5, x.name);
  row->exec();
}

std::optional<log_position> sqlite_tracking::select_last(
  connection_use by, const std::string& application) {
  auto row = connection(by).statement(sql_.select_last.c_str());
  row->bind(1, application);
  if (!row->executeStep())
    return std::nullopt;
  return row->getColumn(0).getInt64();
}

std::vector<std::string>
sqlite_tracking::select_applications(connection_use by) {
  std::vector<std::string> result;
  auto rows = connection(by).statement(sql_.select_applications.c_str());
  while (rows->executeStep())
    result.push_back(rows->getColumn(0).getString());
  return result;
}

std::optional<code_versions> sqlite_tracking::select_version(
  connection_use by, const std::string& application) {
  auto row = connection(by).statement(sql_.select_version.c_str());
  row->bind(1, table_);
  row->bind(2, application);
  if (!row->executeStep())
    return std::nullopt;
  return code_versions{row->getColumn(0).getInt64(),
                       row->getColumn(1).getInt64(),
                       row->getColumn(2).getString()};
}

} // namespace projections
