#include "projections/actors/node/registry_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace projections {

namespace {

/// Makes the last user of a chunk hand it back to the reader.
decoded_chunk return_when_unused(decoded_chunk x) {
  auto which = x.which.get();
  x.which
    = chunk_ptr{which, [owner = x.which, to = x.reader](chunk*) mutable {
                  owner->clear();
                  compat::send_anonymously(to, free_chunk{std::move(owner)});
                }};
  return x;
}

/// A batch takes requests until their replies may need this much, in bytes, so
/// that writing can begin before a whole chunk is carried out.
constexpr size_t batch_reply_bytes_max = size_t{4} << 20;

/// Replies that are under way at once if no query waits, in bytes: enough to
/// keep everybody busy. Of replies that fill a batch each, fewer do, and what
/// they are written to stays in the cache.
constexpr size_t busy_reply_bytes_max = 3 * batch_reply_bytes_max;
constexpr size_t busy_large_reply_bytes_max = 2 * batch_reply_bytes_max;

/// Batches that are under way at once if no query waits: each keeps a chunk.
constexpr size_t busy_batches_max = 4;

/// No batch is sent out while so many projections have a group to carry out. A
/// worker that runs out of work looks for some among all that wait.
constexpr size_t groups_in_flight_max = 4096;

/// So many requests before its turn, a projection is looked for: enough for
/// memory to answer, few enough for the cache to keep it.
constexpr uint32_t expected_ahead = 8;

/// How many rooms for replies are kept for the next batches.
constexpr size_t spare_rooms_max = 2;

} // namespace

registry_state::registry_state(interface::pointer self,
                               registry_settings settings, writer_actor writer,
                               projector_actor projector,
                               std::shared_ptr<shared_models> models,
                               node_observer observer)
  : self_(self), settings_(std::move(settings)), writer_(std::move(writer)),
    projector_(std::move(projector)), observer_(std::move(observer)),
    router_(settings_.routing, std::move(models),
            [this](known_projection& x) { spawn_actor(x); }) {
  compat::when_down(projector_, [me = interface{self_}](const caf::error& why) {
    compat::send_anonymously(me, projector_down{compat::render_error(why)});
  });
}

registry_state::~registry_state() {
  router_.projections().for_each([](known_projection& x) {
    if (x.may_wait)
      caf::anon_send_exit(x.actor, caf::exit_reason::user_shutdown);
  });
}

registry_actor::behavior_type registry_state::make_behavior() {
  return {
    [this](const decoded_chunk& x) {
      chunks_.push(x.which->sequence, x);
      send_out();
    },
    [this](const written_batch& x) {
      auto& batch = *x.batch;
      bytes_in_flight_ -= batch.bytes_in_flight;
      requests_in_flight_ -= batch.end() - batch.first();
      --batches_in_flight_;
      groups_in_flight_ -= batch.groups;
      batches_waiting_ -= batch.may_wait ? 1 : 0;
      batches_written_ = batch.sequence + 1;
      if (batch.may_wait)
        waiting_.pop_front();
      if (batch.has_room() && spare_rooms_.size() < spare_rooms_max)
        spare_rooms_.push_back(batch.take_room());
      send_out();
    },
    [this](input_is_full x) {
      chunks_when_full_ = x.chunks;
      send_out();
    },
    [this](version_correction x) { correct_version(x); },
    [this](const projection_down& x) { replace_actor(x); },
    [this](const projector_down& x) {
      if (!input_ended_ || batches_in_flight_ > 0)
        spdlog::error("the projector has ended, {}; its requests get error 13",
                      x.reason);
      router_.projector_has_ended(x.reason);
    },
  };
}

// -- sending out -----------------------------------------------------------------

/// Sends out as many requests as may be in flight.
void registry_state::send_out() {
  while (next_chunk()) {
    auto& r = current_->which->requests[next_request_];
    auto needed = router_.reply_bytes_max(r, router_.find_for(r));
    auto allowed = settings_.reply_bytes_in_flight_max;
    auto groups_allowed = SIZE_MAX;
    auto batches_allowed = SIZE_MAX;
    // Only behind a query that waits, replies pile up: what it waits for may be
    // far behind it.
    if (batches_waiting_ == 0) {
      allowed = std::min(allowed, needed > batch_reply_bytes_max
                                    ? busy_large_reply_bytes_max
                                    : busy_reply_bytes_max);
      groups_allowed = groups_in_flight_max;
      batches_allowed = busy_batches_max;
    }
    if (batches_in_flight_ > 0) {
      if (bytes_in_flight_ + needed > allowed
          || batches_in_flight_ >= batches_allowed
          || groups_in_flight_ >= groups_allowed) {
        let_go_of_first_query();
        return;
      }
      allowed -= bytes_in_flight_;
    }
    send_batch(std::min(allowed, batch_reply_bytes_max));
  }
  if (chunks_when_full_ == chunks_.popped())
    let_go_of_first_query();
  finish_if_done();
}

/// Has the query answered for which all that is under way waits, if there is
/// one: nothing that it waits for can be sent out before.
void registry_state::let_go_of_first_query() {
  if (waiting_.empty() || waiting_.front().is_let_go
      || waiting_.front().sequence != batches_written_)
    return;
  auto& first = waiting_.front();
  first.is_let_go = true;
  compat::send_anonymously(first.actor, let_go_of_query{first.sequence});
}

