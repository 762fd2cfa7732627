#include "projections/storage/sqlite/sqlite_connection.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace projections {

namespace {

/// How long a lock of another connection is waited for.
constexpr std::chrono::seconds busy_timeout{5};

constexpr const char* select_data_version = "PRAGMA data_version";

/// Throws `text` as what the error `e` is to users of stores.
[[noreturn]] void fail_with(const std::string& text,
                            const SQLite::Exception& e) {
  switch (e.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
      throw store_unavailable{text};
    default:
      throw store_error{text};
  }
}

SQLite::Database open(const std::string& name, const std::string& path,
                      durability survived, uint32_t pages_max,
                      busy_wait& waiting) {
  try {
    // A connection is used by one thread at a time, so SQLite need not lock it
    // at every call.
    SQLite::Database result{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE
                                    | SQLite::OPEN_NOMUTEX};
    // Not SQLite's own timeout, which nothing can cut short.
    sqlite3_busy_handler(
      result.getHandle(),
      [](void* x, int tries) {
        return static_cast<busy_wait*>(x)->pause(tries) ? 1 : 0;
      },
      &waiting);
    result.exec("PRAGMA journal_mode=WAL");
    result.exec(survived == durability::power_loss
                  ? "PRAGMA synchronous=FULL"
                  : "PRAGMA synchronous=NORMAL");
    if (pages_max > 0)
      result.exec("PRAGMA max_page_count=" + std::to_string(pages_max));
    return result;
  } catch (const SQLite::Exception& e) {
    fail_with(name + ": cannot open it: " + e.what(), e);
  }
}

} // namespace

sqlite_connection::sqlite_connection(const std::string& path,
                                     durability survived, uint32_t pages_max)
  : name_("sqlite:" + std::filesystem::weakly_canonical(path).string()),
    busy_wait_(busy_timeout),
    database_(open(name_, path, survived, pages_max, busy_wait_)) {
  // nop
}

borrowed_statement sqlite_connection::statement(const char* sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end())
    found = statements_.emplace(sql, SQLite::Statement{database_, sql}).first;
  found->second.clearBindings();
  return borrowed_statement{&found->second};
}

void sqlite_connection::make_tables(const std::vector<std::string>& tables,
                                    const std::string& sql) {
  if (has_tables(tables))
    return;
  SQLite::Transaction transaction{database_,
                                  SQLite::TransactionBehavior::IMMEDIATE};
  // Somebody else may have made them meanwhile.
  if (!has_tables(tables))
    database_.exec(sql);
  transaction.commit();
}

bool sqlite_connection::has_tables(const std::vector<std::string>& tables) {
  return std::all_of(tables.begin(), tables.end(),
                     [this](auto& x) { return database_.tableExists(x); });
}

void sqlite_connection::check_columns(const std::string& table,
                                      const std::vector<std::string>& columns) {
  std::string expected;
  for (auto& x : columns)
    expected += (expected.empty() ? "" : ", ") + x;
  auto found = call("read the columns of table " + table, [&] {
    std::string result;
    SQLite::Statement rows{database_,
                           "SELECT name, type FROM pragma_table_info(?)"};
    rows.bind(1, table);
    while (rows.executeStep()) {
      result += result.empty() ? "" : ", ";
      result
        += rows.getColumn(0).getString() + ' ' + rows.getColumn(1).getString();
    }
    return result;
  });
  if (found != expected)
    throw store_error{name_ + ": table " + table + " has the columns (" + found
                      + "), not (" + expected + ") as expected"};
}

void sqlite_connection::interrupt(bool on) noexcept {
  busy_wait_.interrupt(on);
  if (on)
    sqlite3_interrupt(database_.getHandle());
}

int64_t sqlite_connection::foreign_changes() {
  auto query = statement(select_data_version);
  query->executeStep();
  return query->getColumn(0).getInt64();
}

void sqlite_connection::fail(std::string_view tried,
                             const SQLite::Exception& e) const {
  fail_with(name_ + ": cannot " + std::string{tried} + ": " + e.what(), e);
}

} // namespace projections
