#include "projections/storage/postgres/postgres_event_store.hpp"

#include "projections/storage/postgres/postgres_listener.hpp"

namespace projections {

postgres_event_store::postgres_event_store(std::string_view uri,
                                           std::string_view application)
  : connection_(postgres_uri{uri}), tables_(connection_, application),
    changes_(postgres_listener::signal(connection_.uri(), tables_.channel())) {
  // nop
}

// -- modifiers ----------------------------------------------------------------

std::vector<append_outcome>
postgres_event_store::append(const std::vector<append_request>& requests) {
  auto plan = tables_.plan_of(requests);
  if (plan.streams().empty())
    return plan.finish();
  connection_.call("append", [&] {
    try {
      tables_.write(connection_, plan, tables_.begin(connection_, plan));
      if (plan.rows().empty())
        connection_.roll_back();
      else
        connection_.commit(tables_.notify());
    } catch (...) {
      connection_.roll_back();
      throw;
    }
  });
  if (!plan.rows().empty())
    changes_->notify();
  return plan.finish();
}

// -- inspectors ---------------------------------------------------------------

std::vector<recorded_event> postgres_event_store::read_stream(
  std::string_view stream, stream_version after, size_t limit) {
  return connection_.call("read a stream", [&] {
    return tables_.read_stream(connection_, stream, after, limit);
  });
}

log_slice postgres_event_store::read_all(
  log_position after, size_t limit, const std::vector<std::string>& topics) {
  return connection_.call("read the log", [&] {
    return tables_.read_all(connection_, after, limit, topics);
  });
}

std::vector<std::optional<recorded_event>>
postgres_event_store::find_keys(const std::vector<std::string>& keys) {
  return connection_.call("look up keys",
                          [&] { return tables_.find_keys(connection_, keys); });
}

log_position postgres_event_store::head() {
  return connection_.call("read the head",
                          [this] { return tables_.head(connection_); });
}

std::shared_ptr<change_signal> postgres_event_store::changes() {
  return changes_;
}

std::optional<std::chrono::milliseconds>
postgres_event_store::poll_interval() const {
  return postgres_look_interval;
}

} // namespace projections
