#include "actors/registry.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
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

/// Replies that are under way at once if no query waits, in bytes.
constexpr size_t busy_reply_bytes_max = 2 * batch_reply_bytes_max;

/// How many rooms for replies are kept for the next batches.
constexpr size_t spare_rooms_max = 2;

/// What `list` says of a projection besides its name, in bytes at most.
constexpr size_t list_item_bytes_max = 48;

/// By how much an event may make the rows of a read model grow besides its own
/// text, in bytes: names of fields, and what separates rows.
constexpr size_t row_frame_bytes = 256;

} // namespace

registry_state::registry_state(interface::pointer self,
                               registry_settings settings, writer_actor writer,
                               projector_actor projector,
                               std::shared_ptr<shared_models> models,
                               node_observer observer)
  : self_(self), settings_(std::move(settings)), writer_(std::move(writer)),
    projector_(std::move(projector)), models_(std::move(models)),
    observer_(std::move(observer)), encoder_(settings_.style) {
  if (!settings_.make_projection)
    settings_.make_projection
      = [](std::string name, std::string_view initial, json_style style) {
          return std::make_unique<named_projection>(std::move(name), initial,
                                                    style);
        };
  compat::when_down(projector_, [me = interface{self_}](const caf::error& why) {
    compat::send_anonymously(me, projector_down{compat::render_error(why)});
  });
}

registry_state::~registry_state() {
  projections_.for_each([](known_projection& x) {
    if (x.may_wait)
      caf::anon_send_exit(x.actor, caf::exit_reason::user_shutdown);
  });
}

registry_actor::behavior_type registry_state::make_behavior() {
  return {
    [this](const decoded_chunk& x) {
      early_.emplace(x.which->sequence, x);
      send_out();
    },
    [this](const written_batch& x) {
      auto& batch = *x.batch;
      bytes_in_flight_ -= batch.bytes_in_flight;
      --batches_in_flight_;
      batches_waiting_ -= batch.may_wait ? 1 : 0;
      if (batch.has_room() && spare_rooms_.size() < spare_rooms_max)
        spare_rooms_.push_back(batch.take_room());
      send_out();
    },
    [this](version_correction x) { correct_version(x); },
    [this](const projection_down& x) { replace_actor(x); },
    [this](const projector_down& x) {
      if (!input_ended_ || batches_in_flight_ > 0)
        spdlog::error("the projector has ended, {}; its requests get error 13",
                      x.reason);
      projector_is_gone_ = true;
    },
  };
}

// -- sending out -----------------------------------------------------------------

/// Sends out as many requests as may be in flight.
void registry_state::send_out() {
  while (next_chunk()) {
    // Behind a query that waits, replies pile up; else a few are enough to keep
    // everybody busy.
    auto allowed = settings_.reply_bytes_in_flight_max;
    if (batches_waiting_ == 0)
      allowed = std::min(allowed, busy_reply_bytes_max);
    if (batches_in_flight_ > 0) {
      if (bytes_in_flight_ >= allowed)
        return;
      allowed -= bytes_in_flight_;
      auto& r = current_->which->requests[next_request_];
      if (reply_bytes_max(r, find_for(r)) > allowed)
        return;
    }
    send_batch(std::min(allowed, batch_reply_bytes_max));
  }
  finish_if_done();
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
    auto next = early_.find(chunks_taken_);
    if (next == early_.end())
      return false;
    auto taken = std::move(next->second);
    early_.erase(next);
    ++chunks_taken_;
    next_request_ = 0;
    current_ = return_when_unused(std::move(taken));
  }
}

