// What the name of a PostgreSQL database says: where it is, which schema holds
// the tables, and how both are shown without the password. Used by whatever
// opens a connection to PostgreSQL.
#pragma once

#include "projections/storage/log/store_error.hpp"

#include <string>
#include <string_view>

namespace projections {

/// A URI as libpq takes it,
/// `postgresql://[user[:password]@][host][:port][/database][?parameter=value&…]`,
/// with two parameters of ours: `schema` (default `public`) and
/// `originator_id_type` (`text` or `uuid`, default `text`). Whatever is not
/// said comes from libpq's environment variables, such as `PGHOST`.
class postgres_uri {
public:
  /// Throws `store_error` if `uri` cannot be parsed. The text never quotes the
  /// URI, for it may hold a password at any place.
  explicit postgres_uri(std::string_view uri);

  /// Returns what libpq connects with, password included; never to be shown.
  [[nodiscard]] const std::string& connection_string() const {
    return connection_string_;
  }

  /// Returns the database without schema and password, in one form for all
  /// URIs of it.
  [[nodiscard]] const std::string& database_name() const {
    return database_name_;
  }

  /// Returns the database and, unless it is `public`, the schema.
  [[nodiscard]] const std::string& name() const {
    return name_;
  }

  [[nodiscard]] const std::string& schema() const {
    return schema_;
  }

  /// Returns the type of `originator_id` in tables that are made: `text` or
  /// `uuid`.
  [[nodiscard]] const std::string& originator_id_type() const {
    return originator_id_type_;
  }

  /// Returns how long making a connection may take, in seconds; 0 for as long
  /// as it takes.
  [[nodiscard]] int connect_timeout_s() const {
    return connect_timeout_s_;
  }

private:
  void take_parameter(std::string_view key, const std::string& value);
  void parse(const std::string& uri);

  std::string connection_string_;
  std::string database_name_;
  std::string name_;
  std::string schema_ = "public";
  std::string originator_id_type_ = "text";
  int connect_timeout_s_ = 10;
};

/// Returns the table `table` of `uri`'s schema as SQL takes it, in quotes.
/// Throws `store_error` if `table` cannot be the name of one.
[[nodiscard]] std::string quoted_table(const postgres_uri& uri,
                                       std::string_view table);

} // namespace projections
