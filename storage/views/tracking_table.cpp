#include "projections/storage/views/tracking_table.hpp"

#include <utility>

namespace projections {

tracking_statements::tracking_statements(const std::string& table,
                                         const std::string& versions,
                                         std::string_view collation)
  // Without this row, the Python library takes the table for one that has many
  // rows for each application, as its earlier versions made it.
  : insert_mark("INSERT INTO " + table
                + " VALUES ('__migration__', 1) ON CONFLICT DO NOTHING"),
    // No row comes back where the position recorded is not smaller. The row
    // stays locked until the end of the transaction.
    upsert("INSERT INTO " + table
           + " AS recorded VALUES ($1, $2) ON CONFLICT (application_name) "
             "DO UPDATE SET notification_id = excluded.notification_id "
             "WHERE recorded.notification_id < excluded.notification_id "
             "RETURNING notification_id"),
    select_last("SELECT notification_id FROM " + table
                + " WHERE application_name = $1"),
    select_applications("SELECT application_name FROM " + table
                        + " WHERE application_name <> '__migration__' "
                          "ORDER BY application_name COLLATE \""
                        + std::string{collation} + '"'),
    remove("DELETE FROM " + table + " WHERE application_name = $1"),
    upsert_version("INSERT INTO " + versions
                   + " VALUES ($1, $2, $3, $4, $5) "
                     "ON CONFLICT (tracking_table, application_name) "
                     "DO UPDATE SET "
                     "projection_version = excluded.projection_version, "
                     "view_version = excluded.view_version, "
                     "projection_name = excluded.projection_name"),
    select_version("SELECT projection_version, view_version, projection_name "
                   "FROM "
                   + versions
                   + " WHERE tracking_table = $1 AND application_name = $2"),
    remove_version("DELETE FROM " + versions
                   + " WHERE tracking_table = $1 AND application_name = $2") {
  // nop
}

tracking_table::tracking_table(view_hooks hooks) : hooks_(std::move(hooks)) {
  // nop
}

/// Calls `f()`, which does what is `tried`.
template <class F>
void tracking_table::attempt(std::string_view tried, F f) {
  try {
    f();
  } catch (...) {
    rethrow(tried);
  }
}

// -- transactions -------------------------------------------------------------

void tracking_table::transact(const std::function<void()>& change) {
  if (is_inside())
    check_usable("change a view");
  run([&] { attempt("change a view", std::ref(change)); });
}

void tracking_table::begin() {
  attempt("begin a transaction", [this] { begin_work(); });
}

void tracking_table::commit() {
  require_whole("commit");
  flush();
  attempt("commit", [this] { commit_work(); });
}

void tracking_table::roll_back() {
  roll_back_work();
  hooks_.discard();
  pending_.reset();
}

void tracking_table::committed() {
  pending_.reset();
  changes().notify();
  hooks_.committed();
}

void tracking_table::require_whole(std::string_view tried) const {
  if (is_doomed())
    throw store_error{place() + ": cannot " + std::string{tried}
                      + ": a command of the transaction has failed"};
}

/// Writes what the transaction of this thread has gathered. What fails here is
/// lost to the view, so the transaction has failed.
void tracking_table::flush() {
  run_part([this] {
    attempt("write what a view has gathered", [this] { write_gathered(); });
  });
}

// -- modifiers ----------------------------------------------------------------

void tracking_table::record(const tracking& x) {
  if (pending_.follow(x))
    return;
  write(x);
  pending_.begin(x);
}

void tracking_table::write(const tracking& x) {
  attempt("record a tracking position", [&] {
    if (!upsert(x))
      throw already_recorded(
        x, select_last(connection_use::writing, x.application).value_or(0));
  });
}

void tracking_table::forget(std::string_view application) {
  transact([&] {
    attempt("forget a tracking position",
            [&] { remove(std::string{application}); });
    pending_.forget(application);
  });
}

void tracking_table::record_code_versions(std::string_view application,
                                          const code_versions& x) {
  transact([&] {
    attempt("record the version of a projection",
            [&] { upsert_version(std::string{application}, x); });
  });
}

// -- inspectors ---------------------------------------------------------------

void tracking_table::query(const std::function<void(connection_use)>& look) {
  if (is_inside()) {
    check_usable("query a view");
    flush();
    return attempt("query a view", [&] { look(connection_use::writing); });
  }
  std::lock_guard guard{reading_};
  attempt("query a view", [&] { look(connection_use::reading); });
}

std::optional<log_position> tracking_table::last(std::string_view application) {
  // What the transaction has recorded last is known without asking.
  if (is_inside())
    if (auto known = pending_.last(application))
      return known;
  std::optional<log_position> result;
  query([&](connection_use by) {
    attempt("read the tracking position",
            [&] { result = select_last(by, std::string{application}); });
  });
  return result;
}

std::vector<std::string> tracking_table::applications() {
  std::vector<std::string> result;
  query([&](connection_use by) { result = select_applications(by); });
  return result;
}

std::optional<code_versions>
tracking_table::version(std::string_view application) {
  std::optional<code_versions> result;
  query([&](connection_use by) {
    attempt("read the version of a projection",
            [&] { result = select_version(by, std::string{application}); });
  });
  return result;
}

} // namespace projections
