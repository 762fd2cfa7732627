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

postgres_tracking::postgres_tracking(std::string_view uri,
                                     std::string_view projection,
                                     view_hooks hooks, durability survived)
  : tracking_table(std::move(hooks)),
    table_(tracking_table_name(projection, "notification_tracking")),
    writer_(std::make_shared<postgres_writer>(postgres_uri{uri}, survived)),
    writing_(writer_->connection()), reader_(writing_.uri()),
    quoted_table_(quoted_table(writing_.uri(), table_)),
    quoted_versions_(quoted_table(writing_.uri(), "projections_fold_versions")),
    sql_(quoted_table_, quoted_versions_, "C"),
    lock_positions_("SELECT application_name, notification_id FROM "
                    + quoted_table_
                    + " WHERE application_name = ANY($1) "
                      "FOR NO KEY UPDATE SKIP LOCKED"),
    notify_("NOTIFY " + quoted_name(table_)),
    changes_(postgres_listener::signal(writing_.uri(), table_)) {
  open_tables();
}

void postgres_tracking::open_tables() {
  auto found = table_layout(writing_, quoted_table_);
  if (found.empty() || table_layout(writing_, quoted_versions_).empty()) {
    make_tables(writing_, "CREATE TABLE IF NOT EXISTS " + quoted_table_ + " ("
                            + tracking_columns + tracking_key
                            + "); CREATE TABLE IF NOT EXISTS "
                            + quoted_versions_
                            + " (tracking_table text, application_name text, "
                              "projection_version bigint NOT NULL, "
                              "view_version bigint NOT NULL, "
                              "projection_name text NOT NULL, "
                              "PRIMARY KEY (tracking_table, application_name))"
                            + (found.empty() ? "; " + sql_.insert_mark : ""));
    found = table_layout(writing_, quoted_table_);
  }
  std::string columns = tracking_columns;
  if (found == columns + early_tracking_key)
    throw store_error{
      writing_.name() + ": table " + quoted_table_
      + " has several rows for an application, as early versions of the "
        "Python library made it; let a later one convert it first"};
  if (found != columns + tracking_key)
    refuse_layout(writing_, quoted_table_, found, columns + tracking_key);
  require_layout(writing_, quoted_versions_, versions_layout);
}

// -- modifiers ----------------------------------------------------------------

void postgres_tracking::expect(const std::vector<std::string>& applications) {
  transact([&] {
    postgres_array wanted{postgres_array::element::text};
    for (auto& x : applications)
      if (!pending().last(x) && !writer_->has_lost(name_of_claim(x)))
        wanted.add(x);
    if (wanted.empty())
      return;
    for (auto row : writing_.run(lock_positions_, wanted.parameter()))
      pending().begin({std::string{text_of(row[0])}, row[1].as<int64_t>()});
  });
}

view_claim postgres_tracking::claim(std::string_view application) {
  return writer_->claim(name_of_claim(application));
}

void postgres_tracking::interrupt(bool on) noexcept {
  writing_.interrupt(on);
  reader_.interrupt(on);
}

// -- what a tracking table asks for -------------------------------------------

void postgres_tracking::rethrow(std::string_view tried) {
  writing_.call(tried, [] { throw; });
  throw;
}

void postgres_tracking::commit_work() {
  writing_.commit(notify_);
}

void postgres_tracking::write_gathered() {
  flush_view();
  // The row is locked, so this position cannot be refused.
  pending().write([this](const tracking& x) {
    writing_.run_later(sql_.upsert, x.application, x.position);
  });
}

bool postgres_tracking::upsert(const tracking& x) {
  writer_->take_again_if_lost(name_of_claim(x.application));
  return !writing_.run(sql_.upsert, x.application, x.position).empty();
}

void postgres_tracking::remove(const std::string& application) {
  writer_->take_again_if_lost(name_of_claim(application));
  writing_.run(sql_.remove, application);
  writing_.run(sql_.remove_version, table_, application);
}

void postgres_tracking::upsert_version(const std::string& application,
                                       const code_versions& x) {
  writer_->take_again_if_lost(name_of_claim(application));
  writing_.run(sql_.upsert_version, table_, application, x.projection, x.view,
               x.name);
}

std::optional<log_position> postgres_tracking::select_last(
  connection_use by, const std::string& application) {
  auto rows = connection(by).run(sql_.select_last, application);
  if (rows.empty())
    return std::nullopt;
  return rows[0][0].as<int64_t>();
}

std::vector<std::string>
postgres_tracking::select_applications(connection_use by) {
  std::vector<std::string> result;
  for (auto row : connection(by).run(sql_.select_applications))
    result.emplace_back(text_of(row[0]));
  return result;
}

std::optional<code_versions> postgres_tracking::select_version(
  connection_use by, const std::string& application) {
  auto rows = connection(by).run(sql_.select_version, table_, application);
  if (rows.empty())
    return std::nullopt;
  return code_versions{rows[0][0].as<int64_t>(), rows[0][1].as<int64_t>(),
                       rows[0][2].c_str()};
}

std::string
postgres_tracking::name_of_claim(std::string_view application) const {
  return "projections " + quoted_table_ + ' ' + std::string{application};
}

} // namespace projections
