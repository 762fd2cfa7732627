// Tracking in a PostgreSQL database, in the table of the Python library, for
// views that live in the same database.
#pragma once

#include "storage/pending_tracking.hpp"
#include "storage/postgres_connection.hpp"
#include "storage/postgres_writer.hpp"
#include "storage/tracking_recorder.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

namespace projections {

/// What a view does at the ends of a transaction.
struct postgres_view_hooks {
  /// Writes what commands have gathered.
  std::function<void(postgres_connection&)> flush;

  /// Forgets what commands have gathered.
  std::function<void()> discard;
};

/// The tracking table of one view in a database, and its connections: one that
/// writes and one that reads, so that queries see what is committed and wait
/// for no transaction. Each is made again after it was lost. Thread-safe.
class postgres_tracking {
public:
  /// Connects to the database `uri`, as postgres_uri has it, and makes its
  /// tables if they are not there. Positions are in the table
  /// `notification_tracking`, as the Python library has it, or in `<projection
  /// in lower case>_tracking` where a projection is named.
  postgres_tracking(std::string_view uri, std::string_view projection,
                    postgres_view_hooks hooks);

  // -- modifiers ---------------------------------------------------------------

  /// Calls `change(connection)` in a transaction and commits it, or, if this
  /// thread is in one already, makes it a part of that. If a part throws,
  /// nothing of the whole happens. If the connection is lost in the commit,
  /// whether it has happened is unknown; `last` tells.
  void transact(const std::function<void(postgres_connection&)>& change);

  /// Calls `look(connection)`, which changes nothing. In a transaction of this
  /// thread it sees what that has done so far.
  void query(const std::function<void(postgres_connection&)>& look);

  /// Records `x` in a transaction of this thread. Throws `integrity_error` if
  /// `x` or a later position is recorded.
  void record(const tracking& x);

  /// As in `tracking_recorder`.
  void forget(std::string_view application);
  void record_version(std::string_view application, fold_version x);
  view_claim claim(std::string_view application);
  void interrupt(bool on) noexcept;

  [[nodiscard]] change_signal& changes() {
    return *changes_;
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns the last position recorded for `application`, if there is one.
  [[nodiscard]] std::optional<log_position> last(std::string_view application);

  /// Returns the version recorded for `application`, if there is one.
  [[nodiscard]] std::optional<fold_version>
  version(std::string_view application);

  /// How soon a change that another process makes is looked for, beside what
  /// the listener hears.
  static constexpr std::chrono::milliseconds look_interval{1000};

private:
  /// Statements on the tables, whose names are known when it is opened.
  struct statements {
    statements(const postgres_uri& uri, const std::string& table);

    std::string table;
    std::string versions;
    std::string insert_mark;
    std::string notify;
    std::string upsert;
    std::string select_last;
    std::string remove;
    std::string insert_version;
    std::string select_version;
    std::string remove_version;
  };

  void open_tables();
  void run_part(const std::function<void(postgres_connection&)>& change);
  void flush();
  [[nodiscard]] bool in_transaction() const {
    return writing_thread_ == std::this_thread::get_id();
  }
  std::optional<log_position> select_last(postgres_connection& from,
                                          const std::string& application);
  void write(const tracking& x);

  const std::string table_;
  /// Its turn is held by the thread that is in a transaction.
  std::shared_ptr<postgres_writer> writer_;
  postgres_connection& writing_;
  postgres_connection reader_;
  const statements sql_;
  postgres_view_hooks hooks_;
  std::shared_ptr<change_signal> changes_;

  /// The thread that is in a transaction.
  std::atomic<std::thread::id> writing_thread_{};

  /// What the transaction has recorded, and whether a part of it has failed.
  pending_tracking pending_;
  bool is_doomed_ = false;

  /// Held by the thread that uses the reader.
  std::mutex reading_;
};

/// The recorder of views in a PostgreSQL database that have the interface
/// `View`. Commands of a view run in `transact` and begin with `record`;
/// queries run in `query`. A command may keep what it changes in members and
/// leave it to `flush` to write it: then a group of events costs one statement
/// for all of them.
template <class View = tracking_recorder>
class postgres_recorder : public View {
public:
  /// Connects to the database `uri`. A database that holds several views needs
  /// the names of their projections, which go before `_tracking` in the names
  /// of the tables.
  explicit postgres_recorder(std::string_view uri,
                             std::string_view projection = {})
    : tracking_(
      uri, projection,
      {[this](postgres_connection& db) { flush(db); }, [this] { discard(); }}) {
    // nop
  }

  void insert_tracking(const tracking& x) override {
    transact([&](postgres_connection&) { record(x); });
  }

  void in_one_transaction(const std::function<void()>& commands) override {
    transact([&](postgres_connection&) { commands(); });
  }

  void forget(std::string_view application) override {
    tracking_.forget(application);
  }

  void record_version(std::string_view application, fold_version x) override {
    tracking_.record_version(application, x);
  }

  view_claim claim(std::string_view application) override {
    return tracking_.claim(application);
  }

  void interrupt(bool on) noexcept override {
    tracking_.interrupt(on);
  }

  std::optional<log_position>
  max_tracking_id(std::string_view application) override {
    return tracking_.last(application);
  }

  std::optional<fold_version>
  recorded_version(std::string_view application) override {
    return tracking_.version(application);
  }

  const void* connection() const noexcept override {
    return this;
  }

protected:
  /// Calls `change(connection)` in a transaction, or as a part of the one that
  /// this thread is in.
  template <class F>
  void transact(F change) {
    tracking_.transact(change);
  }

  /// Calls `look(connection)` and returns what it returns.
  template <class F>
  auto query(F look) {
    std::optional<std::invoke_result_t<F, postgres_connection&>> result;
    tracking_.query([&](postgres_connection& db) { result.emplace(look(db)); });
    return std::move(*result);
  }

  /// Records `x` in `transact`.
  void record(const tracking& x) {
    tracking_.record(x);
  }

  /// Writes what commands have gathered in members, and empties those. Called
  /// before a commit, and before a query of the thread that is in a
  /// transaction.
  virtual void flush(postgres_connection&) {
    // Nothing is gathered.
  }

  /// Forgets what commands have gathered: the transaction has failed.
  virtual void discard() {
    // Nothing is gathered.
  }

private:
  change_signal& changes() override {
    return tracking_.changes();
  }

  std::optional<std::chrono::milliseconds> poll_interval() const override {
    return postgres_tracking::look_interval;
  }

  postgres_tracking tracking_;
};

} // namespace projections