/// Makes sure that `current_` has a request left. Returns false if none has
/// come.
bool registry_state::next_chunk() {
  for (;;) {
    if (current_) {
      if (next_request_ < current_->which->requests.size())
        return true;
      if (current_->which->last)
        end_input();
      compat::send(self_, current_->reader, chunk_sent_out{});
      // The chunk goes back to the reader when its last batch lets go of it.
      current_.reset();
    }
    auto next = chunks_.pop();
    if (!next)
      return false;
    next_request_ = 0;
    current_ = return_when_unused(std::move(*next));
  }
}

/// Sends out one batch whose replies need at most `reply_bytes_allowed`, or of
/// one request.
void registry_state::send_batch(size_t reply_bytes_allowed) {
  auto batch = make_batch();
  router_.begin_batch(requests_in_flight_, bytes_in_flight_);
  auto& requests = current_->which->requests;
  size_t reply_bytes = 0;
  for (auto i = next_request_; i < requests.size(); ++i) {
    auto& r = requests[i];
    if (i + expected_ahead < requests.size())
      router_.expect(requests[i + expected_ahead]);
    auto x = router_.find_for(r);
    auto bytes = router_.reply_bytes_max(r, x);
    // Nothing that is answered now stands in front of a query that may wait.
    auto may_wait = r.kind == request_kind::query_projection
                    && r.has_min_version && x != nullptr
                    && x->version < r.min_version;
    if (i > next_request_
        && (may_wait || reply_bytes + bytes > reply_bytes_allowed))
      break;
    if (may_wait) {
      batch->may_wait = true;
      waiting_.push_back({batch->sequence, x->actor});
    }
    reply_bytes += bytes;
    batch->add_one();
    router_.route(*batch, i, x, routed_);
  }
  next_request_ = batch->end();
  batch->bytes_in_flight = reply_bytes;
  bytes_in_flight_ += reply_bytes;
  requests_in_flight_ += batch->end() - batch->first();
  ++batches_in_flight_;
  batches_waiting_ += batch->may_wait ? 1 : 0;
  if (!routed_.is_empty())
    batch->use_room(find_room(reply_bytes));
  batch->groups = routed_.groups.size();
  groups_in_flight_ += batch->groups;
  // Sent from nobody, actors are spread over the workers. Sent from here, they
  // would all wait for this worker until others steal them, and a steal walks
  // through all that wait.
  for (auto& x : routed_.groups)
    compat::send_anonymously(x.actor, request_group{batch, x.first});
  if (routed_.projector_first != request::none)
    compat::send(self_, projector_,
                 request_group{batch, routed_.projector_first});
  routed_.clear();
}

/// Returns room for `bytes` of replies, used before if possible: fresh pages
/// are a good part of what a reply costs.
reply_room registry_state::find_room(size_t bytes) {
  reply_room result;
  if (!spare_rooms_.empty()) {
    result = std::move(spare_rooms_.back());
    spare_rooms_.pop_back();
  }
  auto much_too_large
    = result.bytes > batch_reply_bytes_max && result.bytes / 4 > bytes;
  if (result.bytes < bytes || much_too_large)
    result = reply_room{bytes};
  return result;
}

/// Returns a batch that begins with the next request and goes to the writer
/// when the last handle to it is gone.
batch_ptr registry_state::make_batch() {
  auto batch = std::make_unique<request_batch>(current_->which, next_request_);
  batch->sequence = batches_made_++;
  return batch_ptr{
    batch.release(),
    [writer = writer_, me = interface{self_}](request_batch* finished) {
      compat::send_anonymously(writer, finished_batch{batch_ptr{finished}, me});
    }};
}

/// Tells projections with queries that may wait that nothing comes any more.
void registry_state::end_input() {
  input_ended_ = true;
  router_.projections().for_each([this](known_projection& x) {
    if (x.may_wait)
      compat::send(self_, x.actor, end_of_input{});
  });
}

void registry_state::finish_if_done() {
  if (input_ended_ && batches_in_flight_ == 0)
    compat::send(self_, observer_, node_finished{0});
}

// -- projections -----------------------------------------------------------------

/// Spawns the actor of `x`, and hears when it ends.
void registry_state::spawn_actor(known_projection& x) {
  interface me {
    self_
  };
  x.actor = compat::spawn_state<projection_state>(
    self_->system(), me, x.instance, x.shared, settings_.routing.style);
  // It ends without a reason only when its projection is deleted.
  compat::when_down(
    x.actor, [me, instance = x.instance](const caf::error& why) {
      if (why)
        compat::send_anonymously(
          me, projection_down{instance, compat::render_error(why)});
    });
}

/// Has a new actor go on where one ended, unless its projection was deleted.
void registry_state::replace_actor(const projection_down& ended) {
  auto x = router_.projections().find_instance(ended.instance);
  if (x == nullptr)
    return;
  auto& projection = *x->shared->projection;
  spdlog::error(
    "the actor of projection \"{}\" has ended, {}; another one goes "
    "on at version {}",
    x->name, ended.reason, projection.version());
  router_.actor_was_replaced(ended.reason);
  x->version = projection.version();
  x->rebuilds = 0;
  x->may_wait = false;
  x->shared->state_bytes = projection.state().bytes();
  x->shared->growth_included = x->growth_sent;
  x->instance = router_.projections().next_instance();
  spawn_actor(*x);
}

void registry_state::correct_version(version_correction correction) {
  auto x = router_.projections().find_instance(correction.instance);
  if (x == nullptr)
    return;
  if (x->rebuilds == correction.rebuilds)
    x->version += static_cast<uint64_t>(correction.events);
  // A query that was sent for a version reached by then may wait after all.
  x->may_wait = true;
  if (input_ended_)
    compat::send(self_, x->actor, end_of_input{});
}

} // namespace projections
