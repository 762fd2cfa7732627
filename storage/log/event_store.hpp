// Where events are recorded. One actor owns a store and commits many appends at
// once; each reader of events has a store object, and so a connection, of its
// own.
#pragma once

#include "projections/messages/events/recorded_event.hpp"
#include "projections/storage/log/change_signal.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// A part of the log ends with the event whose payload and metadata exceed this
/// size together with those before it, in bytes.
inline constexpr size_t slice_bytes_max = size_t{16} << 20;

/// An append-only log of events in streams. Not thread-safe; objects for the
/// same store may be used at the same time, in one process or several. All
/// functions throw `store_error` when the store cannot be reached, read or
/// written; then nothing of what was asked for has happened, except that an
/// append whose commit was interrupted may have.
class event_store {
public:
  virtual ~event_store() = default;

  // -- modifiers ---------------------------------------------------------------

  /// Records every request in one commit and returns what became of each, in
  /// order. One that is refused leaves the others alone, except those that it
  /// goes together with (`atomic_with_previous`): none of these is taken then.
  /// A request sees what those before it have done. When this returns, what was
  /// taken is durable and can be read.
  virtual std::vector<append_outcome>
  append(const std::vector<append_request>& requests) = 0;

  // -- inspectors --------------------------------------------------------------

  /// Returns at most `limit` events of `stream` that come after version
  /// `after`, in order.
  [[nodiscard]] virtual std::vector<recorded_event>
  read_stream(std::string_view stream, stream_version after, size_t limit) = 0;

  /// Returns at most `limit` events that come after position `after` and whose
  /// topic is among `topics`, or of any topic if there are none.
  [[nodiscard]] virtual log_slice read_all(
    log_position after, size_t limit, const std::vector<std::string>& topics)
    = 0;

  /// Returns for each of `keys` the event that was recorded under it, if one
  /// was.
  [[nodiscard]] virtual std::vector<std::optional<recorded_event>>
  find_keys(const std::vector<std::string>& keys) = 0;

  /// Returns the position of the last event that can be read; `log_start` if
  /// there is none.
  [[nodiscard]] virtual log_position head() = 0;

  /// Returns what tells of appends to the store, by any object of this process
  /// for sure and by other processes as far as `poll_interval` says. It may
  /// tell of one that is none. Thread-safe.
  [[nodiscard]] virtual std::shared_ptr<change_signal> changes() = 0;

  /// Returns how soon an append of another process should be looked for;
  /// nothing if no other process can make one. Thread-safe.
  [[nodiscard]] virtual std::optional<std::chrono::milliseconds>
  poll_interval() const = 0;
};

/// Opens a store object with a connection of its own.
using store_opener = std::function<std::unique_ptr<event_store>()>;

} // namespace projections
