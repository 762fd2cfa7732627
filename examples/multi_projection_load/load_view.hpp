// The view that all projections of the load share, over every backend.
#pragma once

#include "examples/multi_projection_load/load_event.hpp"
#include <projections/runtime/open_view.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace load {

using namespace projections;

/// Each projection tracks the log under a name of its own.
class load_view : public tracking_recorder {
public:
  /// Folds `event` of `stream` for the projection `x.application`.
  virtual void apply(const std::string& stream, const load_event& event,
                     const tracking& x)
    = 0;

  /// Returns what is stored of `projection`.
  [[nodiscard]] virtual stream_states states(const std::string& projection) = 0;

  /// Is told when the events of a commit were due, by one thread at a time.
  std::function<void(const std::vector<int64_t>&)> applied = [](auto&) {};

protected:
  /// By projection; of a view in a database, what is not written yet.
  std::map<std::string, stream_states> states_;
  std::vector<int64_t> due_ns_;
};

class memory_load_view final : public memory_recorder<load_view> {
public:
  void in_one_transaction(const std::function<void()>& commands) override {
    locked([&] {
      commands();
      applied(std::exchange(due_ns_, {}));
    });
  }

  void apply(const std::string& stream, const load_event& event,
             const tracking& x) override {
    locked([&] {
      record(x);
      states_[x.application][stream].fold(event);
      due_ns_.push_back(event.due_ns);
    });
  }

  stream_states states(const std::string& projection) override {
    return locked([&] { return states_[projection]; });
  }
};

/// In the table `load_states` of a database. What a group of events has changed
/// is written at once.
template <class Recorder>
class database_load_view final : public Recorder {
public:
  using connection = typename Recorder::connection_type;

  database_load_view(const std::string& place, const std::string& tracked,
                     const std::string& table)
    : Recorder(place, tracked),
      upsert_("INSERT INTO " + table
              + " AS old VALUES ($1, $2, $3, $4, $5) ON CONFLICT (projection, "
                "stream) DO UPDATE SET events = old.events + excluded.events, "
                "sum = old.sum + excluded.sum, checksum = (old.checksum + "
                "excluded.checksum + old.events * excluded.sum) % 2147483647"),
      select_("SELECT stream, events, sum, checksum FROM " + table
              + " WHERE projection = $1") {
    auto create = "CREATE TABLE IF NOT EXISTS " + table
                  + " (projection text, stream text, events bigint, sum bigint,"
                    " checksum bigint, PRIMARY KEY (projection, stream))";
    this->transact([&](connection& db) {
      if constexpr (requires { db.database(); })
        db.database().exec(create);
      else // Several processes may open the view at the same time.
        db.execute("SELECT pg_advisory_xact_lock(1); " + create);
    });
  }

  void apply(const std::string& stream, const load_event& event,
             const tracking& x) override {
    this->transact([&](connection&) {
      this->record(x);
      this->states_[x.application][stream].fold(event);
      this->due_ns_.push_back(event.due_ns);
    });
  }

  stream_states states(const std::string& projection) override {
    return this->query([&](connection& db) {
      stream_states result;
      if constexpr (requires { db.database(); }) {
        auto row = db.statement(select_.c_str());
        for (row->bind(1, projection); row->executeStep();)
          result[row->getColumn(0)]
            = {row->getColumn(1), row->getColumn(2), row->getColumn(3)};
      } else {
        for (auto row : db.run(select_, projection))
          result[row[0].c_str()]
            = {number_of(row[1]), number_of(row[2]), number_of(row[3])};
      }
      return result;
    });
  }

private:
  void flush(connection& db) override {
    for (auto& [projection, streams] : std::exchange(this->states_, {}))
      for (auto& [stream, x] : streams)
        if constexpr (requires { db.database(); }) {
          auto row = db.statement(upsert_.c_str());
          row->bind(1, projection);
          row->bind(2, stream);
          row->bind(3, x.events);
          row->bind(4, x.sum);
          row->bind(5, x.checksum);
          row->exec();
        } else {
          db.run_later(upsert_, projection, stream, x.events, x.sum,
                       x.checksum);
        }
  }

  void discard() override {
    this->states_.clear();
    this->due_ns_.clear();
  }

  void committed() override {
    this->applied(std::exchange(this->due_ns_, {}));
  }

  const std::string upsert_;
  const std::string select_;
};

/// Opens the view in the store `name`, as `open_view` does. A file of
/// SQLite has one writer at a time, so there it is in a file beside the events.
inline std::shared_ptr<load_view> open_load_view(const store_name& name) {
#ifdef PROJECTIONS_WITH_SQLITE
  if (name.kind == store_kind::sqlite)
    return std::make_shared<database_load_view<sqlite_recorder<load_view>>>(
      name.place + "-views", "", "load_states");
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
  if (name.kind == store_kind::postgresql)
    return std::make_shared<database_load_view<postgres_recorder<load_view>>>(
      name.place, "load",
      quoted_table(postgres_uri{name.place}, "load_states"));
#endif
  if (name.kind != store_kind::memory)
    refuse_backend(name);
  return std::make_shared<memory_load_view>();
}

} // namespace load
