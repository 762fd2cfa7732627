// One session with a PostgreSQL server, from connecting to the end. Owned by a
// postgres_connection, which makes another one when this is lost, and by a
// postgres_listener.
#pragma once

#include "projections/storage/postgres/postgres_uri.hpp"

#include <pqxx/pqxx>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

// libpq's types, so that its header reaches no user. libpqxx declares the first
// one likewise.
struct pg_conn;
struct pg_cancel;

namespace projections {

/// Connects in steps, so that it can be given up: libpqxx itself cannot be
/// interrupted while it connects.
class interruptible_connect : public pqxx::connectionpolicy {
public:
  /// `interrupt` is a file descriptor that is readable when connecting is to be
  /// given up.
  interruptible_connect(const postgres_uri& uri, int interrupt);

  /// Throws `pqxx::broken_connection` if it fails, is interrupted, or takes too
  /// long.
  handle do_startconnect(handle existing) override;

protected:
  /// A file descriptor of the session's socket that stays valid when libpq has
  /// closed its own, so that another thread may use it.
  class socket_handle {
  public:
    socket_handle() = default;
    socket_handle(const socket_handle&) = delete;
    socket_handle& operator=(const socket_handle&) = delete;
    ~socket_handle();

    /// Takes another descriptor of `socket`. Throws `pqxx::broken_connection`.
    void open(int socket);

    [[nodiscard]] int descriptor() const noexcept {
      return descriptor_;
    }

  private:
    int descriptor_ = -1;
  };

  pg_conn* connection_ = nullptr;
  socket_handle socket_;
  /// Shared with the threads that cancel.
  std::shared_ptr<pg_cancel> cancel_;

private:
  void poll_until_connected(pg_conn* connection);

  int interrupt_;
  int timeout_s_;
};

/// A connection of libpqxx that stays lost once it is. Not thread-safe, except
/// for `cancel` and `shut_down`.
class postgres_session final : private interruptible_connect,
                               public pqxx::connection_base {
public:
  /// Connects. Throws `pqxx::broken_connection` like `interruptible_connect`.
  postgres_session(const postgres_uri& uri, int interrupt);

  ~postgres_session() override;

  // -- modifiers ---------------------------------------------------------------

  /// Returns the name under which the server has `sql` prepared. Preparing it
  /// takes a round trip, the first time that it is asked for.
  [[nodiscard]] const std::string& statement(std::string_view sql);

  /// Executes `sql`, which returns nothing that matters. Returns false if it
  /// fails or has not ended after `limit`; then the session is of no use.
  [[nodiscard]] bool execute_within(std::chrono::milliseconds limit,
                                    const std::string& sql) noexcept;

  /// Asks the server to cancel the statement under way, if there is one.
  /// Returns whether the server has taken the request within `limit`. One that
  /// it has not taken may still reach it, and then any statement of this
  /// session. Thread-safe.
  [[nodiscard]] bool cancel(std::chrono::milliseconds limit) noexcept;

  /// Ends the traffic of the session: the statement under way fails at once,
  /// and so does what comes. Asks nothing of the server. Thread-safe.
  void shut_down() noexcept;

  // -- inspectors --------------------------------------------------------------

  /// Returns whether the server has ended the session, as far as is known
  /// without asking it.
  [[nodiscard]] bool lost() const noexcept;

  /// Returns whether the server has `sql` prepared.
  [[nodiscard]] bool has_prepared(std::string_view sql) const {
    return statements_.contains(std::string{sql});
  }

  /// Returns whether an error has made the transaction under way void: then
  /// COMMIT would roll it back without complaint.
  [[nodiscard]] bool transaction_failed() const noexcept;

  /// Returns what the server or the network said last.
  [[nodiscard]] std::string last_problem() const;

private:
  /// Names of statements by their text.
  std::unordered_map<std::string, std::string> statements_;

  /// How many names were given, also to statements that could not be prepared.
  size_t names_ = 0;
};

/// Returns the first line of a message of libpq without its severity.
[[nodiscard]] std::string first_line(std::string_view message);

} // namespace projections
