#include "projections/storage/postgres/postgres_event_store.hpp"

#include "projections/storage/postgres/postgres_connection.hpp"
#include "projections/storage/postgres/postgres_event_tables.hpp"
#include "projections/storage/postgres/postgres_listener.hpp"

namespace projections {

/// A connection and the tables behind it.
class postgres_event_store::impl {
public:
  impl(std::string_view uri, std::string_view application)
    : connection(postgres_uri{uri}), tables(connection, application),
      changes(postgres_listener::signal(connection.uri(), tables.channel())) {
    // nop
  }

  postgres_connection connection;
  postgres_event_tables tables;
  std::shared_ptr<change_signal> changes;
};

postgres_event_store::postgres_event_store(std::string_view uri,
                                           std::string_view application)
  : impl_(std::make_unique<impl>(uri, application)) {
  // nop
}

postgres_event_store::~postgres_event_store() = default;

// -- modifiers ----------------------------------------------------------------

std::vector<append_outcome>
postgres_event_store::append(const std::vector<append_request>& requests) {
  auto plan = impl_->tables.plan_of(requests);
  if (plan.streams().empty())
    return plan.finish();
  impl_->connection.call("append", [&] {
    try {
      impl_->tables.write(impl_->connection, plan,
                          impl_->tables.begin(impl_->connection, plan));
      if (plan.rows().empty())
        impl_->connection.roll_back();
      else
        impl_->connection.commit(impl_->tables.notify());
    } catch (...) {
      impl_->connection.roll_back();
      throw;
    }
  });
  if (!plan.rows().empty())
    impl_->changes->notify();
  return plan.finish();
}

// -- inspectors ---------------------------------------------------------------

std::vector<recorded_event> postgres_event_store::read_stream(
  std::string_view stream, stream_version after, size_t limit) {
  return impl_->connection.call("read a stream", [&] {
    return impl_->tables.read_stream(impl_->connection, stream, after, limit);
  });
}

log_slice postgres_event_store::read_all(
  log_position after, size_t limit, const std::vector<std::string>& topics) {
  return impl_->connection.call("read the log", [&] {
    return impl_->tables.read_all(impl_->connection, after, limit, topics);
  });
}

std::vector<std::optional<recorded_event>>
postgres_event_store::find_keys(const std::vector<std::string>& keys) {
  return impl_->connection.call("look up keys", [&] {
    return impl_->tables.find_keys(impl_->connection, keys);
  });
}

log_position postgres_event_store::head() {
  return impl_->connection.call(
    "read the head", [this] { return impl_->tables.head(impl_->connection); });
}

std::shared_ptr<change_signal> postgres_event_store::changes() {
  return impl_->changes;
}

std::optional<std::chrono::milliseconds>
postgres_event_store::poll_interval() const {
  return postgres_look_interval;
}

} // namespace projections
