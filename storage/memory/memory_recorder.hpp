// Tracking in memory, for views that need not outlive the process.
#pragma once

#include "projections/storage/views/tracking_recorder.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace projections {

/// The positions that a view in memory has recorded, and the lock of the view.
/// Thread-safe.
class memory_tracking {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Calls `f()` while no other thread is in `locked`, and returns what it
  /// returns. May be nested. Who waits is woken at the end of the outermost one
  /// that has recorded something.
  template <class F>
  auto locked(F f) {
    inside guard{*this};
    return f();
  }

  /// Throws `integrity_error` if `x` or a later position is recorded.
  void assert_new(const tracking& x);

  /// Records `x`. Throws like `assert_new`.
  void record(const tracking& x);

  /// As in `tracking_recorder`.
  void forget(std::string_view application);
  void record_code_versions(std::string_view application, code_versions x);
  view_claim claim(std::string_view application);

  /// Calls `f()` in `locked`. If it throws, what it has recorded is taken back.
  template <class F>
  void all_or_nothing(F f) {
    inside guard{*this};
    auto positions = positions_;
    auto versions = versions_;
    try {
      f();
    } catch (...) {
      positions_ = std::move(positions);
      versions_ = std::move(versions);
      throw;
    }
  }

  [[nodiscard]] change_signal& changes() {
    return changes_;
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns the last position recorded for `application`, if there is one.
  [[nodiscard]] std::optional<log_position> last(std::string_view application);

  /// Returns the applications for which a position is recorded, in order.
  [[nodiscard]] std::vector<std::string> applications();

  /// Returns the version recorded for `application`, if there is one.
  [[nodiscard]] std::optional<code_versions>
  version(std::string_view application);

private:
  /// Holds the lock.
  class inside {
  public:
    explicit inside(memory_tracking& of);
    inside(const inside&) = delete;
    inside& operator=(const inside&) = delete;
    ~inside();

  private:
    memory_tracking& of_;
  };

  /// Who has a claim. Outlives the view if a claim does.
  struct claims {
    std::mutex mutex;
    std::set<std::string, std::less<>> applications;
  };

  std::recursive_mutex mutex_;

  /// How often the thread that holds the lock has entered, and whether it has
  /// recorded something.
  int depth_ = 0;
  bool changed_ = false;

  std::map<std::string, log_position, std::less<>> positions_;
  std::map<std::string, code_versions, std::less<>> versions_;
  std::shared_ptr<claims> claims_ = std::make_shared<claims>();
  change_signal changes_;
};

/// The recorder of views in memory that have the interface `View`. A view keeps
/// its content in members. Its commands and queries run in `locked`; a command
/// calls `assert_new` before it changes anything, and `record` at the end.
template <class View = tracking_recorder>
class memory_recorder : public View {
public:
  /// What the view is known as, whatever its backend.
  using interface = View;

  void insert_tracking(const tracking& x) override {
    tracking_.record(x);
  }

  void in_one_transaction(const std::function<void()>& commands) override {
    tracking_.locked(commands);
  }

  void forget(std::string_view application) override {
    tracking_.forget(application);
  }

  void record_code_versions(std::string_view application,
                            code_versions x) override {
    tracking_.record_code_versions(application, x);
  }

  view_claim claim(std::string_view application) override {
    return tracking_.claim(application);
  }

  void interrupt(bool) noexcept override {
    // Nothing here waits for long.
  }

  std::optional<log_position>
  max_tracking_id(std::string_view application) override {
    return tracking_.last(application);
  }

  std::vector<std::string> tracked_applications() override {
    return tracking_.applications();
  }

  std::optional<code_versions>
  recorded_code_versions(std::string_view application) override {
    return tracking_.version(application);
  }

  const void* connection() const noexcept override {
    return nullptr;
  }

  change_signal& changes() override {
    return tracking_.changes();
  }

protected:
  template <class F>
  auto locked(F f) {
    return tracking_.locked(std::move(f));
  }

  template <class F>
  void all_or_nothing(F f) {
    tracking_.all_or_nothing(std::move(f));
  }

  void assert_new(const tracking& x) {
    tracking_.assert_new(x);
  }

  void record(const tracking& x) {
    tracking_.record(x);
  }

private:
  memory_tracking tracking_;
};

} // namespace projections