/// Sends out one batch whose replies need at most `reply_bytes_allowed`, or of
/// one request.
void registry_state::send_batch(size_t reply_bytes_allowed) {
  auto batch = make_batch();
  auto& requests = current_->which->requests;
  size_t reply_bytes = 0;
  for (auto i = next_request_; i < requests.size(); ++i) {
    auto& r = requests[i];
    auto x = find_for(r);
    auto bytes = reply_bytes_max(r, x);
    // Nothing that is answered now stands in front of a query that may wait.
    auto may_wait = r.kind == request_kind::query_projection
                    && r.has_min_version && x != nullptr
                    && x->version < r.min_version;
    if (i > next_request_
        && (may_wait || reply_bytes + bytes > reply_bytes_allowed))
      break;
    batch->may_wait |= may_wait;
    reply_bytes += bytes;
    batch->add_one();
    route(*batch, i, x);
  }
  next_request_ = batch->end();
  batch->bytes_in_flight = reply_bytes;
  bytes_in_flight_ += reply_bytes;
  ++batches_in_flight_;
  batches_waiting_ += batch->may_wait ? 1 : 0;
  if (!groups_.empty() || projector_first_ != request::none)
    batch->use_room(find_room(reply_bytes));
  // Sent from nobody, actors are spread over the workers. Sent from here, they
  // would all wait for this worker until others steal them, and a steal walks
  // through all that wait.
  for (auto& x : groups_)
    compat::send_anonymously(x.actor, request_group{batch, x.first});
  groups_.clear();
  if (projector_first_ != request::none)
    compat::send(self_, projector_, request_group{batch, projector_first_});
  projector_first_ = request::none;
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

/// Sends request `i` of the batch, which names the projection `x` or none, on
/// its way, or answers it.
void registry_state::route(request_batch& batch, uint32_t i,
                           known_projection* x) {
  auto& r = batch.at(i);
  if (r.kind == request_kind::stray_reply)
    return spdlog::warn("a reply came in that nobody asked for; ignored");
  if (!choose_envelope(batch, i))
    return;
  switch (r.kind) {
    case request_kind::refused:
      return refuse(batch, i, r.error, r.name);
    case request_kind::init:
      return init(batch, i);
    case request_kind::create_projection:
      return create(batch, i, x);
    case request_kind::update_projection:
    case request_kind::rebuild_projection:
      return change(batch, i, x);
    case request_kind::query_projection:
      return query(batch, i, x);
    case request_kind::list_projections:
      return list(batch, i);
    case request_kind::delete_projection:
      return remove(batch, i, x);
    default:
      return add_to_projector(batch, i);
  }
}

void registry_state::add_to_group(request_batch& batch, uint32_t i,
                                  known_projection& to) {
  if (to.batch == batch.sequence) {
    batch.at(to.last_in_batch).next = i;
  } else {
    to.batch = batch.sequence;
    groups_.push_back({to.actor, i});
  }
  to.last_in_batch = i;
}

void registry_state::add_to_projector(request_batch& batch, uint32_t i) {
  if (projector_is_gone_)
    return refuse(batch, i, error_code::crash, "the projector has ended");
  auto& r = batch.at(i);
  if (r.kind == request_kind::process_event) {
    r.growth_bytes = 2 * r.value.size() + row_frame_bytes;
    rows_growth_sent_ += r.growth_bytes;
  }
  if (projector_first_ == request::none)
    projector_first_ = i;
  else
    batch.at(projector_last_).next = i;
  projector_last_ = i;
}

/// Tells projections with queries that may wait that nothing comes any more.
void registry_state::end_input() {
  input_ended_ = true;
  projections_.for_each([this](known_projection& x) {
    if (x.may_wait)
      compat::send(self_, x.actor, end_of_input{});
  });
}

void registry_state::finish_if_done() {
  if (input_ended_ && batches_in_flight_ == 0)
    compat::send(self_, observer_, node_finished{0});
}

// -- requests that end here ------------------------------------------------------

/// Decides how the reply to request `i` looks. Returns false if the request was
/// refused for not coming in an envelope.
bool registry_state::choose_envelope(request_batch& batch, uint32_t i) {
  auto& r = batch.at(i);
  auto is_init = r.kind == request_kind::init;
  if (is_init && r.enveloped && !node_id_)
    node_id_
      = std::make_shared<const std::string>('"' + std::string{r.name} + '"');
  r.answer_in_envelope
    = settings_.replies == reply_mode::envelope
      || (settings_.replies == reply_mode::automatic && node_id_ != nullptr);
  // Whoever writes the reply may outlive this actor, but not the chunk.
  if (batch.in()->node_id != node_id_)
    batch.in()->node_id = node_id_;
  r.node = node_id_ ? std::string_view{*node_id_} : r.destination;
  if (r.enveloped || !(r.answer_in_envelope || is_init)
      || r.kind == request_kind::refused)
    return true;
  refuse(batch, i, error_code::malformed_request,
         "the request must come in an envelope");
  return false;
}

void registry_state::init(request_batch& batch, uint32_t i) {
  if (initialised_)
    return refuse(batch, i, error_code::precondition_failed,
                  "this node was initialised already");
  initialised_ = true;
  batch.answer(i, encoder_.begin(batch.at(i), "init_ok").end());
}

void registry_state::create(request_batch& batch, uint32_t i,
                            const known_projection* x) {
  auto& r = batch.at(i);
  if (x != nullptr)
    return refuse(batch, i, error_code::key_already_exists,
                  "there is a projection " + shown_name(r.name) + " already");
  if (make(batch, i, r.value) == nullptr)
    return;
  batch.answer(i, encoder_.begin(r, "projection_created")
                    .string(name_key, r.name)
                    .number(version_key, 0)
                    .end());
}

/// Sends an update or rebuild on; makes the projection if there is none.
void registry_state::change(request_batch& batch, uint32_t i,
                            known_projection* x) {
  auto& r = batch.at(i);
  if (x == nullptr)
    x = make(batch, i, "[]");
  if (x == nullptr)
    return;
  count_growth(r, *batch.in(), *x, settings_.style.comma.size());
  if (r.kind == request_kind::update_projection) {
    ++x->version;
  } else {
    x->version = r.event_count;
    ++x->rebuilds;
  }
  add_to_group(batch, i, *x);
}

void registry_state::query(request_batch& batch, uint32_t i,
                           known_projection* x) {
  auto& r = batch.at(i);
  if (x == nullptr)
    return refuse_unknown(batch, i);
  x->may_wait |= r.has_min_version && x->version < r.min_version;
  add_to_group(batch, i, *x);
}

void registry_state::remove(request_batch& batch, uint32_t i,
                            known_projection* x) {
  if (x == nullptr)
    return refuse_unknown(batch, i);
  add_to_group(batch, i, *x);
  projections_.remove(*x);
}

void registry_state::list(request_batch& batch, uint32_t i) {
  auto style = settings_.style;
  encoder_.begin(batch.at(i), "projection_list").name(projections_key);
  auto before = std::string_view{"["};
  for (auto x : projections_.sorted()) {
    encoder_.piece(before).piece("{\"name\"").piece(style.colon).piece("\"");
    encoder_.piece(x->name()).piece("\"").number(version_key, x->version);
    encoder_.piece("}");
    before = style.comma;
  }
  if (projections_.size() == 0)
    encoder_.piece(before);
  batch.answer(i, encoder_.piece("]").end());
}

void registry_state::refuse(request_batch& batch, uint32_t i, error_code code,
                            std::string_view text) {
  batch.answer(i, encoder_.error(batch.at(i), code, text));
}

void registry_state::refuse_unknown(request_batch& batch, uint32_t i) {
  refuse(batch, i, error_code::key_does_not_exist,
         "there is no projection " + shown_name(batch.at(i).name));
}

// -- projections -----------------------------------------------------------------

/// Returns the projection that `r` names, if it names one that there is.
known_projection* registry_state::find_for(const request& r) const {
  switch (r.kind) {
    case request_kind::create_projection:
    case request_kind::update_projection:
    case request_kind::rebuild_projection:
    case request_kind::query_projection:
    case request_kind::delete_projection:
      return projections_.find(r.name);
    default:
      return nullptr;
  }
}

/// Makes the projection that request `i` names. If it cannot be made, refuses
/// the request and returns null.
known_projection* registry_state::make(request_batch& batch, uint32_t i,
                                       std::string_view initial_state) {
  try {
    auto& x = projections_.add(settings_.make_projection(
      std::string{batch.at(i).name}, initial_state, settings_.style));
    spawn_actor(x);
    return &x;
  } catch (const std::exception& e) {
    refuse(batch, i, error_code::crash,
           "the projection could not be made: " + escaped(e.what()));
    return nullptr;
  }
}

/// Spawns the actor of `x`, and hears when it ends.
void registry_state::spawn_actor(known_projection& x) {
  interface me {
    self_
  };
  x.actor = compat::spawn_state<projection_state>(
    self_->system(), me, x.instance, x.shared, settings_.style);
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
  auto x = projections_.find_instance(ended.instance);
  if (x == nullptr)
    return;
  auto& projection = *x->shared->projection;
  spdlog::error(
    "the actor of projection \"{}\" has ended, {}; another one goes "
    "on at version {}",
    x->name(), ended.reason, projection.version());
  x->version = projection.version();
  x->rebuilds = 0;
  x->may_wait = false;
  x->shared->state_bytes = projection.state().bytes();
  x->shared->growth_included = x->growth_sent;
  x->instance = projections_.next_instance();
  spawn_actor(*x);
}

void registry_state::correct_version(version_correction correction) {
  auto x = projections_.find_instance(correction.instance);
  if (x == nullptr)
    return;
  if (x->rebuilds == correction.rebuilds)
    x->version += static_cast<uint64_t>(correction.events);
  // A query that was sent for a version reached by then may wait after all.
  x->may_wait = true;
  if (input_ended_)
    compat::send(self_, x->actor, end_of_input{});
}

// -- sizes of replies ------------------------------------------------------------

/// Returns how many bytes the reply to `r` may have.
size_t registry_state::reply_bytes_max(const request& r,
                                       known_projection* x) const {
  auto frame = reply_frame_bytes_max(r) + r.name.size();
  switch (r.kind) {
    case request_kind::update_projection:
      if (r.include_state)
        frame += r.value.size() + (x == nullptr ? 0 : state_bytes_max(*x));
      return frame;
    case request_kind::query_projection:
      return frame + (x == nullptr ? 0 : state_bytes_max(*x));
    case request_kind::subscribe:
    case request_kind::unsubscribe:
      return frame + r.value.size();
    case request_kind::list_projections:
      return frame + projections_.name_bytes()
             + projections_.size() * list_item_bytes_max;
    case request_kind::query_read_model:
      return frame + rows_bytes_max();
    case request_kind::process_event:
      return frame + models_->names_bytes + r.event_id.size() + r.value.size();
    default:
      return frame;
  }
}

/// Returns a limit for the bytes of the rows of any read model when all events
/// sent are applied.
size_t registry_state::rows_bytes_max() const {
  auto included = models_->growth_included.load(std::memory_order_acquire);
  return models_->rows_bytes.load(std::memory_order_relaxed)
         + (rows_growth_sent_ - included);
}

} // namespace projections
