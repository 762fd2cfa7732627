#include "projections/folds/emissions/emission_outbox.hpp"

#include "projections/folds/emissions/event_id.hpp"
#include "projections/folds/emissions/event_origin.hpp"
#include "projections/storage/log/store_error.hpp"

#include <algorithm>
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

std::string words_of(const recorded_event& x) {
  return "event " + in_quotes(x.topic) + " (version "
         + std::to_string(x.version) + " of stream " + in_quotes(x.stream)
         + ')';
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
  return "projection " + in_quotes(projection) + " has answered " + source
         + " with "
         + event_in_words(stored.topic, stored.stream, stored.payload)
         + ", and would answer it with "
         + event_in_words(emitted.topic, emitted.stream, emitted.payload)
         + " (idempotency key " + key
         + "): its function was changed, or does not depend on the event alone";
}

emission_outbox::emission_outbox(emission_settings settings,
                                 std::vector<emission_target> targets)
  : settings_(std::move(settings)) {
  for (auto& x : targets) {
    applications_.push_back(std::move(x.application));
    targets_.push_back({std::move(x.store), {}});
  }
}

// -- modifiers ----------------------------------------------------------------

void emission_outbox::take(const std::shared_ptr<const keyed_emissions>& from,
                           size_t i) {
  for (size_t number = 0; number < targets_.size(); ++number) {
    auto [begin, end] = from->range(i, number);
    if (begin == end)
      continue;
    events_ += end - begin;
    auto& parts = targets_[number].parts;
    if (!parts.empty() && parts.back().of == from && parts.back().end == begin)
      parts.back().end = end;
    else
      parts.push_back({from, begin, end});
  }
  bytes_ += from->bytes_of(i);
}

void emission_outbox::record_for_others() {
  for (size_t i = 1; i < targets_.size(); ++i)
    record(i);
}

void emission_outbox::record_for_first() {
  record(0);
}

void emission_outbox::clear() {
  for (auto& x : targets_)
    x.parts.clear();
  events_ = bytes_ = 0;
}

/// Records what was taken for the target `number`.
void emission_outbox::record(size_t number) {
  auto& to = targets_[number];
  if (to.parts.size() == 1) {
    // Mostly all that was made ahead is recorded at once, as it lies there.
    auto& [of, begin, end] = to.parts.front();
    auto& whole = of->batch(number);
    if (end - begin == whole.requests.size() && end - begin <= batch_max)
      return record(to, whole);
  }
  emission_batch some;
  for (auto& x : to.parts)
    for (auto i = x.begin; i < x.end; ++i) {
      some.add(x.of->batch(number), i);
      if (some.requests.size() == batch_max)
        record(to, std::exchange(some, {}));
    }
  if (!some.requests.empty())
    record(to, some);
}

void emission_outbox::record(target& to, const emission_batch& what) const {
  auto unknown = to.expects_known ? compare(*to.store, what) : emission_batch{};
  const auto& wanted = to.expects_known ? unknown : what;
  auto known = append(*to.store, wanted);
  to.expects_known = known.requests.size() == wanted.requests.size();
  if (known.requests.empty())
    return;
  if (auto lost = compare(*to.store, known); !lost.requests.empty())
    throw store_error{describe(lost, 0) + ": its idempotency key "
                      + lost.requests.front().events.front().idempotency_key
                      + " is in the store without an event"};
}

/// Appends a batch. Returns what was not appended because it is recorded
/// already.
emission_batch emission_outbox::append(event_store& to,
                                       const emission_batch& what) const {
  emission_batch known;
  emission_batch again;
  const auto* next = &what;
  emission_batch now;
  for (auto conflicts = 0; !next->requests.empty(); ++conflicts) {
    if (conflicts > conflicts_max)
      throw store_unavailable{"streams that projection "
                              + in_quotes(settings_.projection)
                              + " emits into are changed all the time"};
    auto outcomes = to.append(next->requests);
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
emission_batch emission_outbox::compare(event_store& to,
                                        const emission_batch& what) const {
  emission_batch unknown;
  std::vector<std::string> keys;
  keys.reserve(what.requests.size());
  for (auto& x : what.requests)
    keys.push_back(x.events.front().idempotency_key);
  auto found = to.find_keys(keys);
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

// -- inspectors ---------------------------------------------------------------

void emission_outbox::add_keyed(const recorded_event& source,
                                const std::string& application,
                                std::vector<emission> events,
                                keyed_emissions& to) const {
  if (events.empty())
    return;
  auto origin = origin_behind(source, application);
  if (origin.depth > emission_depth_max)
    throw emission_refused{
      words_of(source) + " is the answer number "
      + std::to_string(emission_depth_max) + " in a row; projection "
      + in_quotes(settings_.projection)
      + " does not answer it, because projections seem to answer each other "
        "for ever"};
  std::vector<size_t> numbers;
  numbers.reserve(events.size());
  for (auto& x : events) {
    check_declared(source, x);
    numbers.push_back(target_of(x));
  }
  auto metadata = metadata_of(origin);
  for (size_t i = 0; i < events.size(); ++i) {
    auto& x = events[i];
    append_request request;
    request.stream = std::move(x.stream);
    request.events.push_back({std::move(x.topic), std::move(x.payload),
                              emission_key(settings_.projection, application,
                                           source.stream, source.version, i),
                              metadata});
    to.add(numbers[i], std::move(request),
           {application, source.stream, source.version});
  }
}

void emission_outbox::check_declared(const recorded_event& source,
                                     const emission& x) const {
  auto& declared = settings_.outputs;
  if (!declared.empty()
      && std::find(declared.begin(), declared.end(), x.topic) == declared.end())
    throw emission_refused{"projection " + in_quotes(settings_.projection)
                           + " answers " + words_of(source) + " with "
                           + in_quotes(x.topic)
                           + ", which is none of its declared outputs"};
}

/// Returns the number of the target that `x` goes to.
size_t emission_outbox::target_of(const emission& x) const {
  if (x.application.empty())
    return 0;
  auto found
    = std::find(applications_.begin(), applications_.end(), x.application);
  if (found == applications_.end())
    throw emission_refused{
      "projection " + in_quotes(settings_.projection) + " emits "
      + in_quotes(x.topic) + " into the log of application "
      + in_quotes(x.application) + ", which is none of its targets"};
  return static_cast<size_t>(found - applications_.begin());
}

/// Says which event the request `i` answers.
std::string emission_outbox::describe(const emission_batch& at, size_t i) {
  auto& x = at.sources[i];
  return "the event at version " + std::to_string(x.version) + " of stream "
         + in_quotes(x.stream) + " of application " + in_quotes(x.application);
}

} // namespace projections
