// Events in a PostgreSQL database, in the table of the Python library.
#pragma once

#include "projections/storage/log/event_store.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace projections {

/// What other processes append is looked for so often, beside what a listener
/// hears.
inline constexpr std::chrono::milliseconds postgres_look_interval{1000};

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

  ~postgres_event_store() override;

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override;

  std::vector<recorded_event> read_stream(std::string_view stream,
                                          stream_version after,
                                          size_t limit) override;

  log_slice read_all(log_position after, size_t limit,
                     const std::vector<std::string>& topics) override;

  std::vector<std::optional<recorded_event>>
  find_keys(const std::vector<std::string>& keys) override;

  log_position head() override;

  std::shared_ptr<change_signal> changes() override;

  std::optional<std::chrono::milliseconds> poll_interval() const override;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace projections
