#include "bench/store_under_test.hpp"

#include "bench/stopwatch.hpp"
#include "bench/store_events.hpp"
#include "projections/folds/processors/projection.hpp"
#include "projections/runtime/open_store.hpp"

#include <utility>

namespace projections::bench {

namespace {

using test::event_counters_view;

/// Counts the first event of an account as created and others as subsequent.
class account_counters : public projection<event_counters_view> {
public:
  explicit account_counters(std::shared_ptr<event_counters_view> view)
    : projection(std::move(view), {"eventcounters"}) {
    on<account_opened>([this](const account_opened&, const tracking& x) {
      this->view().incr_created_event_counter(x);
    });
    on<amount_booked>([this](const amount_booked&, const tracking& x) {
      this->view().incr_subsequent_event_counter(x);
    });
  }
};

} // namespace

std::shared_ptr<event_counters_view> open_view(std::string_view text) {
  auto name = parse_store_name(text);
  switch (name.kind) {
    case store_kind::memory:
      return std::make_shared<test::memory_event_counters>();
    case store_kind::sqlite:
#ifdef PROJECTIONS_WITH_SQLITE
      return std::make_shared<test::sqlite_event_counters>(name.place);
#else
      break;
#endif
    case store_kind::postgresql:
#ifdef PROJECTIONS_WITH_POSTGRESQL
      return std::make_shared<test::postgres_event_counters>(name.place);
#else
      break;
#endif
  }
  refuse_backend(name);
}

std::shared_ptr<event_processor>
make_projection(std::shared_ptr<event_counters_view> view) {
  return std::make_shared<account_counters>(std::move(view));
}

void check_counts(event_counters_view& view, size_t events) {
  auto created = static_cast<uint64_t>(view.get_created_event_counter());
  auto subsequent = static_cast<uint64_t>(view.get_subsequent_event_counter());
  check_count("created events", created, streams_in(events));
  check_count("all events", created + subsequent, events);
}

bench_configuration::bench_configuration() {
  compat::add_message_types<caf::id_block::projections>(*this);
  compat::wake_workers_at_once(*this);
  compat::set_threads(*this, 2);
}

} // namespace projections::bench
