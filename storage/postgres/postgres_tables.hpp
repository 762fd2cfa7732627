// Looks at tables in PostgreSQL and makes those that are missing. Used by event
// stores and recorders when they are opened.
#pragma once

#include "projections/storage/postgres/postgres_connection.hpp"

#include <string>

namespace projections {

/// Returns the columns of `table`, which is quoted, as `name type` in order,
/// then its primary key, as in `id bigint, PRIMARY KEY (id)`; empty if there is
/// no such table.
[[nodiscard]] std::string table_layout(postgres_connection& at,
                                       const std::string& table);

/// Executes `statements` in one transaction. Processes that make tables at the
/// same time take turns, because `CREATE TABLE IF NOT EXISTS` can fail when two
/// do it at once.
void make_tables(postgres_connection& at, const std::string& statements);

/// Refuses `table` unless it has the layout `expected`.
void require_layout(postgres_connection& at, const std::string& table,
                    const std::string& expected);

/// Throws a `store_error` that says that `table` has the layout `found`, which
/// is not `expected`.
[[noreturn]] void refuse_layout(const postgres_connection& at,
                                const std::string& table,
                                const std::string& found,
                                const std::string& expected);

} // namespace projections
