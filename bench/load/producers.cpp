#include "bench/load/producers.hpp"

#include "bench/load/load_payload.hpp"
#include "bench/load/zipf.hpp"
#include "examples/multi_projection_load/load_event.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <random>
#include <stdexcept>
#include <utility>

namespace load {

namespace {

using projections::append_error;
using projections::append_request;

/// When events are due.
class schedule {
public:
  /// For the producer `number` of `producer_count`.
  schedule(const load_settings& x, size_t number)
    : gap_ns_(x.rate > 0 ? 1e9 * static_cast<double>(producer_count) / x.rate
                         : 0),
      // The producers take turns.
      first_ns_(gap_ns_ * static_cast<double>(number)
                / static_cast<double>(producer_count)),
      end_ns_(x.seconds > 0 ? static_cast<int64_t>(x.seconds * 1e9)
                            : std::numeric_limits<int64_t>::max()),
      events_(x.events == 0
                ? std::numeric_limits<uint64_t>::max()
                : (x.events + producer_count - 1 - number) / producer_count) {
    // nop
  }

  /// Returns how many events are due in all at `now_ns`.
  [[nodiscard]] uint64_t due(int64_t now_ns) const {
    if (gap_ns_ == 0)
      return events_;
    auto until = std::min(now_ns, end_ns_ - 1);
    auto gone = static_cast<double>(until) - first_ns_;
    if (gone < 0)
      return 0;
    return std::min(events_, static_cast<uint64_t>(gone / gap_ns_) + 1);
  }

  /// Returns when the event `i`, from 0, should be appended if it is `now_ns`.
  [[nodiscard]] int64_t time_of(uint64_t i, int64_t now_ns) const {
    if (gap_ns_ == 0)
      return now_ns;
    return static_cast<int64_t>(first_ns_ + gap_ns_ * static_cast<double>(i));
  }

  /// Returns whether nothing is to be appended after `sent` events.
  [[nodiscard]] bool is_over(uint64_t sent, int64_t now_ns) const {
    return sent >= events_ || now_ns >= end_ns_;
  }

  [[nodiscard]] int64_t end_ns() const {
    return end_ns_;
  }

private:
  double gap_ns_;
  double first_ns_;
  int64_t end_ns_;
  uint64_t events_;
};

/// What is appended in one call, and the streams that it goes to; the repeated
/// events come first.
struct batch {
  std::vector<append_request> requests;
  std::vector<size_t> streams;
  size_t repeated = 0;
};

/// Makes the events of one producer.
class event_source {
public:
  event_source(const load_settings& settings, std::vector<load_stream>& streams,
               size_t number)
    : settings_(settings), streams_(streams), numbers_(streams.size()),
      // The same load for the same options.
      random_(number + 1), draw_(streams.size(), settings.skew) {
    // nop
  }

  /// Returns a batch of new events, as many as there are times in
  /// `scheduled_ns`, and those of the last batch that are appended again.
  batch next(const std::vector<int64_t>& scheduled_ns) {
    batch result;
    result.requests = std::exchange(again_, {});
    result.repeated = result.requests.size();
    result.streams.resize(result.repeated);
    std::uniform_int_distribution<int64_t> any_value{0, value_end - 1};
    std::bernoulli_distribution is_repeated{settings_.duplicates};
    for (auto at : scheduled_ns) {
      auto chosen = draw_(random_);
      auto& stream = streams_[chosen];
      load_event event{++numbers_[chosen], at, any_value(random_)};
      projections::new_event encoded{
        stream.topic, encode_payload(event, settings_.event_size)};
      // Keys take time to look up, so they are there if they are needed.
      if (settings_.duplicates > 0)
        encoded.idempotency_key
          = stream.name + ':' + std::to_string(event.number);
      append_request request{stream.name, projections::any_version, {}};
      request.events.push_back(std::move(encoded));
      if (settings_.duplicates > 0 && is_repeated(random_))
        again_.push_back(request);
      result.requests.push_back(std::move(request));
      result.streams.push_back(chosen);
    }
    return result;
  }

