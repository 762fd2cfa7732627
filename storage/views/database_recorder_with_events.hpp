// What the recorders with events of all databases have in common.
// `sqlite_recorder_with_events` and `postgres_recorder_with_events` are this
// for one database.
#pragma once

#include "projections/storage/views/recorder_with_events.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace projections {

/// A `Recorder` with the interface `recorder_with_events`, and the tables of
/// events that `Tables` stands for in the same database. Thread-safe.
template <class Recorder, class Tables>
class database_recorder_with_events : public Recorder {
public:
  using connection_type = typename Recorder::connection_type;

  event_store& events() override {
    return events_;
  }

protected:
  /// Opens the database for `Recorder` by `options`, and the tables of events
  /// by `open_tables(connection)`. `changes_of(connection, tables)` returns
  /// the signal of the events.
  template <class OpenTables, class ChangesOf, class... Options>
  database_recorder_with_events(OpenTables open_tables, ChangesOf changes_of,
                                std::chrono::milliseconds poll_interval,
                                const Options&... options)
    : Recorder(options...), poll_interval_(poll_interval) {
    this->query([&](connection_type& db) {
      tables_.emplace(open_tables(db));
      changes_ = changes_of(db, *tables_);
      return true;
    });
  }

private:
  /// The events as a store.
  class event_part final : public event_store {
  public:
    explicit event_part(database_recorder_with_events& of) : of_(of) {
      // nop
    }

    std::vector<append_outcome>
    append(const std::vector<append_request>& requests) override {
      std::vector<append_outcome> result;
      of_.transact([&](connection_type& db) {
        of_.has_appended_ = true;
        result = of_.tables_->append(db, requests);
      });
      return result;
    }

    std::vector<recorded_event> read_stream(std::string_view stream,
                                            stream_version after,
                                            size_t limit) override {
      return of_.query([&](connection_type& db) {
        return of_.tables_->read_stream(db, stream, after, limit);
      });
    }

    log_slice read_all(log_position after, size_t limit,
                       const std::vector<std::string>& topics) override {
      return of_.query([&](connection_type& db) {
        return of_.tables_->read_all(db, after, limit, topics);
      });
    }

    std::vector<std::optional<recorded_event>>
    find_keys(const std::vector<std::string>& keys) override {
      return of_.query(
        [&](connection_type& db) { return of_.tables_->find_keys(db, keys); });
    }

    log_position head() override {
      return of_.query(
        [&](connection_type& db) { return of_.tables_->head(db); });
    }

    std::shared_ptr<change_signal> changes() override {
      return of_.changes_;
    }

    std::optional<std::chrono::milliseconds> poll_interval() const override {
      return of_.poll_interval_;
    }

  private:
    database_recorder_with_events& of_;
  };

  void discard() override {
    tables_->roll_back();
    has_appended_ = false;
  }

  void committed() override {
    if (std::exchange(has_appended_, false))
      changes_->notify();
  }

  std::chrono::milliseconds poll_interval_;
  std::optional<Tables> tables_;
  std::shared_ptr<change_signal> changes_;

  /// Whether the transaction under way has appended something.
  bool has_appended_ = false;

  event_part events_{*this};
};

} // namespace projections
