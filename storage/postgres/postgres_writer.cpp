#include "projections/storage/postgres/postgres_writer.hpp"

namespace projections {

namespace {

constexpr const char* begin_transaction
  = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '5s'";

/// Tells where the setting comes from.
constexpr const char* select_source
  = "SELECT source FROM pg_settings WHERE name = 'synchronous_commit'";

constexpr const char* without_waiting = "; SET LOCAL synchronous_commit = off";

constexpr const char* try_lock = "SELECT pg_try_advisory_lock(number), number "
                                 "FROM hashtextextended($1, 0) AS number";

// The number of an advisory lock is in two halves here.
constexpr const char* end_backend
  = "SELECT pg_terminate_backend(pid) FROM pg_locks, "
    "hashtextextended($1, 0) AS number WHERE locktype = 'advisory' AND granted "
    "AND database = (SELECT oid FROM pg_database "
    "WHERE datname = current_database()) "
    "AND classid::bigint = (number >> 32) & 4294967295 "
    "AND objid::bigint = number & 4294967295 AND objsubid = 1 AND pid = $2";

/// The SQLSTATE of a server whose table of locks is full.
constexpr const char* out_of_memory = "53200";

} // namespace

postgres_writer::postgres_writer(const postgres_uri& uri, durability survived)
  : connection_(uri), begin_sql_(begin_transaction) {
  if (survived == durability::power_loss)
    return;
  connection_.call("read a setting", [this] {
    auto rows = connection_.execute(select_source);
    if (!rows.empty() && text_of(rows[0][0]) == "default")
      begin_sql_ += without_waiting;
  });
}

void postgres_writer::begin() {
  connection_.call("begin a transaction",
                   [this] { connection_.begin(begin_sql_); });
}

bool postgres_writer::has_lost(const std::string& name) const {
  auto found = claims_.find(name);
  return found != claims_.end()
         && found->second.session != connection_.session_number();
}

void postgres_writer::take_again_if_lost(const std::string& name) {
  if (!has_lost(name))
    return;
  auto& at = claims_.at(name);
  connection_.call("claim a view again", [&] {
    if (auto taken = try_claim(name)) {
      at = *taken;
      throw store_unavailable{connection_.name()
                              + ": the claim on the view was lost with a "
                                "connection and has been taken again"};
    }
    // The server may not know yet that the session is lost.
    if (!connection_.run(end_backend, name, at.backend).empty())
      throw store_unavailable{connection_.name()
                              + ": the session that was lost has not ended yet "
                                "and still has the claim on the view"};
    throw store_error{connection_.name()
                      + ": another runner took the view over while the "
                        "connection was lost"};
  });
}

view_claim postgres_writer::claim(const std::string& name) {
  std::lock_guard guard{turn_};
  if (claims_.contains(name))
    return nullptr;
  auto granted = connection_.call("claim a view", [&] {
    try {
      return try_claim(name);
    } catch (const store_error&) {
      // It was not granted, and the session keeps the others.
      throw;
    } catch (...) {
      // The session may have the claim all the same, and would keep everybody
      // off the view.
      connection_.disconnect();
      throw;
    }
  });
  if (!granted)
    return nullptr;
  claims_[name] = *granted;
  return {static_cast<void*>(this),
          [self = shared_from_this(), name](void*) { self->release(name); }};
}

/// Takes the claim `name` on the session that there is. Returns nothing if
/// somebody has it. Throws `store_error` if the server has no room for it.
std::optional<postgres_writer::held>
postgres_writer::try_claim(const std::string& name) {
  pqxx::result rows;
  try {
    rows = connection_.run(try_lock, name);
  } catch (const pqxx::sql_error& e) {
    if (e.sqlstate() != out_of_memory)
      throw;
    throw store_error{connection_.name()
                      + ": cannot claim a view: the table of locks of the "
                        "server is full, and a projection needs a lock for as "
                        "long as it runs, "
                      + std::to_string(claims_.size())
                      + " of them by this connection: raise "
                        "max_locks_per_transaction"};
  }
  auto row = rows.at(0);
  if (!row[0].as<bool>())
    return std::nullopt;
  return held{connection_.session_number(), connection_.backend(),
              row[1].as<int64_t>()};
}

void postgres_writer::release(const std::string& name) noexcept {
  std::lock_guard guard{turn_};
  auto found = claims_.find(name);
  if (found == claims_.end())
    return;
  auto at = found->second;
  claims_.erase(found);
  // A session on which it cannot be released is ended, and the claim with it.
  if (at.session == connection_.session_number())
    connection_.execute_or_disconnect("SELECT pg_advisory_unlock("
                                      + std::to_string(at.number) + ')');
}

} // namespace projections
