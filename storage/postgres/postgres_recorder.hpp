// Tracking in a PostgreSQL database, in the table of the Python library, for
// views that live in the same database.
#pragma once

#include "projections/storage/postgres/postgres_connection.hpp"
#include "projections/storage/postgres/postgres_writer.hpp"
#include "projections/storage/views/database_recorder.hpp"
#include "projections/storage/views/durability.hpp"
#include "projections/storage/views/tracking_recorder.hpp"
#include "projections/storage/views/tracking_table.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// The tracking table of one view in a database. Its connections are made again
/// after they were lost. `record` throws `store_error` if the application was
/// claimed and the claim was lost. Thread-safe.
class postgres_tracking final : public tracking_table {
public:
  using connection_type = postgres_connection;

  /// How soon a change that another process makes is looked for, beside what
  /// the listener hears.
  static constexpr std::chrono::milliseconds look_interval{1000};

  /// Connects to the database `uri`, as postgres_uri has it, and makes its
  /// tables if they are not there. Positions are in the table
  /// `notification_tracking`, as the Python library has it, or in `<projection
  /// in lower case>_tracking` where a projection is named.
  postgres_tracking(std::string_view uri, std::string_view projection,
                    view_hooks hooks,
                    durability survived = durability::process_end);

  // -- modifiers ---------------------------------------------------------------

  /// Locks the positions recorded for `applications`, in a transaction of this
  /// thread, in one round trip. Those that somebody else has locked, or that
  /// are not there yet, or whose claim is lost, are left to `record`.
  void expect(const std::vector<std::string>& applications);

  /// As in `tracking_recorder`.
  view_claim claim(std::string_view application);
  void interrupt(bool on) noexcept;

  /// Returns the connection for `use`, to be used in `transact` or `query`.
  [[nodiscard]] postgres_connection& connection(connection_use use) {
    return use == connection_use::writing ? writing_ : reader_;
  }

  [[nodiscard]] change_signal& changes() override {
    return *changes_;
  }

private:
  void open_tables();
  [[nodiscard]] std::string name_of_claim(std::string_view application) const;

  [[nodiscard]] const std::string& place() const override {
    return writing_.name();
  }

  /// That of the writer, which is held where claims are taken, too.
  std::recursive_mutex& turn() override {
    return writer_->turn();
  }

  [[noreturn]] void rethrow(std::string_view tried) override;
  void begin_work() override {
    writer_->begin();
  }
  void commit_work() override;
  void roll_back_work() override {
    writing_.roll_back();
  }
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
  std::shared_ptr<postgres_writer> writer_;
  postgres_connection& writing_;
  postgres_connection reader_;

  /// The tables as SQL spells them.
  const std::string quoted_table_;
  const std::string quoted_versions_;

  const tracking_statements sql_;
  const std::string lock_positions_;
  const std::string notify_;
  std::shared_ptr<change_signal> changes_;
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
