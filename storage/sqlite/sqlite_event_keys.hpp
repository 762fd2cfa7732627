// The idempotency keys of events in a SQLite database, each with the position
// of its event: the table and the statements on it.
#pragma once

#include "projections/messages/events/uuid.hpp"
#include "projections/storage/log/event_store.hpp"
#include "projections/storage/sqlite/sqlite_connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace projections {

/// Makes the table of keys.
inline constexpr const char* create_sqlite_event_keys = R"(
CREATE TABLE IF NOT EXISTS projections_event_keys (
  idempotency_key TEXT PRIMARY KEY,
  position INTEGER NOT NULL) WITHOUT ROWID;
)";

/// An idempotency key as it is in the table: a UUID in its usual form as 16
/// bytes, for the pages of random keys are most of what is written with them,
/// and any other one as text.
class stored_event_key {
public:
  /// Refers to `key`.
  explicit stored_event_key(const std::string& key)
    : text_(&key), uuid_(uuid_of_dashed(key)) {
    // nop
  }

  /// Lets the parameter `place` of `to` refer to the key.
  void bind(SQLite::Statement& to, int place) const;

  /// Orders keys as the table does.
  friend bool operator<(const stored_event_key& x, const stored_event_key& y) {
    if (x.uuid_ && y.uuid_)
      return *x.uuid_ < *y.uuid_;
    if (x.uuid_ || y.uuid_)
      return y.uuid_.has_value();
    return *x.text_ < *y.text_;
  }

private:
  const std::string* text_;
  std::optional<uuid> uuid_;
};

// All of these are called within a transaction and throw `SQLite::Exception`.

/// Returns the position of the event with `key`, if there is one.
[[nodiscard]] std::optional<log_position>
find_event_key(sqlite_connection& at, const std::string& key);

/// Records that `key` is that of the event at `position`. Returns whether it
/// was free; else nothing has changed.
bool take_event_key(sqlite_connection& at, const std::string& key,
                    log_position position);

/// Records that the keys of `requests` are those of the events from `first` on.
/// Each request has one event with a key. Returns whether all keys were free
/// and different; else nothing has changed. Takes less time than one key after
/// the other.
bool take_event_keys(sqlite_connection& at,
                     const std::vector<append_request>& requests,
                     log_position first);

} // namespace projections
