#include "projections/actors/node/event_dispatcher.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <utility>

namespace projections {

namespace {

/// How many event types are remembered with the read models they concern.
constexpr size_t known_types_max = 4096;

/// So many requests before its turn, an event's id is looked for: enough for
/// memory to answer, few enough for the cache to keep it.
constexpr size_t expected_ahead = 16;

constexpr event_dispatcher::model_set bit(size_t model) {
  return event_dispatcher::model_set{1} << model;
}

} // namespace

event_dispatcher::event_dispatcher(
  const std::vector<std::shared_ptr<read_model>>& models, json_style style,
  size_t dedup_window)
  : models_(models), encoder_(style), processed_(dedup_window),
    todo_(models.size()) {
  // nop
}

void event_dispatcher::begin(const batch_ptr& batch, uint32_t first) {
  batch_ = batch;
  first_number_ = processed_.next_number();
  std::array<hash_128, expected_ahead> hashes;
  auto expected = first;
  size_t n_expected = 0;
  size_t n = 0;
  for (auto i = first; i != request::none; i = batch_->at(i).next, ++n) {
    for (; expected != request::none && n_expected < n + expected_ahead;
         expected = batch_->at(expected).next, ++n_expected)
      hashes[n_expected % expected_ahead] = expect(expected);
    auto& r = batch_->at(i);
    switch (r.kind) {
      case request_kind::subscribe:
        subscriptions_.subscribe(r.value);
        answer_subscription(i, "subscribed");
        break;
      case request_kind::unsubscribe:
        subscriptions_.unsubscribe(r.value);
        answer_subscription(i, "unsubscribed");
        break;
      case request_kind::process_event:
        take_event(i, hashes[n % expected_ahead]);
        break;
      default:
        query_later(i);
    }
  }
}

std::vector<std::unique_ptr<model_round>> event_dispatcher::next_wave() {
  std::vector<std::unique_ptr<model_round>> result;
  if (has_failures_)
    has_failures_ = settle_failures();
  for (size_t m = 0; m < todo_.size(); ++m) {
    if (todo_[m].empty())
      continue;
    auto& round = result.emplace_back(std::make_unique<model_round>());
    round->model = m;
    round->batch = batch_;
    round->requests = std::exchange(todo_[m], {});
  }
  rounds_out_ = result.size();
  if (result.empty())
    finish();
  return result;
}

void event_dispatcher::take_back(const model_round& round) {
  --rounds_out_;
  note_outcomes(round);
}

/// Returns the hash of the id that event `i` brings along, if it does, and has
/// what is known of the id brought into the cache.
hash_128 event_dispatcher::expect(uint32_t i) const {
  auto& r = batch_->at(i);
  if (r.kind != request_kind::process_event || r.event_id.empty())
    return {};
  auto result = processed_.hash_of(r.event_id);
  processed_.prefetch(result);
  return result;
}

/// Decides about event `i`: a redelivery, not subscribed to, or to be applied.
/// `own_id` is the hash of the id that it brings along, if it does.
void event_dispatcher::take_event(uint32_t i, hash_128 own_id) {
  auto& r = batch_->at(i);
  auto id = r.event_id;
  auto subscribed = subscriptions_.take(r.event_type);
  auto record = id_record{};
  auto derived = derived_identity{};
  if (id.empty()) {
    derived = identity_.derive(r.event_type, r.value, [this](auto text) {
      return processed_.find(text);
    });
    id = derived_ids_.emplace_back(derived.id);
  }
  auto hash = r.event_id.empty() ? processed_.hash_of(id) : own_id;
  if (!r.event_id.empty() || derived.known)
    record = processed_.find(hash);
  if (record.use != id_use::unknown) {
    if (auto original = find_pending(record.number))
      redeliveries_.push_back({i, *original, subscribed});
    else
      answer_skipped(i, id, "already_processed");
    return;
  }
  if (!subscribed)
    return answer_skipped(i, id, "not_subscribed");
  pending_event event;
  event.request = i;
  event.id = id;
  event.hash = hash;
  event.derived = r.event_id.empty();
  event.content = derived.content;
  apply_later(event);
}

/// Remembers `event` as processed and gives it to the read models that it
/// concerns and that did not apply it already.
void event_dispatcher::apply_later(pending_event event) {
  event.number = processed_.next_number();
  if (event.derived)
    processed_.insert_derived(event.hash, event.content);
  else
    processed_.insert(event.hash);
  event.concerned = concerned_by(batch_->at(event.request).event_type);
  if (!partly_applied_.empty()) {
    if (auto before = partly_applied_.find(event.id);
        before != partly_applied_.end()) {
      event.applied = before->second.applied;
      event.taken = before->second.taken;
      partly_applied_.erase(before);
    }
  }
  for (size_t m = 0; m < models_.size(); ++m) {
    if ((event.concerned & ~event.applied & bit(m)) == 0)
      continue;
    // Only what is tried again comes out of order.
    auto& todo = todo_[m];
    todo.insert(todo.empty() || todo.back() < event.request
                  ? todo.end()
                  : std::lower_bound(todo.begin(), todo.end(), event.request),
                event.request);
  }
  pending_.push_back(event);
}

/// Returns which of the pending events the processed id `number` belongs to, if
/// it was inserted by this group.
std::optional<size_t> event_dispatcher::find_pending(id_number number) const {
  // Numbers wrap around, so only their distances can be compared.
  auto distance
    = [this](id_number x) { return static_cast<id_number>(x - first_number_); };
  auto place = std::partition_point(
    pending_.begin(), pending_.end(), [&](const pending_event& x) {
      return distance(x.number) < distance(number);
    });
  if (place == pending_.end() || place->number != number)
    return std::nullopt;
  return static_cast<size_t>(place - pending_.begin());
}

void event_dispatcher::query_later(uint32_t i) {
  auto& r = batch_->at(i);
  auto named = [&](auto& model) { return model->name() == r.name; };
  auto model = std::find_if(models_.begin(), models_.end(), named);
  if (model == models_.end())
    batch_->answer(
      i, encoder_.error(r, error_code::key_does_not_exist,
                        "there is no read model " + shown_name(r.name)));
  else
    todo_[static_cast<size_t>(model - models_.begin())].push_back(i);
}

/// Notes what a read model did, and what is left for it to do.
void event_dispatcher::note_outcomes(const model_round& round) {
  auto& done = round.outcomes;
  auto model = bit(round.model);
  // Both lists are mostly in the order of the requests, so one walk joins them.
  size_t p = 0;
  auto event_of = [&](uint32_t request) -> pending_event& {
    while (pending_[p].request != request)
      p = p + 1 == pending_.size() ? 0 : p + 1;
    return pending_[p];
  };
  for (size_t i = 0; i < done.size(); ++i) {
    if (done[i] == model_round::outcome::answered)
      continue;
    auto& event = event_of(round.requests[i]);
    event.applied |= model;
    if (done[i] == model_round::outcome::taken)
      event.taken |= model;
  }
  if (done.size() == round.requests.size())
    return;
  has_failures_ = true;
  auto failed = round.requests[done.size()];
  auto& r = batch_->at(failed);
  if (r.reply.empty())
    batch_->answer(failed, encoder_.error(r, error_code::crash,
                                          "read model \\\""
                                            + models_[round.model]->name()
                                            + "\\\" failed"));
  if (r.kind == request_kind::process_event)
    event_of(failed).failed |= model;
  todo_[round.model].assign(round.requests.begin()
                              + static_cast<ptrdiff_t>(done.size() + 1),
                            round.requests.end());
}

/// Forgets the events that failed, so that their redeliveries are applied, and
/// applies those that came in the same group. Returns whether some have to wait
/// because read models are not done with them.
bool event_dispatcher::settle_failures() {
  auto some_wait = false;
  for (size_t p = 0; p < pending_.size(); ++p) {
    auto event = pending_[p];
    if (event.failed == 0 || event.settled)
      continue;
    if ((event.concerned & ~event.applied & ~event.failed) != 0) {
      some_wait = true;
      continue;
    }
    pending_[p].settled = true;
    if (auto record = processed_.find(event.hash);
        record.use != id_use::unknown && record.number == event.number)
      processed_.forget(event.number);
    if (partly_applied_.size() < partly_applied_max)
      partly_applied_.insert_or_assign(
        std::string{event.id}, partly_applied{event.applied, event.taken});
    else
      spdlog::error("more than {} events failed; if event \"{}\" comes again, "
                    "all read models apply it",
                    partly_applied_max, event.id);
    retry_redeliveries(p);
  }
  return some_wait;
}

/// Applies the first redelivery of the failed event `p` that is subscribed to.
void event_dispatcher::retry_redeliveries(size_t p) {
  auto retried = pending_.size();
  for (auto& x : redeliveries_) {
    if (x.original != p || x.answered)
      continue;
    if (pending_.size() > retried) {
      x.original = retried;
    } else if (x.subscribed) {
      x.answered = true;
      auto event = pending_[p];
      event.request = x.request;
      event.applied = 0;
      event.taken = 0;
      event.failed = 0;
      event.settled = false;
      apply_later(event);
    } else {
      x.answered = true;
      answer_skipped(x.request, pending_[p].id, "not_subscribed");
    }
  }
}

/// Answers what is left of the group: all its events are applied.
void event_dispatcher::finish() {
  for (auto& event : pending_)
    if (event.failed == 0)
      answer_updated(event);
  for (auto& x : redeliveries_)
    if (!x.answered)
      answer_skipped(x.request, pending_[x.original].id, "already_processed");
  pending_.clear();
  redeliveries_.clear();
  derived_ids_.clear();
  batch_.reset();
}

void event_dispatcher::answer_updated(const pending_event& event) {
  auto& r = batch_->at(event.request);
  batch_->answer(event.request,
                 encoder_.begin(r, "read_models_updated")
                   .string(event_id_key, event.id)
                   .raw(updated_models_key, names_of(event.taken))
                   .end());
}

void event_dispatcher::answer_skipped(uint32_t i, std::string_view id,
                                      std::string_view reason) {
  batch_->answer(i, encoder_.begin(batch_->at(i), "event_skipped")
                      .string(event_id_key, id)
                      .string(reason_key, reason)
                      .end());
}

void event_dispatcher::answer_subscription(uint32_t i, std::string_view type) {
  auto& r = batch_->at(i);
  batch_->answer(i,
                 encoder_.begin(r, type).raw(event_types_key, r.value).end());
}

event_dispatcher::model_set
event_dispatcher::concerned_by(std::string_view event_type) {
  if (auto known = concerned_.find(event_type); known != concerned_.end())
    return known->second;
  model_set result = 0;
  for (size_t m = 0; m < models_.size(); ++m)
    if (models_[m]->concerns(event_type))
      result |= bit(m);
  if (concerned_.size() < known_types_max)
    concerned_.emplace(event_type, result);
  return result;
}

/// Returns the array of the names of `models`.
std::string_view event_dispatcher::names_of(model_set models) {
  if (models == named_models_)
    return names_;
  names_ = "[";
  for (size_t m = 0; m < models_.size(); ++m) {
    if ((models & bit(m)) == 0)
      continue;
    if (names_.size() > 1)
      names_ += encoder_.style().comma;
    names_ += '"';
    names_ += models_[m]->name();
    names_ += '"';
  }
  names_ += ']';
  named_models_ = models;
  return names_;
}

} // namespace projections
