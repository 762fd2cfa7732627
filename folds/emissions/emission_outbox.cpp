#include "projections/folds/emissions/emission_outbox.hpp"

#include "projections/storage/log/store_error.hpp"

#include <utility>

namespace projections {

namespace {

/// So many events are appended at once.
constexpr size_t batch_max = 1000;

/// So often is an append repeated whose stream was changed meanwhile.
constexpr int conflicts_max = 10;

std::string in_quotes(const std::string& text) {
  return '"' + text + '"';
}

/// Returns the payload as far as a reader of a log wants to see it.
std::string shown(const std::string& payload) {
  constexpr size_t shown_max = 300;
  return payload.size() <= shown_max
           ? payload
           : payload.substr(0, shown_max) + "… ("
               + std::to_string(payload.size()) + " bytes)";
}

std::string event_in_words(const std::string& topic, const std::string& stream,
                           const std::string& payload) {
  return in_quotes(topic) + " in stream " + in_quotes(stream) + " with "
         + shown(payload);
}

} // namespace

std::string divergence::describe() const {
  return "projection " + in_quotes(projection) + " has emitted "
         + event_in_words(stored.topic, stored.stream, stored.payload) + " for "
         + cause + ", and would emit "
         + event_in_words(emitted.topic, emitted.stream, emitted.payload)
         + " now (idempotency key " + key
         + "): its function was changed, or does not depend on the event alone";
}

emission_outbox::emission_outbox(const emission_settings& settings,
                                 size_t number,
                                 std::shared_ptr<event_store> store)
  : settings_(settings), number_(number), store_(std::move(store)) {
  // nop
}

// -- modifiers ----------------------------------------------------------------

size_t emission_outbox::take(const std::shared_ptr<const keyed_emissions>& from,
                             size_t i) {
  auto [begin, end] = from->range(i, number_);
  if (begin == end)
    return 0;
  if (!parts_.empty() && parts_.back().of == from && parts_.back().end == begin)
    parts_.back().end = end;
  else
    parts_.push_back({from, begin, end});
  return end - begin;
}

void emission_outbox::record() {
  if (parts_.size() == 1) {
    // Mostly all that was made ahead is recorded at once, as it lies there.
    auto& [of, begin, end] = parts_.front();
    auto& whole = of->batch(number_);
    if (end - begin == whole.requests.size() && end - begin <= batch_max)
      return record(whole);
  }
  emission_batch some;
  for (auto& x : parts_)
    for (auto i = x.begin; i < x.end; ++i) {
      some.add(x.of->batch(number_), i);
      if (some.requests.size() == batch_max)
        record(std::exchange(some, {}));
    }
  if (!some.requests.empty())
    record(some);
}

void emission_outbox::clear() {
  parts_.clear();
}

/// Records a batch: appends what is not there under the same keys.
void emission_outbox::record(const emission_batch& what) {
  auto unknown = expects_known_ ? compare(what) : emission_batch{};
  const auto& wanted = expects_known_ ? unknown : what;
  auto known = append(wanted);
  expects_known_ = known.requests.size() == wanted.requests.size();
  if (known.requests.empty())
    return;
  if (auto lost = compare(known); !lost.requests.empty())
    throw store_error{describe(lost, 0) + ": its idempotency key "
                      + lost.requests.front().events.front().idempotency_key
                      + " is in the store without an event"};
}

/// Appends a batch. Returns what was not appended because it is recorded
/// already.
emission_batch emission_outbox::append(const emission_batch& what) {
  emission_batch known;
  emission_batch again;
  const auto* next = &what;
  emission_batch now;
  for (auto conflicts = 0; !next->requests.empty(); ++conflicts) {
    if (conflicts > conflicts_max)
      throw store_unavailable{"streams that projection "
                              + in_quotes(settings_.projection)
                              + " emits into are changed all the time"};
    auto outcomes = store_->append(next->requests);
    for (size_t i = 0; i < outcomes.size(); ++i)
      switch (outcomes[i].error) {
        case append_error::none:
          break;
        case append_error::key_exists:
          known.add(*next, i);
          break;
        case append_error::wrong_expected_version:
          // A store that tells versions apart where any will do.
          again.add(*next, i);
          break;
        default:
          throw emission_refused{describe(*next, i) + ": "
                                 + outcomes[i].problem};
      }
    now = std::exchange(again, {});
    next = &now;
  }
  return known;
}

/// Looks whether the store has under the keys of `what` what it says. Returns
/// what has keys that are not in the store.
emission_batch emission_outbox::compare(const emission_batch& what) {
  emission_batch unknown;
  std::vector<std::string> keys;
  keys.reserve(what.requests.size());
  for (auto& x : what.requests)
    keys.push_back(x.events.front().idempotency_key);
  auto found = store_->find_keys(keys);
  for (size_t i = 0; i < keys.size(); ++i) {
    auto& request = what.requests[i];
    auto& event = request.events.front();
    auto& stored = found.at(i);
    if (!stored)
      unknown.add(what, i);
    else if (stored->stream != request.stream || stored->topic != event.topic
             || stored->payload != event.payload)
      diverge({settings_.projection,
               describe(what, i),
               keys[i],
               std::move(*stored),
               {request.stream, event.topic, event.payload}});
  }
  return unknown;
}

void emission_outbox::diverge(divergence x) const {
  if (settings_.on_divergence == divergence_policy::fail)
    throw divergence_error{std::move(x)};
  if (settings_.report_divergence)
    settings_.report_divergence(x);
}

/// Says which event the request `i` is for.
std::string emission_outbox::describe(const emission_batch& at, size_t i) {
  auto& x = at.causes[i];
  return "the event at version " + std::to_string(x.version) + " of stream "
         + in_quotes(x.stream) + " of application " + in_quotes(x.application);
}

} // namespace projections
