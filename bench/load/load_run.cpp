#include "bench/load/load_run.hpp"

#include "bench/load/load_payload.hpp"
#include "bench/load/sampler.hpp"
#include "projections/actors/log/run_watch.hpp"
#include "projections/folds/processors/projection.hpp"
#include "projections/messages/events/uuid.hpp"
#include "projections/runtime/open_store.hpp"

#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <utility>

namespace load {

namespace {

using projections::projection_runner;
using projections::recorded_event;
using projections::runner_phase;
using projections::store_kind;
using projections::tracking;
using std::chrono::milliseconds;

/// In PostgreSQL, the events are in the table `load_events`.
constexpr const char* store_application = "load";

/// How long until it is looked again whether something has ended.
constexpr milliseconds look_interval{10};

/// Folds the events of one topic, or all of a run.
class topic_projection final : public projections::projection<load_view> {
public:
  /// Gets events of `topics`, or of all without any, and folds those whose
  /// topics begin with `prefix`.
  topic_projection(std::shared_ptr<load_view> view, std::string prefix,
                   std::vector<std::string> topics = {})
    : projection(std::move(view), {"load", std::move(topics)}),
      prefix_(std::move(prefix)) {
    // nop
  }

  void process_event(const recorded_event& event, const tracking& x) override {
    if (event.topic.starts_with(prefix_))
      view().apply(event.stream, decode_front(event.payload), x);
    else
      view().insert_tracking(x);
  }

private:
  const std::string prefix_;
};

/// Returns the largest resident memory that this process has had, in KiB.
int64_t peak_memory_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

} // namespace

load_run::load_run(caf::actor_system& system, const load_settings& settings,
                   int stop_descriptor)
  : settings_(settings), stop_descriptor_(stop_descriptor),
    meter_(settings.folds_all ? settings.projections : 1),
    run_name_(projections::hex_of(projections::random_uuid()).substr(0, 8)),
    log_(system,
         projections::open_store(
           projections::parse_store_name(settings.backend), store_application)),
    begin_(log_.store()->head()), streams_(make_streams()) {
  open_views(projections::parse_store_name(settings.backend));
  start_runners();
}

load_run::~load_run() {
  stop_runners();
}

// -- modifiers ----------------------------------------------------------------

void load_run::run() {
  sampler samples{settings_, meter_};
  // What it takes to start is not measured.
  while (std::any_of(runners_.begin(), runners_.end(), [](auto& x) {
    return x->status().phase == runner_phase::beginning;
  }))
    if (is_to_end(look_interval))
      break;
  if (!facts_.is_partial) {
    meter_.begin();
    samples.begin();
    producers sources{settings_, std::move(streams_), log_.store(), meter_};
    while (!sources.are_done())
      if (is_to_end(look_interval) || a_runner_has_ended())
        sources.stop();
    sources.join();
    samples.appending_is_over();
    streams_ = sources.streams();
    facts_.unsent = sources.unsent();
    end_ = log_.store()->head();
    wait_for_applied();
  }
  facts_.memory_kib = peak_memory_kib();
  samples.end();
  stop_runners();
  for (auto& x : runners_)
    x->close();
}

/// Returns when all runners have reached the end of the log, one of them has
/// failed, or the run is to end.
void load_run::wait_for_applied() {
  for (auto& x : runners_)
    while (!facts_.is_partial) {
      auto status = x->status();
      if (status.position >= end_)
        break;
      if (a_runner_has_ended())
        return;
      // The result is in the facts.
      static_cast<void>(is_to_end(look_interval));
    }
}

std::string load_run::check() {
  std::vector<expected_stream> streams;
  for (auto& of_producer : streams_)
    for (auto& x : of_producer)
      streams.push_back({x.name, x.acknowledged});
  std::vector<projection_result> results;
  for (size_t i = 0; i < settings_.projections; ++i) {
    auto name = name_of(i);
    auto& view = view_of(i);
    results.push_back(
      {name, settings_.folds_all ? "" : topic_of(i),
       view.max_tracking_id(name).value_or(projections::log_start),
       view.states(name)});
  }
  load_check check{streams, std::move(results),
                   facts_.is_partial ? projections::log_start : end_};
  constexpr size_t slice_events = 1000;
  for (auto after = begin_;;) {
    auto slice = log_.store()->read_all(after, slice_events, {});
    for (auto& x : slice.events)
      check.add(x);
    if (slice.read_to == after || slice.at_head)
      break;
    after = slice.read_to;
  }
  return check.finish();
}

// -- parts --------------------------------------------------------------------

void load_run::open_views(const projections::store_name& name) {
  auto applied = [this](const std::vector<int64_t>& due_ns) {
    if (!due_ns.empty())
      meter_.applied(due_ns);
  };
  // Those in memory share no lock.
  auto count = name.kind == store_kind::memory ? settings_.projections : 1;
  for (size_t i = 0; i < count; ++i) {
    views_.push_back(open_load_view(name));
    views_.back()->applied = applied;
  }
  if (begin_ == projections::log_start)
    return;
  // What other runs have left is not folded.
  views_.front()->in_one_transaction([this] {
    for (size_t i = 0; i < settings_.projections; ++i)
      view_of(i).insert_tracking({name_of(i), begin_});
  });
}

void load_run::start_runners() {
  for (size_t i = 0; i < settings_.projections; ++i) {
    auto view = views_.size() > 1 ? views_[i] : views_.front();
    auto processor
      = settings_.folds_all
          ? std::make_shared<topic_projection>(std::move(view), topic_prefix())
          : std::make_shared<topic_projection>(std::move(view), topic_of(i),
                                               std::vector{topic_of(i)});
    runners_.push_back(std::make_unique<projection_runner>(
      log_, name_of(i), std::move(processor)));
  }
}

/// Tells all of them before it waits for any.
void load_run::stop_runners() {
  for (auto& x : runners_)
    projections::compat::send_anonymously(x->actor(),
                                          projections::stop_runner{});
  for (auto& x : runners_)
    x->stop();
}

/// Returns whether the run is to end, after waiting for that.
bool load_run::is_to_end(milliseconds wait) {
  pollfd stop{stop_descriptor_, POLLIN, 0};
  if (::poll(&stop, 1, static_cast<int>(wait.count())) > 0)
    facts_.is_partial = true;
  return facts_.is_partial;
}

/// Returns whether one of the next few runners has ended. Looking at thousands
/// of them each time would take processor time from what is measured.
bool load_run::a_runner_has_ended() {
  constexpr size_t looks_max = 64;
  for (size_t i = 0; i < std::min(looks_max, runners_.size()); ++i) {
    next_looked_at_ = (next_looked_at_ + 1) % runners_.size();
    if (projections::has_ended(runners_[next_looked_at_]->status().phase))
      return true;
  }
  return false;
}

load_view& load_run::view_of(size_t projection) {
  return views_.size() > 1 ? *views_[projection] : *views_.front();
}

/// Under this name a projection tracks the log.
std::string load_run::name_of(size_t projection) const {
  return "load-" + run_name_ + '-' + std::to_string(projection);
}

/// The topics of all events of the run begin so.
std::string load_run::topic_prefix() const {
  return "load-" + run_name_ + ':';
}

std::string load_run::topic_of(size_t projection) const {
  return topic_prefix() + std::to_string(projection);
}

/// Deals streams out to projections in turn, so that a skew over streams is one
/// over projections, too.
std::vector<std::vector<load_stream>> load_run::make_streams() const {
  std::vector<std::vector<load_stream>> result(producer_count);
  for (auto& of_producer : result)
    for (size_t i = 0; i < settings_.projections * settings_.streams; ++i)
      of_producer.push_back({projections::hex_of(projections::random_uuid()),
                             topic_of(i % settings_.projections)});
  return result;
}

} // namespace load
