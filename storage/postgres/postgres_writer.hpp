// The connection through which a view in PostgreSQL is written, and the claims
// that live on its session. Owned by postgres_tracking and by the claims.
#pragma once

#include "projections/storage/postgres/postgres_connection.hpp"
#include "projections/storage/views/durability.hpp"
#include "projections/storage/views/tracking_recorder.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace projections {

/// A connection that takes turns and can take claims again that it has lost. A
/// claim is a session-level advisory lock, so it ends with the connection, the
/// process or the server, whatever is first. Thread-safe as far as `turn` is
/// held.
class postgres_writer : public std::enable_shared_from_this<postgres_writer> {
public:
  /// Where a commit need not survive more than the end of the process, it does
  /// not wait for the disk, unless somebody has set `synchronous_commit`: for
  /// the server, the database, the role or in `uri`.
  postgres_writer(const postgres_uri& uri, durability survived);

  // -- modifiers ---------------------------------------------------------------

  /// Held by the thread that uses the connection.
  [[nodiscard]] std::recursive_mutex& turn() {
    return turn_;
  }

  [[nodiscard]] postgres_connection& connection() {
    return connection_;
  }

  /// Begins a transaction.
  void begin();

  /// Takes the claim `name` again if the session that it was on is lost. Throws
  /// in any case then: whoever had it meanwhile may have changed the view, so
  /// what is about to be written has to be looked at again, which
  /// `store_unavailable` asks for. Throws another `store_error` if somebody
  /// else has it.
  void take_again_if_lost(const std::string& name);

  /// Takes the claim `name`, or returns null if somebody has it, be it this
  /// object.
  [[nodiscard]] view_claim claim(const std::string& name);

  // -- inspectors --------------------------------------------------------------

  /// Returns whether the session is lost that the claim `name` was on.
  [[nodiscard]] bool has_lost(const std::string& name) const;

private:
  /// On which session a claim is, and the number of its lock.
  struct held {
    uint64_t session;
    int backend;
    int64_t number;
  };

  std::optional<held> try_claim(const std::string& name);
  void release(const std::string& name) noexcept;

  postgres_connection connection_;

  /// What begins a transaction.
  std::string begin_sql_;
  std::recursive_mutex turn_;
  /// One for each application whose events are folded into the view here.
  std::map<std::string, held> claims_;
};

} // namespace projections
