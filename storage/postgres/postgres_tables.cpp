#include "projections/storage/postgres/postgres_tables.hpp"

namespace projections {

namespace {

constexpr const char* select_layout
  = "SELECT string_agg(part, ', ' ORDER BY place) FROM ("
    "SELECT attnum::int AS place, "
    "attname || ' ' || format_type(atttypid, atttypmod) AS part "
    "FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 "
    "AND NOT attisdropped "
    "UNION ALL SELECT 10000, pg_get_constraintdef(oid) "
    "FROM pg_constraint WHERE conrelid = to_regclass($1) AND contype = 'p'"
    ") AS parts";

/// The number stands for making tables of this library, whichever they are.
constexpr const char* begin_making
  = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '5s'; "
    "SELECT pg_advisory_xact_lock(7090423514602118227)";

} // namespace

std::string table_layout(postgres_connection& at, const std::string& table) {
  return at.call("look at table " + table, [&] {
    return std::string{text_of(at.run(select_layout, table).at(0).at(0))};
  });
}

void make_tables(postgres_connection& at, const std::string& statements) {
  at.call("make its tables", [&] {
    at.begin(begin_making);
    try {
      at.execute(statements);
      at.commit();
    } catch (...) {
      at.roll_back();
      throw;
    }
  });
}

void require_layout(postgres_connection& at, const std::string& table,
                    const std::string& expected) {
  auto found = table_layout(at, table);
  if (found != expected)
    refuse_layout(at, table, found, expected);
}

void refuse_layout(const postgres_connection& at, const std::string& table,
                   const std::string& found, const std::string& expected) {
  throw store_error{at.name() + ": table " + table + " has the columns ("
                    + found + "), not (" + expected + ") as expected"};
}

} // namespace projections
