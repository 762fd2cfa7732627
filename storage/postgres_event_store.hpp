// Events in a PostgreSQL database, in the table of the Python library.
#pragma once

#include "storage/append_plan.hpp"
#include "storage/event_store.hpp"
#include "storage/postgres_connection.hpp"

#include <string>
#include <string_view>

namespace projections {

/// The longest stream name and idempotency key that PostgreSQL keeps here, in
/// bytes: an entry of an index must fit into a third of a page.
inline constexpr size_t postgres_name_bytes_max = 2048;

/// An `event_store` in one table of a database. Its positions are notification
/// ids. The table is that of Python's `eventsourcing`; keys and metadata are in
/// tables beside it. Other processes may write to the same table if they lock
/// it as that library does. Connects again after a connection was lost.
///
/// Where the table has streams of type uuid, names of streams are 32 lower-case
/// hex digits and others are malformed.
class postgres_event_store final : public event_store {
public:
  /// Connects to the database `uri`, as postgres_uri has it, and makes the
  /// tables that are not there. The events are in `<application in lower
  /// case>_events`, or in `stored_events` without an application.
  explicit postgres_event_store(std::string_view uri,
                                std::string_view application = {});

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override;

  std::vector<recorded_event> read_stream(std::string_view stream,
                                          stream_version after,
                                          size_t limit) override;

  log_slice read_all(log_position after, size_t limit,
                     const std::vector<std::string>& topics) override;

  log_position head() override;

  std::shared_ptr<change_signal> changes() override;

  std::optional<std::chrono::milliseconds> poll_interval() const override;

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

    std::string begin_append;
    std::string notify;
    std::string select_versions;
    std::string select_keys;
    std::string insert_events;
    std::string insert_keys;
    std::string insert_metadata;
    std::string select_stream;
    std::string select_all;
    std::string select_topics;
    std::string select_last;
  };

  bool open_tables();
  std::string problem_of(const append_request& request) const;
  void look_up_keys(append_plan& plan);
  void insert(append_plan& plan);
  size_t insert_some(append_plan& plan, size_t begin);
  void insert_beside(const append_plan& plan);
  recorded_event event_of(const pqxx::row& x) const;

  postgres_connection connection_;
  table_names tables_;
  /// Whether streams are of type uuid rather than text.
  bool has_uuids_;
  statements sql_;
  std::shared_ptr<change_signal> changes_;
};

} // namespace projections
