// What every view has in common: it records which events are in it. Derive from
// the recorder of a backend to write a view.
#pragma once

#include "storage/change_signal.hpp"
#include "storage/recorded_event.hpp"
#include "storage/store_error.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace projections {

/// Says which event of which application was processed.
struct tracking {
  /// The application's name.
  std::string application;

  /// The position of the event in its log.
  log_position position = log_start;
};

/// Records for each application the position up to which its events are in a
/// view. The interface of a view derives from this one; a view derives from the
/// recorder of a backend over its interface, as in
/// `class my_view : public sqlite_recorder<my_view_interface>`. Thread-safe,
/// and so must views be. Functions throw `store_error` when the database cannot
/// be reached, read or written.
class tracking_recorder {
public:
  tracking_recorder() = default;
  tracking_recorder(const tracking_recorder&) = delete;
  tracking_recorder& operator=(const tracking_recorder&) = delete;
  virtual ~tracking_recorder() = default;

  // -- modifiers ---------------------------------------------------------------

  /// Records `x` and nothing else. Throws `integrity_error`, and changes
  /// nothing, if this or a later position of the application is recorded.
  virtual void insert_tracking(const tracking& x) = 0;

  /// Calls `changes()` and commits what the commands that it calls do all at
  /// once. If it throws, none of it has happened. The commands must be called
  /// by this thread.
  virtual void in_one_transaction(const std::function<void()>& changes) = 0;

  // -- inspectors --------------------------------------------------------------

  /// Returns the last position recorded for `application`, if there is one.
  [[nodiscard]] virtual std::optional<log_position>
  max_tracking_id(std::string_view application) = 0;

  /// Returns whether `position` of `application`, or a later one, is recorded.
  /// That is so for no position.
  [[nodiscard]] bool has_tracking_id(std::string_view application,
                                     std::optional<log_position> position);

  /// Returns as soon as `has_tracking_id` is true. Throws `wait_timeout` if it
  /// is not when `timeout` is over, and `wait_interrupted` if it is not when
  /// `interrupt` is requested.
  void wait(std::string_view application, std::optional<log_position> position,
            std::chrono::milliseconds timeout = std::chrono::seconds{1},
            std::stop_token interrupt = {});

private:
  /// Tells of every change that is made in this process.
  [[nodiscard]] virtual change_signal& changes() = 0;

  /// How soon a change that another process makes should be looked for; nothing
  /// if no other process can.
  [[nodiscard]] virtual std::optional<std::chrono::milliseconds>
  poll_interval() const {
    return std::nullopt;
  }
};

} // namespace projections
