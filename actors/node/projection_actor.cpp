#include "projections/actors/node/projection_actor.hpp"

#include "projections/folds/states/fold_ahead.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace projections {

namespace {

using std::chrono::milliseconds;

/// The longest that a query waits.
constexpr uint64_t timeout_ms_max = uint64_t{365} * 24 * 60 * 60 * 1000;

/// Builds replies in a buffer that all projections of a thread share: one each
/// would be most of what a small projection costs.
reply_encoder& encoder(json_style style) {
  thread_local reply_encoder result{style};
  result.use(style);
  return result;
}

/// Has `r` brought into the cache: requests for one projection lie far apart.
void prefetch(const request& r) {
  constexpr size_t line_bytes = 64;
  auto begin = reinterpret_cast<const char*>(&r);
  for (size_t i = 0; i < sizeof(request); i += line_bytes)
    __builtin_prefetch(begin + i);
}

} // namespace

shared_projection::shared_projection(std::unique_ptr<named_projection> owned)
  : projection(std::move(owned)), initial_bytes(projection->state().bytes()),
    state_bytes(initial_bytes) {
  // nop
}

projection_state::projection_state(interface::pointer self,
                                   registry_actor registry, uint64_t instance,
                                   std::shared_ptr<shared_projection> shared,
                                   json_style style)
  : self_(self), registry_(std::move(registry)), instance_(instance),
    shared_(std::move(shared)), style_(style) {
  // nop
}

projection_actor::behavior_type projection_state::make_behavior() {
  return {
    [this](const request_group& group) { carry_out(group); },
    [this](end_of_input) {
      refuse_waiting(error_code::timeout,
                     "the input ended before the version was reached");
    },
    [this](let_go_of_query x) { let_go(x.batch); },
    [this](check_waiting) { check_waiting_queries(); },
  };
}

void projection_state::carry_out(const request_group& group) {
  auto& batch = *group.batch;
  uint64_t growth = 0;
  for (auto i = group.first; i != request::none; i = batch.at(i).next) {
    auto& r = batch.at(i);
    if (r.next != request::none)
      prefetch(batch.at(r.next));
    growth += r.growth_bytes;
    switch (r.kind) {
      case request_kind::update_projection:
        update(batch, i);
        break;
      case request_kind::rebuild_projection:
        rebuild(batch, i);
        break;
      case request_kind::query_projection:
        query(group.batch, i);
        break;
      default:
        remove(batch, i);
    }
  }
  shared_->state_bytes.store(projection().state().bytes(),
                             std::memory_order_relaxed);
  shared_->growth_included.fetch_add(growth, std::memory_order_release);
}

void projection_state::update(request_batch& batch, uint32_t i) {
  if (refuse_if_gone(batch, i))
    return correct_version(-1);
  auto& r = batch.at(i);
  try {
    projection().apply({r.value, r.identity});
  } catch (const std::exception& e) {
    correct_version(-1);
    refuse(batch, i, error_code::crash,
           "the fold failed: " + escaped(e.what()));
    return;
  }
  auto& reply = encoder(style_)
                  .begin(r, "projection_updated")
                  .string(projection_key, r.name)
                  .number(version_key, projection().version());
  if (r.include_state)
    batch.answer(i, reply.name(state_key).head(), projection().state(),
                 reply.tail());
  else
    batch.answer(i, reply.end());
  if (!waiting_.empty())
    answer_reached();
}

void projection_state::rebuild(request_batch& batch, uint32_t i) {
  auto& r = batch.at(i);
  auto& in = *batch.in();
  auto event = in.events.data() + r.first_event;
  auto next = [&] {
    auto& x = *event++;
    return event_data{in.normalised_text(x.data_begin, x.data_length),
                      in.normalised_text(x.identity_begin, x.identity_length)};
  };
  auto version_before = projection().version();
  ++rebuilds_;
  try {
    if (auto ahead = find_ahead(in, r)) {
      event += ahead->count;
      projection().rebuild(std::move(ahead->state), ahead->count, r.event_count,
                           next);
    } else {
      projection().rebuild(r.event_count, next);
    }
  } catch (const std::exception& e) {
    correct_version(static_cast<int64_t>(version_before)
                    - static_cast<int64_t>(r.event_count));
    refuse(batch, i, error_code::crash,
           "the fold failed: " + escaped(e.what()));
    return;
  }
  batch.answer(i, encoder(style_)
                    .begin(r, "projection_rebuilt")
                    .string(projection_key, r.name)
                    .number(events_processed_key, r.event_count)
                    .number(version_key, projection().version())
                    .end());
  if (!waiting_.empty())
    answer_reached();
}

/// Returns what was folded of the rebuild `r` already, if it can be used.
fold_ahead* projection_state::find_ahead(const chunk& in, const request& r) {
  if (!projection().merges_into_array())
    return nullptr;
  for (auto& x : in.ahead)
    if (x.first_event == r.first_event && x.fold->count <= r.event_count
        && !x.fold->failed)
      return x.fold.get();
  return nullptr;
}

