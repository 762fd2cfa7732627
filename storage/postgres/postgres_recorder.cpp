#include "projections/storage/postgres/postgres_recorder.hpp"

#include "projections/storage/names/table_name.hpp"
#include "projections/storage/postgres/postgres_array.hpp"
#include "projections/storage/postgres/postgres_listener.hpp"
#include "projections/storage/postgres/postgres_tables.hpp"
#include "projections/storage/views/tracking_recorder.hpp"

namespace projections {

namespace {

constexpr const char* tracking_columns
  = "application_name text, notification_id bigint, ";
constexpr const char* tracking_key = "PRIMARY KEY (application_name)";
constexpr const char* versions_layout
  = "tracking_table text, application_name text, projection_version bigint, "
    "view_version bigint, projection_name text, "
    "PRIMARY KEY (tracking_table, application_name)";
constexpr const char* early_tracking_key
  = "PRIMARY KEY (application_name, notification_id)";

} // namespace

postgres_tracking::statements::statements(const postgres_uri& uri,
                                          const std::string& name)
  : table(quoted_table(uri, name)),
    versions(quoted_table(uri, "projections_fold_versions")),
    // Without this row, the Python library takes the table for one that has
    // many rows for each application, as its earlier versions made it.
    insert_mark("INSERT INTO " + table
                + " VALUES ('__migration__', 1) ON CONFLICT DO NOTHING"),
    notify("NOTIFY " + quoted_name(name)),
    // No row comes back where the position recorded is not smaller. The row
    // stays locked until the end of the transaction.
    upsert("INSERT INTO " + table
           + " AS recorded VALUES ($1, $2) ON CONFLICT (application_name) "
             "DO UPDATE SET notification_id = excluded.notification_id "
             "WHERE recorded.notification_id < excluded.notification_id "
             "RETURNING notification_id"),
    lock_positions("SELECT application_name, notification_id FROM " + table
                   + " WHERE application_name = ANY($1) "
                     "FOR NO KEY UPDATE SKIP LOCKED"),
    select_last("SELECT notification_id FROM " + table
                + " WHERE application_name = $1"),
    select_applications("SELECT application_name FROM " + table
                        + " WHERE application_name <> '__migration__' "
                          "ORDER BY application_name COLLATE \"C\""),
    remove("DELETE FROM " + table + " WHERE application_name = $1"),
    insert_version("INSERT INTO " + versions
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

postgres_tracking::postgres_tracking(std::string_view uri,
                                     std::string_view projection,
                                     view_hooks<postgres_connection> hooks,
                                     durability survived)
  : table_(tracking_table_name(projection, "notification_tracking")),
    writer_(std::make_shared<postgres_writer>(postgres_uri{uri}, survived)),
    writing_(writer_->connection()), reader_(writing_.uri()),
    sql_(writing_.uri(), table_), hooks_(std::move(hooks)),
    changes_(postgres_listener::signal(writing_.uri(), table_)) {
  open_tables();
}

void postgres_tracking::open_tables() {
  auto found = table_layout(writing_, sql_.table);
  if (found.empty() || table_layout(writing_, sql_.versions).empty()) {
    make_tables(writing_, "CREATE TABLE IF NOT EXISTS " + sql_.table + " ("
                            + tracking_columns + tracking_key
                            + "); CREATE TABLE IF NOT EXISTS " + sql_.versions
                            + " (tracking_table text, application_name text, "
                              "projection_version bigint NOT NULL, "
                              "view_version bigint NOT NULL, "
                              "projection_name text NOT NULL, "
                              "PRIMARY KEY (tracking_table, application_name))"
                            + (found.empty() ? "; " + sql_.insert_mark : ""));
    found = table_layout(writing_, sql_.table);
  }
  std::string columns = tracking_columns;
  if (found == columns + early_tracking_key)
    throw store_error{
      writing_.name() + ": table " + sql_.table
      + " has several rows for an application, as early versions of the "
        "Python library made it; let a later one convert it first"};
  if (found != columns + tracking_key)
    refuse_layout(writing_, sql_.table, found, columns + tracking_key);
  require_layout(writing_, sql_.versions, versions_layout);
}

// -- modifiers ----------------------------------------------------------------

void postgres_tracking::transact(
  const std::function<void(postgres_connection&)>& change) {
  std::lock_guard guard{writer_->turn()};
  if (in_transaction())
    return run_part(change);
  writer_->begin();
  writing_thread_ = std::this_thread::get_id();
  is_doomed_ = false;
  auto leave = [this] {
    pending_.reset();
    writing_thread_ = std::thread::id{};
  };
  try {
    writing_.call("change a view", [&] { change(writing_); });
    if (is_doomed_)
      throw store_error{writing_.name()
                        + ": cannot commit: a command of the "
                          "transaction has failed"};
    flush();
    writing_.call("commit", [this] { writing_.commit(sql_.notify); });
  } catch (...) {
    writing_.roll_back();
    hooks_.discard();
    leave();
    throw;
  }
  leave();
  // Nobody in this process has to wait for the notification to come back.
  changes_->notify();
  hooks_.committed();
}

/// Makes `change` a part of the transaction of this thread.
void postgres_tracking::run_part(
  const std::function<void(postgres_connection&)>& change) {
  try {
    writing_.call("change a view", [&] { change(writing_); });
  } catch (...) {
    is_doomed_ = true;
    throw;
  }
}

void postgres_tracking::query(
  const std::function<void(postgres_connection&)>& look) {
  if (in_transaction()) {
    flush();
    return writing_.call("query a view", [&] { look(writing_); });
  }
  std::lock_guard guard{reading_};
  reader_.call("query a view", [&] { look(reader_); });
}

void postgres_tracking::record(const tracking& x) {
  if (pending_.follow(x))
    return;
  writer_->take_again_if_lost(name_of_claim(x.application));
  write(x);
  pending_.begin(x);
}

void postgres_tracking::expect(const std::vector<std::string>& applications) {
  transact([&](postgres_connection& db) {
    postgres_array wanted{postgres_array::element::text};
    for (auto& x : applications)
      if (!pending_.last(x) && !writer_->has_lost(name_of_claim(x)))
        wanted.add(x);
    if (wanted.empty())
      return;
    for (auto row : db.run(sql_.lock_positions, wanted.parameter()))
      pending_.begin({std::string{text_of(row[0])}, row[1].as<int64_t>()});
  });
}

void postgres_tracking::forget(std::string_view application) {
  transact([&](postgres_connection& db) {
    std::string name{application};
    writer_->take_again_if_lost(name_of_claim(application));
    db.call("forget a tracking position", [&] {
      db.run(sql_.remove, name);
      db.run(sql_.remove_version, table_, name);
    });
    pending_.forget(application);
  });
}

void postgres_tracking::record_version(std::string_view application,
                                       fold_version x) {
  transact([&](postgres_connection& db) {
    writer_->take_again_if_lost(name_of_claim(application));
    db.call("record the version of a projection", [&] {
      db.run(sql_.insert_version, table_, std::string{application},
             x.projection, x.view, x.name);
    });
  });
}

view_claim postgres_tracking::claim(std::string_view application) {
  return writer_->claim(name_of_claim(application));
}

void postgres_tracking::interrupt(bool on) noexcept {
  writing_.interrupt(on);
  reader_.interrupt(on);
}

// -- inspectors ---------------------------------------------------------------

std::optional<log_position>
postgres_tracking::last(std::string_view application) {
  // What the transaction has recorded last is known without asking.
  if (in_transaction())
    if (auto known = pending_.last(application))
      return known;
  std::optional<log_position> result;
  query([&](postgres_connection& db) {
    result = select_last(db, std::string{application});
  });
  return result;
}

std::vector<std::string> postgres_tracking::applications() {
  std::vector<std::string> result;
  query([&](postgres_connection& db) {
    for (auto row : db.run(sql_.select_applications))
      result.emplace_back(text_of(row[0]));
  });
  return result;
}

std::optional<fold_version>
postgres_tracking::version(std::string_view application) {
  std::optional<fold_version> result;
  query([&](postgres_connection& db) {
    db.call("read the version of a projection", [&] {
      auto rows = db.run(sql_.select_version, table_, std::string{application});
      if (!rows.empty())
        result = {rows[0][0].as<int64_t>(), rows[0][1].as<int64_t>(),
                  rows[0][2].c_str()};
    });
  });
  return result;
}

/// Writes what the transaction of this thread has gathered.
void postgres_tracking::flush() {
  writing_.call("write what a view has gathered", [this] {
    hooks_.flush(writing_);
    // The row is locked, so this position cannot be refused.
    pending_.write([this](const tracking& x) {
      writing_.run_later(sql_.upsert, x.application, x.position);
    });
  });
}

void postgres_tracking::write(const tracking& x) {
  writing_.call("record a tracking position", [&] {
    if (writing_.run(sql_.upsert, x.application, x.position).empty())
      throw already_recorded(x,
                             select_last(writing_, x.application).value_or(0));
  });
}

std::string
postgres_tracking::name_of_claim(std::string_view application) const {
  return "projections " + sql_.table + ' ' + std::string{application};
}

std::optional<log_position> postgres_tracking::select_last(
  postgres_connection& from, const std::string& application) {
  return from.call("read the tracking position", [&] {
    std::optional<log_position> result;
    auto rows = from.run(sql_.select_last, application);
    if (!rows.empty())
      result = rows[0][0].as<int64_t>();
    return result;
  });
}

} // namespace projections
