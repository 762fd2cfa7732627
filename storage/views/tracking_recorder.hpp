// What every view has in common: it records which events are in it. Derive from
// the recorder of a backend to write a view.
#pragma once

#include "projections/messages/events/recorded_event.hpp"
#include "projections/storage/log/change_signal.hpp"
#include "projections/storage/log/store_error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// Says which event of which application was processed.
struct tracking {
  /// The application's name.
  std::string application;

  /// The position of the event in its log.
  log_position position = log_start;
};

/// Returns the error that a recorder throws for `x` where `recorded` is the
/// last position recorded.
[[nodiscard]] integrity_error already_recorded(const tracking& x,
                                               log_position recorded);

/// Which code a view was folded with. Another version of either makes other
/// content of the same events.
struct code_versions {
  int64_t projection = 1;
  int64_t view = 1;

  /// The name of the projection.
  std::string name = {};

  bool operator==(const code_versions&) const = default;
};

/// Keeps other runners off a view for as long as it lives; null for one that
/// was not granted.
using view_claim = std::shared_ptr<void>;

/// Records for each application the position up to which its events are in a
/// view. The interface of a view derives from this one; a view derives from the
/// recorder of a backend over its interface, as in
/// `class my_view : public sqlite_recorder<my_view_interface>`. Thread-safe,
/// and so must views be. Functions throw `store_error` when the database cannot
/// be reached, read or written, and `store_unavailable` where trying again may
/// help.
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

  /// Calls `commands()` and commits what the commands that it calls do all at
  /// once. If it or one of them throws, none of it has happened; an exception
  /// of a command that `commands` keeps to itself ends as a `store_error`. The
  /// commands must be called by this thread. A view in memory cannot take back
  /// what was done: there, every command that has returned stays.
  virtual void in_one_transaction(const std::function<void()>& commands) = 0;

  /// Says of which applications the transaction of this thread is going to
  /// record positions, so that a database is asked for all of them at once. It
  /// changes nothing else; some may be left out in the end.
  virtual void expect_tracking(const std::vector<std::string>& applications);

  /// Empties the view, but not its tracking. A view that can be rebuilt
  /// overrides it with a command; without that, throws `store_error`. What is
  /// emptied is all of it, of whatever application: `forget` those that are
  /// tracked in the same transaction.
  virtual void clear();

  /// Forgets the position and the version recorded for `application`.
  virtual void forget(std::string_view application) = 0;

  /// Records by which code the events of `application` are folded.
  virtual void record_code_versions(std::string_view application,
                                    code_versions x)
    = 0;

  /// Asks to be the only one who folds the events of `application` into this
  /// view, in all processes. Returns null if somebody else is. The claim ends
  /// with what is returned, or with the process.
  [[nodiscard]] virtual view_claim claim(std::string_view application) = 0;

  /// Makes commands and queries that wait for a lock or an answer give up with
  /// `store_unavailable`, those under way and those to come, until `on` is
  /// false.
  virtual void interrupt(bool on) noexcept = 0;

  // -- inspectors --------------------------------------------------------------

  /// Returns the last position recorded for `application`, if there is one.
  [[nodiscard]] virtual std::optional<log_position>
  max_tracking_id(std::string_view application) = 0;

  /// Returns the applications for which a position is recorded, in the order
  /// of the bytes of their names.
  [[nodiscard]] virtual std::vector<std::string> tracked_applications() = 0;

  /// Returns whether `clear` takes back what events have done, of whatever
  /// application. Then no application is folded anew while others are tracked.
  [[nodiscard]] virtual bool clear_empties_all() const {
    return true;
  }

  /// Returns whether `position` of `application`, or a later one, is recorded.
  /// That is so for no position.
  [[nodiscard]] bool has_tracking_id(std::string_view application,
                                     std::optional<log_position> position);

  /// Returns as soon as `has_tracking_id` is true. Throws `wait_timeout` if it
  /// is not when `timeout` is over, and `wait_interrupted` if it is not when
  /// `interrupt` is requested. A database that is out of reach meanwhile is not
  /// an error; one that is when `timeout` is over ends it with
  /// `store_unavailable`. A timeout that the clock cannot tell, such as
  /// `milliseconds::max()`, is no limit.
  void wait(std::string_view application, std::optional<log_position> position,
            std::chrono::milliseconds timeout = std::chrono::seconds{1},
            std::stop_token interrupt = {});

  /// Returns what `record_code_versions` was last told of `application`, if
  /// anything.
  [[nodiscard]] virtual std::optional<code_versions>
  recorded_code_versions(std::string_view application) = 0;

  /// Returns the version of the view's own code. A view whose commands have
  /// changed what they write overrides it.
  [[nodiscard]] virtual int64_t version() const {
    return 1;
  }

  /// Returns what stands for the connection that commands block; null if they
  /// block nothing. Views with the same connection take turns anyway.
  [[nodiscard]] virtual const void* connection() const noexcept = 0;

  /// Returns what tells of every change that is made in this process.
  [[nodiscard]] virtual change_signal& changes() = 0;

  /// Returns how soon a change that another process makes should be looked for;
  /// nothing if no other process can make one.
  [[nodiscard]] virtual std::optional<std::chrono::milliseconds>
  poll_interval() const {
    return std::nullopt;
  }

private:
  /// Returns a number that changes when somebody else has committed something
  /// to the database, where asking for it takes less than looking; else
  /// nothing.
  [[nodiscard]] virtual std::optional<int64_t> foreign_changes() {
    return std::nullopt;
  }
};

} // namespace projections
