// Tracking in memory, for views that need not outlive the process.
#pragma once

#include "storage/tracking_recorder.hpp"

#include <map>
#include <mutex>

namespace projections {

/// The positions that a view in memory has recorded, and the lock of the view.
/// Thread-safe.
class memory_tracking {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Calls `f()` while no other thread is in `locked`, and returns what it
  /// returns. May be nested.
  template <class F>
  auto locked(F f) {
    std::lock_guard guard{mutex_};
    return f();
  }

  /// Throws `integrity_error` if `x` or a later position is recorded.
  void assert_new(const tracking& x);

  /// Records `x` and wakes who waits. Throws like `assert_new`.
  void record(const tracking& x);

  [[nodiscard]] change_signal& changes() {
    return changes_;
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns the last position recorded for `application`, if there is one.
  [[nodiscard]] std::optional<log_position> last(std::string_view application);

private:
  std::recursive_mutex mutex_;
  std::map<std::string, log_position, std::less<>> positions_;
  change_signal changes_;
};

/// The recorder of views in memory that have the interface `View`. A view keeps
/// its content in members. Its commands and queries run in `locked`; a command
/// calls `assert_new` before it changes anything, and `record` at the end.
template <class View = tracking_recorder>
class memory_recorder : public View {
public:
  void insert_tracking(const tracking& x) override {
    tracking_.record(x);
  }

  /// Other threads see all or nothing of what `commands` does. If it throws,
  /// what was done before stays: each command is whole in itself.
  void in_one_transaction(const std::function<void()>& commands) override {
    tracking_.locked(commands);
  }

  std::optional<log_position>
  max_tracking_id(std::string_view application) override {
    return tracking_.last(application);
  }

protected:
  template <class F>
  auto locked(F f) {
    return tracking_.locked(std::move(f));
  }

  void assert_new(const tracking& x) {
    tracking_.assert_new(x);
  }

  void record(const tracking& x) {
    tracking_.record(x);
  }

private:
  change_signal& changes() override {
    return tracking_.changes();
  }

  memory_tracking tracking_;
};

} // namespace projections
