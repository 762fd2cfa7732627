// The tables of events in a PostgreSQL database and the statements on them.
// Owned by a store and by what records events together with something else.
#pragma once

#include "projections/storage/log/append_plan.hpp"
#include "projections/storage/log/event_store.hpp"
#include "projections/storage/postgres/postgres_connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// The longest stream name and idempotency key that PostgreSQL keeps here, in
/// bytes: an entry of an index must fit into a third of a page.
inline constexpr size_t postgres_name_bytes_max = 2048;

/// The table of events is that of Python's `eventsourcing`; keys and metadata
/// are in tables beside it. Positions are notification ids. Functions throw
/// what the connection throws. Not thread-safe.
class postgres_event_tables {
public:
  /// Makes the tables that are not there, and refuses a layout that is unknown
  /// with a `store_error`. The events are in `<application in lower
  /// case>_events`, or in `stored_events` without an application.
  postgres_event_tables(postgres_connection& at, std::string_view application);

  // -- modifiers ---------------------------------------------------------------

  /// Begins a transaction in which nobody else appends, and returns the
  /// versions of the streams of `plan`.
  pqxx::result begin(postgres_connection& at, const append_plan& plan) const;

  /// Decides about `plan` and inserts what is taken, where the streams have
  /// `versions`.
  void write(postgres_connection& at, append_plan& plan,
             const pqxx::result& versions);

  /// Does what an event store does in an append, within a transaction. From
  /// then on, nobody else appends until it ends.
  std::vector<append_outcome>
  append(postgres_connection& at, const std::vector<append_request>& requests);

  /// Tells that the transaction of an append was rolled back.
  void roll_back() const {
    // Nothing is remembered of it.
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns the plan of `requests`, without those that are malformed.
  [[nodiscard]] append_plan
  plan_of(const std::vector<append_request>& requests) const;

  // As in `event_store`.
  [[nodiscard]] std::vector<recorded_event> read_stream(postgres_connection& at,
                                                        std::string_view stream,
                                                        stream_version after,
                                                        size_t limit) const;
  [[nodiscard]] log_slice
  read_all(postgres_connection& at, log_position after, size_t limit,
           const std::vector<std::string>& topics) const;
  [[nodiscard]] std::vector<std::optional<recorded_event>> find_keys(
    postgres_connection& at, const std::vector<std::string>& keys) const;
  [[nodiscard]] log_position head(postgres_connection& at) const;

  /// The statement that tells of an append when it is committed.
  [[nodiscard]] const std::string& notify() const {
    return sql_.notify;
  }

  /// The channel on which it tells.
  [[nodiscard]] const std::string& channel() const {
    return names_.channel;
  }

private:
  /// The tables by their names in quotes.
  struct table_names {
    table_names(const postgres_uri& uri, std::string_view application);

    std::string channel;
    std::string events;
    std::string index;
    std::string keys;
    std::string metadata;
  };

  /// Statements on these tables.
  struct statements {
    statements(const table_names& tables, bool has_uuids);

    std::string lock;
    std::string begin_append;
    std::string notify;
    std::string select_versions;
    std::string select_keys;
    std::string insert_events;
    std::string savepoint;
    std::string roll_back;
    std::string release;
    std::string insert_keys;
    std::string insert_metadata;
    std::string insert_both;
    std::string select_stream;
    std::string select_all;
    std::string select_topics;
    std::string select_metadata;
    std::string select_events_by_key;
    std::string select_last;
  };

  bool open(postgres_connection& at) const;
  [[nodiscard]] static bool is_uuid(std::string_view stream);
  std::string problem_of(const append_request& request) const;
  pqxx::result lock(postgres_connection& at, const append_plan& plan) const;
  bool trusts_keys(const append_plan& plan) const;
  std::string savepoint_for(const append_plan& plan) const;
  void look_up_keys(postgres_connection& at, append_plan& plan);
  bool write_decided(postgres_connection& at, append_plan& plan) const;
  size_t insert_some(postgres_connection& at, append_plan& plan,
                     size_t begin) const;
  bool insert_beside(postgres_connection& at, const append_plan& plan) const;
  pqxx::result select_topics(postgres_connection& at, log_position after,
                             size_t limit,
                             const std::vector<std::string>& topics,
                             log_position& bound) const;
  void read_metadata(postgres_connection& at, log_position after,
                     log_slice& slice) const;
  recorded_event event_of(const pqxx::row& x) const;

  table_names names_;
  /// Whether streams are of type uuid rather than text.
  bool has_uuids_;
  statements sql_;

  /// Whether the next append may well have a key that is in the store. Then
  /// keys are looked up before anything is written; else those of a large group
  /// are inserted without that, and looked up when that fails. So a projection
  /// that goes on after a crash, or from the start, does not fail with every
  /// group, and all others need not look.
  bool expects_known_keys_ = true;
};

} // namespace projections
