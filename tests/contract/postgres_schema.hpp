// A schema in the PostgreSQL server that libpq's environment variables name, as
// pg_virtualenv sets them. Used by tests of databases.
#pragma once

#include <pqxx/pqxx>
#include <unistd.h>

#include <atomic>
#include <string>

namespace projections::test {

/// An empty schema, removed with all that is in it with the object.
class postgres_schema {
public:
  postgres_schema() {
    run("CREATE SCHEMA " + name_);
  }

  postgres_schema(const postgres_schema&) = delete;
  postgres_schema& operator=(const postgres_schema&) = delete;

  ~postgres_schema() {
    run("DROP SCHEMA " + name_ + " CASCADE");
  }

  /// Executes SQL statements in a connection of its own, with this schema as
  /// the default, and returns the fields of the last one, each with a semicolon
  /// behind it.
  std::string run(const std::string& sql) const {
    pqxx::connection connection{"options='-c search_path=" + name_
                                + " -c client_min_messages=warning'"};
    pqxx::nontransaction work{connection};
    std::string result;
    for (auto row : work.exec(sql))
      for (auto field : row)
        result += field.is_null() ? "null;" : field.c_str() + std::string{';'};
    return result;
  }

  /// The name of the database with this schema, and `more` parameters.
  [[nodiscard]] std::string uri(const std::string& more = {}) const {
    return "postgresql:///?schema=" + name_ + more;
  }

  [[nodiscard]] const std::string& name() const {
    return name_;
  }

private:
  static std::string next_name() {
    static std::atomic<int> last = 0;
    return "test_" + std::to_string(::getpid()) + '_' + std::to_string(++last);
  }

  std::string name_ = next_name();
};

} // namespace projections::test
