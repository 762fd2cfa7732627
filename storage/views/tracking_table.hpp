// The tracking table of a view in a database, written once for all databases.
// Owned by `database_recorder`; `sqlite_tracking` and `postgres_tracking`
// derive from it and add what only one database does.
#pragma once

#include "projections/storage/views/joined_transaction.hpp"
#include "projections/storage/views/pending_tracking.hpp"
#include "projections/storage/views/tracking_recorder.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// What a view does at the ends of a transaction.
struct view_hooks {
  /// Writes what commands have gathered.
  std::function<void()> flush;

  /// Forgets what commands have gathered.
  std::function<void()> discard;

  /// Tells what was committed.
  std::function<void()> committed;
};

/// The statements on a tracking table, in the SQL that all databases
/// understand. Parameters are `$1`, `$2` and so on; SQLite takes these for
/// names and numbers them as they first appear, so they appear in order.
struct tracking_statements {
  /// `table` has the positions and `versions` the versions of the code, both
  /// as SQL spells them; `collation` compares text byte by byte.
  tracking_statements(const std::string& table, const std::string& versions,
                      std::string_view collation);

  /// Marks the table as one with one row for each application; without
  /// parameters.
  std::string insert_mark;

  /// Records (application, position). No row comes back where the position
  /// recorded is not smaller.
  std::string upsert;

  /// Position of (application).
  std::string select_last;

  /// All applications, in the order of the bytes of their names.
  std::string select_applications;

  /// Forgets the position of (application).
  std::string remove;

  /// Records (table, application, version of the projection, version of the
  /// view, name of the projection): code versions, whatever the columns say.
  std::string upsert_version;

  /// The three last ones of (table, application).
  std::string select_version;

  /// Forgets those of (table, application).
  std::string remove_version;
};

/// The connections of a view: queries outside of a transaction have one of
/// their own, so that they see what is committed and wait for nobody.
enum class connection_use : uint8_t { writing, reading };

/// The positions that a view has recorded, and its transactions. The first
/// position of an application in a transaction is written at once, the last one
/// at the end. Thread-safe.
class tracking_table : public joined_transaction {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Calls `change()`, which uses the connection that writes, in a transaction
  /// and commits it, or makes it a part of the one that this thread is in. If
  /// the connection is lost in the commit, whether it has happened is unknown;
  /// `last` tells.
  void transact(const std::function<void()>& change);

  /// Calls `look(use)`, which changes nothing by the connection `use`. In a
  /// transaction of this thread it sees what that has done so far.
  void query(const std::function<void(connection_use)>& look);

  /// Records `x` in a transaction of this thread. Throws `integrity_error` if
  /// `x` or a later position is recorded.
  void record(const tracking& x);

  /// As in `tracking_recorder`.
  void forget(std::string_view application);
  void record_code_versions(std::string_view application,
                            const code_versions& x);

  // -- inspectors --------------------------------------------------------------

  /// Returns the last position recorded for `application`, if there is one.
  [[nodiscard]] std::optional<log_position> last(std::string_view application);

  /// Returns the applications for which a position is recorded, in order.
  [[nodiscard]] std::vector<std::string> applications();

  /// Returns the version recorded for `application`, if there is one.
  [[nodiscard]] std::optional<code_versions>
  version(std::string_view application);

  /// Returns what tells of every commit.
  [[nodiscard]] virtual change_signal& changes() = 0;

protected:
  explicit tracking_table(view_hooks hooks);

  ~tracking_table() = default;

  /// Throws if a part of the transaction has failed, so that it is not possible
  /// to do what was `tried`.
  void require_whole(std::string_view tried) const;

  /// Writes `x`. Throws like `record`.
  void write(const tracking& x);

  /// Writes what the commands of the view have gathered.
  void flush_view() {
    hooks_.flush();
  }

  /// Returns the positions of the transaction that this thread is in.
  [[nodiscard]] pending_tracking& pending() {
    return pending_;
  }

  /// Held by the thread that uses the connection that reads.
  std::mutex reading_;

private:
  // What differs between databases; errors of theirs are let through. All but
  // the inspectors use the connection that writes.

  /// Returns the database in words.
  [[nodiscard]] virtual const std::string& place() const = 0;

  /// Throws the exception that is being handled, an error of the database as a
  /// `store_error` that says `cannot <tried>`.
  [[noreturn]] virtual void rethrow(std::string_view tried) = 0;

  /// Begins, commits and rolls back. The last one throws nothing and does no
  /// harm where an error has rolled back already.
  virtual void begin_work() = 0;
  virtual void commit_work() = 0;
  virtual void roll_back_work() = 0;

  /// Called before what is `tried` in a transaction that may have failed.
  virtual void check_usable([[maybe_unused]] std::string_view tried) const {
    // A database that refuses by itself what follows a failure.
  }

  /// Writes what is pending and what the view has gathered.
  virtual void write_gathered() = 0;

  /// Writes `x`. Returns false if the position recorded is not smaller.
  virtual bool upsert(const tracking& x) = 0;

  /// Removes the position and the version of `application`.
  virtual void remove(const std::string& application) = 0;

  /// Writes the version `x` of `application`.
  virtual void upsert_version(const std::string& application,
                              const code_versions& x)
    = 0;

  /// Each reads what the inspector returns by the connection `by`.
  virtual std::optional<log_position>
  select_last(connection_use by, const std::string& application) = 0;
  virtual std::vector<std::string> select_applications(connection_use by) = 0;
  virtual std::optional<code_versions>
  select_version(connection_use by, const std::string& application) = 0;

  template <class F>
  void attempt(std::string_view tried, F f);
  void begin() final;
  void commit() final;
  void roll_back() final;
  void committed() final;
  void flush();

  view_hooks hooks_;
  pending_tracking pending_;
};

} // namespace projections
