#include "bench/store_under_test.hpp"

#include "bench/stopwatch.hpp"
#include "bench/store_events.hpp"
#include "storage/memory_event_store.hpp"
#include "storage/projection.hpp"
#include "storage/store_name.hpp"

#ifdef PROJECTIONS_WITH_SQLITE
#  include "storage/sqlite_event_store.hpp"
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include "storage/postgres_event_store.hpp"
#endif

#include <utility>

namespace projections::bench {

namespace {

using test::event_counters_view;

[[noreturn]] void fail_not_built(const store_name& name) {
  throw store_error{name.redacted() + ": this backend is not built"};
}

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

store_opener opener_of(std::string_view text) {
  auto name = parse_store_name(text);
  switch (name.kind) {
    case store_kind::memory:
      return [log = std::make_shared<memory_log>()] {
        return std::make_unique<memory_event_store>(log);
      };
    case store_kind::sqlite:
#ifdef PROJECTIONS_WITH_SQLITE
      return [path = name.place] {
        return std::make_unique<sqlite_event_store>(path);
      };
#else
      break;
#endif
    case store_kind::postgresql:
#ifdef PROJECTIONS_WITH_POSTGRESQL
      return [uri = name.place] {
        return std::make_unique<postgres_event_store>(uri);
      };
#else
      break;
#endif
  }
  fail_not_built(name);
}

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
  fail_not_built(name);
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