void projection_state::query(const batch_ptr& batch, uint32_t i) {
  if (refuse_if_gone(*batch, i))
    return;
  auto& r = batch->at(i);
  if (!r.has_min_version || projection().version() >= r.min_version)
    return answer_state(*batch, i);
  if (r.timeout_ms == 0)
    return refuse_late(*batch, i);
  milliseconds timeout{std::min(r.timeout_ms, timeout_ms_max)};
  auto deadline = self_->clock().now() + timeout;
  waiting_.push_back({batch, i, deadline});
  if (!next_check_ || deadline < *next_check_)
    check_at(deadline);
}

/// Has itself told when it is time to look for late queries.
void projection_state::check_at(std::chrono::steady_clock::time_point when) {
  next_check_ = when;
  auto delay = std::chrono::ceil<milliseconds>(when - self_->clock().now());
  compat::send_later(self_, interface{self_}, std::max(delay, milliseconds{0}),
                     check_waiting{});
}

/// Answers the queries whose time is over. There is one timer out for all that
/// wait, and earlier ones of which this takes no notice.
void projection_state::check_waiting_queries() {
  auto now = self_->clock().now();
  if (!next_check_ || now < *next_check_)
    return;
  next_check_.reset();
  auto due = std::stable_partition(
    waiting_.begin(), waiting_.end(),
    [now](const waiting_query& x) { return x.deadline > now; });
  for (auto i = due; i != waiting_.end(); ++i)
    refuse_late(*i->batch, i->place);
  waiting_.erase(due, waiting_.end());
  if (waiting_.empty())
    return;
  auto next
    = std::min_element(waiting_.begin(), waiting_.end(), [](auto& x, auto& y) {
        return x.deadline < y.deadline;
      });
  check_at(next->deadline);
}

void projection_state::remove(request_batch& batch, uint32_t i) {
  auto& r = batch.at(i);
  batch.answer(i, encoder(style_)
                    .begin(r, "projection_deleted")
                    .string(projection_key, r.name)
                    .number(version_key, projection().version())
                    .end());
  refuse_waiting(error_code::key_does_not_exist,
                 "the projection was deleted while the query waited");
  self_->quit();
}

void projection_state::answer_state(request_batch& batch, uint32_t i) {
  auto& reply = encoder(style_)
                  .begin(batch.at(i), "projection_state")
                  .string(projection_key, batch.at(i).name)
                  .number(version_key, projection().version())
                  .name(state_key);
  batch.answer(i, reply.head(), projection().state(), reply.tail());
}

/// Answers request `i` with an error whose text begins with the projection.
void projection_state::refuse(request_batch& batch, uint32_t i, error_code code,
                              std::string_view text) {
  auto& r = batch.at(i);
  auto whole = "projection " + shown_name(r.name) + ": ";
  whole += text;
  if (code == error_code::crash)
    spdlog::error("{}", whole);
  batch.answer(i, encoder(style_).error(r, code, whole));
}

/// Answers a query whose time is over.
void projection_state::refuse_late(request_batch& batch, uint32_t i) {
  auto& r = batch.at(i);
  refuse(batch, i, error_code::timeout,
         "version " + std::to_string(r.min_version) + " was not reached within "
           + std::to_string(r.timeout_ms) + " ms");
}

/// Answers the query that the batch begins with, if it still waits.
void projection_state::let_go(uint64_t batch) {
  auto found = std::find_if(waiting_.begin(), waiting_.end(), [=](auto& x) {
    return x.batch->sequence == batch && x.place == x.batch->first();
  });
  if (found == waiting_.end())
    return;
  refuse(*found->batch, found->place, error_code::timeout,
         "the version was not reached by the requests behind it that may be "
         "under way (--max-bytes-in-flight)");
  waiting_.erase(found);
}

void projection_state::refuse_waiting(error_code code, std::string_view text) {
  for (auto& x : waiting_)
    refuse(*x.batch, x.place, code, text);
  waiting_.clear();
}

/// Answers the queries whose version is reached, with the state as it is now.
void projection_state::answer_reached() {
  auto version = projection().version();
  auto reached = std::stable_partition(
    waiting_.begin(), waiting_.end(), [version](const waiting_query& x) {
      return x.batch->at(x.place).min_version > version;
    });
  for (auto i = reached; i != waiting_.end(); ++i)
    answer_state(*i->batch, i->place);
  waiting_.erase(reached, waiting_.end());
}

/// Tells the registry, which counts every event that it sends, that `events`
/// more were applied.
void projection_state::correct_version(int64_t events) {
  compat::send(self_, registry_,
               version_correction{instance_, rebuilds_, events});
}

/// Refuses request `i` if a fold was cut off and left no state to go on from.
bool projection_state::refuse_if_gone(request_batch& batch, uint32_t i) {
  if (projection().intact())
    return false;
  refuse(batch, i, error_code::crash,
         "its state was lost in a failure; rebuild or delete it");
  return true;
}

} // namespace projections