  /// Returns whether events are left that are to be appended again.
  [[nodiscard]] bool has_repeated() const {
    return !again_.empty();
  }

private:
  const load_settings& settings_;
  std::vector<load_stream>& streams_;
  std::vector<int64_t> numbers_;
  std::mt19937_64 random_;
  zipf_distribution draw_;
  std::vector<append_request> again_;
};

/// Appends `x` and counts what the store has taken. Throws
/// `std::runtime_error` if an event was not taken, or twice.
void append(const batch& x, std::vector<load_stream>& streams,
            projections::event_store& store, load_meter& meter,
            uint64_t overdue) {
  meter.sending(x.requests.size(), overdue);
  auto outcomes = store.append(x.requests);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    auto expected
      = i < x.repeated ? append_error::key_exists : append_error::none;
    if (outcomes[i].error == expected) {
      if (expected == append_error::none)
        ++streams[x.streams[i]].acknowledged;
      continue;
    }
    auto& request = x.requests[i];
    throw std::runtime_error{
      "stream " + request.stream + ": event " + request.events[0].payload
      + (expected == append_error::none
           ? " was not taken: " + outcomes[i].problem
           : std::string{" was taken twice under the same key"})};
  }
  meter.sent(x.requests.size() - x.repeated, x.repeated);
}

/// Returns at the time `until_ns` of `meter`, or when `stopped` is requested.
void wait(const load_meter& meter, int64_t until_ns, std::stop_token stopped) {
  std::mutex mutex;
  // Nobody notifies it but the request to stop.
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  never.wait_for(lock, stopped,
                 std::chrono::nanoseconds{until_ns - meter.now_ns()},
                 [&] { return stopped.stop_requested(); });
}

} // namespace

producers::producers(const load_settings& settings,
                     std::vector<std::vector<load_stream>> streams,
                     std::shared_ptr<projections::event_store> store,
                     load_meter& meter)
  : settings_(settings), streams_(std::move(streams)), store_(std::move(store)),
    meter_(meter), running_(streams_.size()) {
  for (size_t i = 0; i < streams_.size(); ++i)
    threads_.emplace_back([this, i] {
      try {
        run(i, stop_.get_token());
      } catch (...) {
        fail(std::current_exception());
      }
      --running_;
    });
}

producers::~producers() {
  stop();
  for (auto& x : threads_)
    if (x.joinable())
      x.join();
}

void producers::stop() {
  stop_.request_stop();
}

void producers::join() {
  for (auto& x : threads_)
    if (x.joinable())
      x.join();
  if (error_)
    std::rethrow_exception(error_);
}

void producers::run(size_t number, std::stop_token stopped) {
  schedule times{settings_, number};
  event_source source{settings_, streams_[number], number};
  uint64_t sent = 0;
  while (!stopped.stop_requested()) {
    auto now = meter_.now_ns();
    if (times.is_over(sent, now))
      break;
    auto due = times.due(now) - sent;
    if (due == 0) {
      wait(meter_, std::min(times.time_of(sent, now), times.end_ns()), stopped);
      continue;
    }
    auto count = std::min(due, uint64_t{batch_events_max});
    std::vector<int64_t> scheduled_ns;
    for (uint64_t i = 0; i < count; ++i)
      scheduled_ns.push_back(times.time_of(sent + i, now));
    sent += count;
    append(source.next(scheduled_ns), streams_[number], *store_, meter_,
           settings_.rate > 0 ? due - count : 0);
  }
  if (source.has_repeated())
    append(source.next({}), streams_[number], *store_, meter_, 0);
  if (settings_.rate > 0 && !stopped.stop_requested())
    unsent_ += times.due(meter_.now_ns()) - sent;
}

/// Keeps the first error and ends the other threads.
void producers::fail(std::exception_ptr error) {
  std::lock_guard guard{mutex_};
  if (!error_)
    error_ = std::move(error);
  stop();
}

} // namespace load
