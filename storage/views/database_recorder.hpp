// What the recorders of all databases have in common. Views derive from
// `sqlite_recorder` or `postgres_recorder`, which are this for one database.
#pragma once

#include "projections/storage/views/tracking_recorder.hpp"
#include "projections/storage/views/tracking_table.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace projections {

/// The recorder of views that have the interface `View` and a tracking table in
/// a database, which `Tracking` stands for. Commands of a view run in
/// `transact` and begin with `record`; queries run in `query`. A command may
/// keep what it changes in members and leave it to `flush` to write it: then a
/// group of events costs one statement for all of them.
template <class View, class Tracking>
class database_recorder : public View {
public:
  using connection_type = typename Tracking::connection_type;

  void insert_tracking(const tracking& x) override {
    tracking_.transact([&] { record(x); });
  }

  void in_one_transaction(const std::function<void()>& commands) override {
    tracking_.transact(commands);
  }

  void expect_tracking(const std::vector<std::string>& applications) override {
    if constexpr (requires { tracking_.expect(applications); })
      tracking_.expect(applications);
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

  void interrupt(bool on) noexcept override {
    tracking_.interrupt(on);
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
    return this;
  }

  change_signal& changes() override {
    return tracking_.changes();
  }

  std::optional<std::chrono::milliseconds> poll_interval() const override {
    return Tracking::look_interval;
  }

protected:
  /// Opens the database `place`. One that holds several views needs the names
  /// of their projections, which go before `_tracking` in the names of the
  /// tables. The options are those of the backend.
  template <class... Options>
  explicit database_recorder(const std::string& place,
                             std::string_view projection, Options... options)
    : tracking_(place, projection,
                {[this] { flush(writer()); }, [this] { discard(); },
                 [this] { committed(); }},
                options...) {
    // nop
  }

  /// Calls `change(connection)` in a transaction, or as a part of the one that
  /// this thread is in.
  template <class F>
  void transact(F change) {
    tracking_.transact([&] { change(writer()); });
  }

  /// Calls `look(connection)` and returns what it returns.
  template <class F>
  auto query(F look) {
    std::optional<std::invoke_result_t<F, connection_type&>> result;
    auto look_by = [&](connection_use x) {
      result.emplace(look(tracking_.connection(x)));
    };
    tracking_.query(std::ref(look_by));
    return std::move(*result);
  }

  /// Records `x` in `transact`.
  void record(const tracking& x) {
    tracking_.record(x);
  }

  /// Writes what commands have gathered in members, and empties those. Called
  /// before a commit, and before a query of the thread that is in a
  /// transaction.
  virtual void flush(connection_type&) {
    // Nothing is gathered.
  }

  /// Forgets what commands have gathered: the transaction has failed.
  virtual void discard() {
    // Nothing is gathered.
  }

  /// Tells others what was committed.
  virtual void committed() {
    // Who waits for a position is told anyway.
  }

private:
  connection_type& writer() {
    return tracking_.connection(connection_use::writing);
  }

  std::optional<int64_t> foreign_changes() override {
    if constexpr (requires { tracking_.foreign_changes(); })
      return tracking_.foreign_changes();
    else
      return std::nullopt;
  }

  Tracking tracking_;
};

} // namespace projections
