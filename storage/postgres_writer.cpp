#include "storage/postgres_writer.hpp"

namespace projections {

namespace {

constexpr const char* begin_sql
  = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '5s'";

constexpr const char* try_lock
  = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))";

constexpr const char* unlock
  = "SELECT pg_advisory_unlock(hashtextextended($1, 0))";

// The number of an advisory lock is in two halves here.
constexpr const char* end_backend
  = "SELECT pg_terminate_backend(pid) FROM pg_locks, "
    "hashtextextended($1, 0) AS number WHERE locktype = 'advisory' AND granted "
    "AND database = (SELECT oid FROM pg_database "
    "WHERE datname = current_database()) "
    "AND classid::bigint = (number >> 32) & 4294967295 "
    "AND objid::bigint = number & 4294967295 AND objsubid = 1 AND pid = $2";

} // namespace

postgres_writer::postgres_writer(const postgres_uri& uri) : connection_(uri) {
  // nop
}

void postgres_writer::begin() {
  connection_.call("begin a transaction", [this] {
    connection_.begin(begin_sql);
    try {
      for (auto& [name, at] : claims_)
        if (at.session != connection_.session_number())
          take_again(name, at);
    } catch (...) {
      connection_.roll_back();
      throw;
    }
  });
}

view_claim postgres_writer::claim(const std::string& name) {
  std::lock_guard guard{turn_};
  if (claims_.contains(name))
    return nullptr;
  auto granted = connection_.call("claim a view", [&] {
    try {
      return try_claim(name);
    } catch (...) {
      // The session may have the claim all the same, and would keep everybody
      // off the view.
      connection_.disconnect();
      throw;
    }
  });
  if (!granted)
    return nullptr;
  claims_[name] = {connection_.session_number(), connection_.backend()};
  return {static_cast<void*>(this),
          [self = shared_from_this(), name](void*) { self->release(name); }};
}

bool postgres_writer::try_claim(const std::string& name) {
  return connection_.run(try_lock, name).at(0)[0].as<bool>();
}

/// Takes the claim `name` that was on a session which is lost. Throws in any
/// case: whoever had it meanwhile may have changed the view, so what is about
/// to be written has to be looked at again.
void postgres_writer::take_again(const std::string& name, held& at) {
  if (try_claim(name)) {
    at = {connection_.session_number(), connection_.backend()};
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
}

void postgres_writer::release(const std::string& name) noexcept {
  std::lock_guard guard{turn_};
  auto found = claims_.find(name);
  if (found == claims_.end())
    return;
  auto session = found->second.session;
  claims_.erase(found);
  try {
    if (session == connection_.session_number())
      connection_.run(unlock, name);
  } catch (...) {
    // A session on which it cannot be released is ended, and the claim with it.
    connection_.disconnect();
  }
}

} // namespace projections
