// Tracking in a PostgreSQL database, in the table of the Python library, for
// views that live in the same database.
#pragma once

#include "projections/storage/postgres/postgres_connection.hpp"
#include "projections/storage/postgres/postgres_writer.hpp"
#include "projections/storage/views/database_recorder.hpp"
#include "projections/storage/views/durability.hpp"
#include "projections/storage/views/pending_tracking.hpp"
#include "projections/storage/views/tracking_recorder.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace projections {

/// The tracking table of one view in a database, and its connections: one that
/// writes and one that reads, so that queries see what is committed and wait
/// for no transaction. Each is made again after it was lost. Thread-safe.
class postgres_tracking {
public:
  using connection_type = postgres_connection;

  /// Connects to the database `uri`, as postgres_uri has it, and makes its
  /// tables if they are not there. Positions are in the table
  /// `notification_tracking`, as the Python library has it, or in `<projection
  /// in lower case>_tracking` where a projection is named.
  postgres_tracking(std::string_view uri, std::string_view projection,
                    view_hooks<postgres_connection> hooks,
                    durability survived = durability::process_end);

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
  /// `x` or a later position is recorded, and `store_error` if the application
  /// was claimed and the claim was lost.
  void record(const tracking& x);

  /// Locks the positions recorded for `applications`, in a transaction of this
  /// thread, in one round trip. Those that somebody else has locked, or that
  /// are not there yet, or whose claim is lost, are left to `record`.
  void expect(const std::vector<std::string>& applications);

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

  /// Returns the applications for which a position is recorded, in order.
  [[nodiscard]] std::vector<std::string> applications();

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
    std::string lock_positions;
    std::string select_last;
    std::string select_applications;
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
  [[nodiscard]] std::string name_of_claim(std::string_view application) const;

  const std::string table_;
  /// Its turn is held by the thread that is in a transaction.
  std::shared_ptr<postgres_writer> writer_;
  postgres_connection& writing_;
  postgres_connection reader_;
  const statements sql_;
  view_hooks<postgres_connection> hooks_;
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
/// `View`.
template <class View = tracking_recorder>
class postgres_recorder : public database_recorder<View, postgres_tracking> {
public:
  /// Connects to the database `uri`. One that holds several views needs the
  /// names of their projections, which go before `_tracking` in the names of
  /// the tables.
  explicit postgres_recorder(const std::string& uri,
                             std::string_view projection = {},
                             durability survived = durability::process_end)
    : database_recorder<View, postgres_tracking>(uri, projection, survived) {
    // nop
  }
};

} // namespace projections
