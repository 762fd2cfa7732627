#include "storage/sqlite_connection.hpp"

#include <filesystem>

namespace projections {

namespace {

/// How long a lock of another connection is waited for, in milliseconds.
constexpr int busy_timeout_ms = 5000;

constexpr const char* select_data_version = "PRAGMA data_version";

SQLite::Database open(const std::string& name, const std::string& path,
                      uint32_t pages_max) {
  try {
    SQLite::Database result{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                            busy_timeout_ms};
    result.exec("PRAGMA journal_mode=WAL");
    result.exec("PRAGMA synchronous=FULL");
    if (pages_max > 0)
      result.exec("PRAGMA max_page_count=" + std::to_string(pages_max));
    return result;
  } catch (const SQLite::Exception& e) {
    throw store_error{name + ": cannot open it: " + e.what()};
  }
}

} // namespace

sqlite_connection::sqlite_connection(const std::string& path,
                                     uint32_t pages_max)
  : name_("sqlite:"
          + std::filesystem::absolute(path).lexically_normal().string()),
    database_(open(name_, path, pages_max)) {
  // nop
}

borrowed_statement sqlite_connection::statement(const char* sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end())
    found = statements_.emplace(sql, SQLite::Statement{database_, sql}).first;
  found->second.clearBindings();
  return borrowed_statement{&found->second};
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

int64_t sqlite_connection::foreign_changes() {
  auto query = statement(select_data_version);
  query->executeStep();
  return query->getColumn(0).getInt64();
}

store_error sqlite_connection::error(std::string_view tried,
                                     const SQLite::Exception& e) const {
  return store_error{name_ + ": cannot " + std::string{tried} + ": "
                     + e.what()};
}

} // namespace projections
