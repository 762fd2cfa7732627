// How PostgreSQL databases are connected to and used here: the same settings
// and the same errors for event stores and views.
#pragma once

#include "projections/storage/log/store_error.hpp"
#include "projections/storage/postgres/postgres_session.hpp"
#include "projections/storage/postgres/postgres_uri.hpp"
#include "projections/storage/postgres/wake_descriptor.hpp"

#include <pqxx/pqxx>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace projections {

/// A connection to one database that is made again when it was lost, but never
/// within a transaction. Not thread-safe, except for `interrupt`. What is
/// executed throws exceptions of libpqxx; `call` turns them into store errors.
class postgres_connection {
public:
  /// Connects. Throws `store_unavailable` if the database cannot be reached.
  explicit postgres_connection(postgres_uri uri);

  ~postgres_connection();

  // -- modifiers ---------------------------------------------------------------

  /// Calls `f()` and returns what it returns. An error of the database becomes
  /// a `store_unavailable` if trying again may help, else a `store_error`; it
  /// says what was tried, as in `cannot <tried>`.
  template <class F>
  auto call(std::string_view tried, F f) {
    try {
      return f();
    } catch (const pqxx::pqxx_exception& e) {
      throw_error(tried, e);
    }
  }

  /// Executes the prepared statement `sql` with the parameters `args`; a
  /// `pqxx::binarystring` goes as it is. `sql` must be one of few texts: each
  /// is prepared once in a session and kept.
  template <class... Args>
  pqxx::result run(std::string_view sql, const Args&... args) {
    return guarded([&](open_session& at) {
      auto& name = prepared(at, sql);
      if constexpr ((has_literal<Args> && ...))
        if (!deferred_.empty() && (is_short(args) && ...))
          return at.work.exec(behind_deferred(execution_of(at, name, args...)));
      if (!deferred_.empty())
        at.work.exec(behind_deferred({}));
      return at.work.exec_prepared(name, args...);
    });
  }

  /// Executes the prepared statement `sql` likewise, whose parameter is an
  /// array of texts.
  pqxx::result run_on_texts(std::string_view sql,
                            const std::vector<std::string_view>& texts);

  /// Executes `sql`, which may be several statements, without preparing it.
  pqxx::result execute(const std::string& sql);

  /// Begins a transaction. `sql`, which does that, is executed with what is
  /// executed next, in the same round trip. Throws if there is no connection.
  void begin(const std::string& sql = "BEGIN ISOLATION LEVEL READ COMMITTED");

  /// Executes `sql` in the transaction with what is executed next or with the
  /// commit, in the same round trip. An error of it is one of those. Executes
  /// it at once outside a transaction, and when much waits already.
  void execute_later(const std::string& sql);

  /// Executes a prepared statement, as in `run`, likewise. Nothing can be
  /// wrong with `args`, and nobody sees what it returns.
  template <class... Args>
  void run_later(std::string_view sql, const Args&... args) {
    std::string execution;
    guarded([&](open_session& at) {
      execution = execution_of(at, prepared(at, sql), args...);
      return pqxx::result{};
    });
    execute_later(execution);
  }

  /// Commits the transaction, with the statements `before` in the same round
  /// trip. Throws if the transaction is void because a statement has failed. If
  /// the connection is lost meanwhile, the outcome is unknown.
  void commit(const std::string& before = {});

  /// Ends the transaction, if there is one, without its changes. Where the
  /// server does not answer in half a second, it ends the session.
  void roll_back() noexcept;

  /// Executes `sql`, which must be of no account if the session is lost. Ends
  /// the session if that fails or is not answered in half a second.
  void execute_or_disconnect(const std::string& sql) noexcept;

  /// Ends the session; what is executed next makes another one.
  void disconnect() noexcept;

  /// Cancels what is executed or waited for, and makes what comes fail, until
  /// `on` is false. Returns when the statement under way has ended, or after
  /// half a second: a session whose server does not take the request
  /// or goes on is shut down, which ends its statement too. Thread-safe.
  void interrupt(bool on) noexcept;

  // -- inspectors --------------------------------------------------------------

  [[nodiscard]] const postgres_uri& uri() const {
    return uri_;
  }

  /// Returns the database and schema, without password.
  [[nodiscard]] const std::string& name() const {
    return uri_.name();
  }

  /// Returns which session this is, from 1. What a session holds is gone when
  /// another number comes back.
  [[nodiscard]] uint64_t session_number() const {
    return session_number_;
  }

  /// Returns the server's number of the process that serves it; 0 for none.
  [[nodiscard]] int backend() const {
    return session_ ? session_->session.backendpid() : 0;
  }

private:
  struct open_session {
    open_session(const postgres_uri& uri, int interrupt)
      : session(uri, interrupt) {
      // nop
    }

    postgres_session session;

    /// Transactions are begun and ended by plain statements: those of libpqxx
    /// look into a lost commit with queries of their own.
    pqxx::nontransaction work{session};
  };

  /// Marks a statement as under way, for `interrupt`.
  class statement_under_way {
  public:
    explicit statement_under_way(postgres_connection& at);
    ~statement_under_way();

  private:
    postgres_connection& at_;
  };

  template <class F>
  pqxx::result guarded(F f) {
    connect();
    statement_under_way marked{*this};
    try {
      return f(*session_);
    } catch (const pqxx::broken_connection&) {
      throw_lost();
    }
  }

  /// Whether parameters of this type can stand in the text of a statement,
  /// where they mean what they mean as parameters.
  template <class T>
  static constexpr bool has_literal
    = std::is_same_v<T, std::string> || std::is_same_v<T, int64_t>;

  /// Longer ones are not written out: the server logs the text of what fails.
  static constexpr size_t literal_bytes_max = 4096;

  static bool is_short(const std::string& x) {
    return x.size() <= literal_bytes_max;
  }
  static bool is_short(int64_t) {
    return true;
  }

  static std::string literal(open_session& at, const std::string& x);
  static std::string literal(open_session&, int64_t x);

  /// Returns the text that executes the prepared statement `name`.
  template <class... Args>
  static std::string execution_of(open_session& at, const std::string& name,
                                  const Args&... args) {
    std::string result = "EXECUTE ";
    result += name;
    [[maybe_unused]] auto separator = '(';
    ((result += separator, result += literal(at, args), separator = ','), ...);
    if constexpr (sizeof...(args) > 0)
      result += ')';
    return result;
  }

  const std::string& prepared(open_session& at, std::string_view sql);
  std::string behind_deferred(const std::string& sql);
  void connect();
  [[noreturn]] void throw_lost();
  [[noreturn]] void throw_error(std::string_view tried,
                                const pqxx::pqxx_exception& e) const;

  postgres_uri uri_;
  uint64_t session_number_ = 0;
  bool in_transaction_ = false;

  /// Whether the server knows of the transaction.
  bool has_begun_ = false;

  /// Statements of the transaction that go with what is executed next.
  std::string deferred_;

  std::atomic<bool> interrupted_ = false;
  /// Set while interrupted, for connecting.
  wake_descriptor interrupt_;

  /// Guards what follows against `interrupt`.
  std::mutex mutex_;
  std::unique_ptr<open_session> session_;
  bool under_way_ = false;
  uint64_t statements_ = 0;
  std::condition_variable ended_;
};

/// Returns the text of `x`, empty for null.
[[nodiscard]] inline std::string_view text_of(const pqxx::field& x) {
  return {x.c_str(), x.size()};
}

/// Returns the number that `x` is, 0 for null.
[[nodiscard]] inline int64_t number_of(const pqxx::field& x) {
  return x.as<int64_t>(0);
}

} // namespace projections
