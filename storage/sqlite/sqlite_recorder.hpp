// Tracking in a SQLite database, in the table of the Python library, for views
// that live in the same database.
#pragma once

#include "projections/storage/sqlite/sqlite_connection.hpp"
#include "projections/storage/views/database_recorder.hpp"
#include "projections/storage/views/tracking_recorder.hpp"
#include "projections/storage/views/tracking_table.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// The tracking table of one view in a database file. Unless told otherwise, a
/// loss of power may take the last commits back: view and tracking together, so
/// that the events are folded again. Thread-safe.
class sqlite_tracking final : public tracking_table {
public:
  using connection_type = sqlite_connection;

  /// How soon a change that another process makes is looked for.
  static constexpr std::chrono::milliseconds look_interval
    = sqlite_poll_interval;

  /// Opens the database file `path` and makes its tables if they are not there.
  /// Positions are in the table `tracking`, as the Python library has it, or in
  /// `<projection in lower case>_tracking` where a projection is named.
  sqlite_tracking(const std::string& path, std::string_view projection,
                  view_hooks hooks,
                  durability survived = durability::process_end);

  // -- modifiers ---------------------------------------------------------------

  /// As in `tracking_recorder`.
  view_claim claim(std::string_view application);
  void interrupt(bool on) noexcept;

  /// Returns the connection for `use`, to be used in `transact` or `query`.
  [[nodiscard]] sqlite_connection& connection(connection_use use) {
    return use == connection_use::writing ? writer_ : reader_;
  }

  [[nodiscard]] change_signal& changes() override {
    return *changes_;
  }

  /// Returns a number that changes when anything is committed to the file, be
  /// it by this object.
  [[nodiscard]] int64_t foreign_changes();

private:
  void make_tables();

  [[nodiscard]] const std::string& place() const override {
    return writer_.name();
  }

  [[noreturn]] void rethrow(std::string_view tried) override;
  void begin_work() override;
  void commit_work() override;
  void roll_back_work() override;
  void check_usable(std::string_view tried) const override;
  void write_gathered() override;
  bool upsert(const tracking& x) override;
  void remove(const std::string& application) override;
  void upsert_version(const std::string& application,
                      const code_versions& x) override;
  std::optional<log_position>
  select_last(connection_use by, const std::string& application) override;
  std::vector<std::string> select_applications(connection_use by) override;
  std::optional<code_versions>
  select_version(connection_use by, const std::string& application) override;

  const std::string table_;
  const tracking_statements sql_;
  sqlite_connection writer_;
  sqlite_connection reader_;
  std::shared_ptr<change_signal> changes_;
};

/// The recorder of views in a SQLite database that have the interface `View`.
template <class View = tracking_recorder>
class sqlite_recorder : public database_recorder<View, sqlite_tracking> {
public:
  /// Opens the database file `path`. One that holds several views needs the
  /// names of their projections, which go before `_tracking` in the names of
  /// the tables.
  explicit sqlite_recorder(const std::string& path,
                           std::string_view projection = {},
                           durability survived = durability::process_end)
    : database_recorder<View, sqlite_tracking>(path, projection, survived) {
    // nop
  }
};

} // namespace projections
