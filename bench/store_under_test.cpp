#include "bench/store_under_test.hpp"

#include "bench/stopwatch.hpp"
#include "bench/store_events.hpp"
#include "projections/folds/processors/projection.hpp"
#include "projections/runtime/open_view.hpp"

#include <utility>

namespace projections::bench {

namespace {

const std::string projection_name = "eventcounters";

/// Counts the first event of an account as created and others as subsequent.
class account_counters : public projection<event_counters_view> {
public:
  explicit account_counters(std::shared_ptr<event_counters_view> view)
    : projection(std::move(view), {projection_name}) {
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
  return projections::open_view<event_counters::event_counters_over>(
    parse_store_name(text), projection_name);
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
