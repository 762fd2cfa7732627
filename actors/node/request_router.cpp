#include "projections/actors/node/request_router.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace projections {

namespace {

/// What `list` says of a projection besides its name, in bytes at most.
constexpr size_t list_item_bytes_max = 48;

/// What a status has besides the last error, in bytes at most: names, and
/// numbers of up to 20 digits.
constexpr size_t status_bytes_max = 512;

/// By how much an event may make the rows of a read model grow besides its own
/// text, in bytes: names of fields, and what separates rows.
constexpr size_t row_frame_bytes = 256;

bool names_projection(request_kind kind) {
  switch (kind) {
    case request_kind::create_projection:
    case request_kind::update_projection:
    case request_kind::rebuild_projection:
    case request_kind::query_projection:
    case request_kind::delete_projection:
      return true;
    default:
      return false;
  }
}

void add_to_group(request_batch& batch, uint32_t i, known_projection& to,
                  request_router::routed_requests& out) {
  if (to.batch == batch.sequence) {
    batch.at(to.last_in_batch).next = i;
  } else {
    to.batch = batch.sequence;
    out.groups.push_back({to.actor, i});
  }
  to.last_in_batch = i;
}

} // namespace

request_router::request_router(router_settings settings,
                               std::shared_ptr<shared_models> models,
                               actor_maker make_actor)
  : settings_(std::move(settings)), models_(std::move(models)),
    make_actor_(std::move(make_actor)), encoder_(settings_.style) {
  if (!settings_.make_projection)
    settings_.make_projection
      = [](std::string name, std::string_view initial, json_style style) {
          return std::make_unique<named_projection>(std::move(name), initial,
                                                    style);
        };
}

void request_router::route(request_batch& batch, uint32_t i,
                           known_projection* x, routed_requests& out) {
  auto& r = batch.at(i);
  if (r.kind == request_kind::stray_reply)
    return spdlog::warn("a reply came in that nobody asked for; ignored");
  ++figures_.requests;
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
      return change(batch, i, x, out);
    case request_kind::query_projection:
      return query(batch, i, x, out);
    case request_kind::list_projections:
      return list(batch, i);
    case request_kind::delete_projection:
      return remove(batch, i, x, out);
    case request_kind::get_status:
      return tell_status(batch, i);
    default:
      return add_to_projector(batch, i, out);
  }
}

void request_router::add_to_projector(request_batch& batch, uint32_t i,
                                      routed_requests& out) {
  if (projector_is_gone_)
    return refuse(batch, i, error_code::crash, "the projector has ended");
  auto& r = batch.at(i);
  if (r.kind == request_kind::process_event) {
    ++figures_.events;
    r.growth_bytes = 2 * r.value.size() + row_frame_bytes;
    rows_growth_sent_ += r.growth_bytes;
  }
  if (out.projector_first == request::none)
    out.projector_first = i;
  else
    batch.at(out.projector_last).next = i;
  out.projector_last = i;
}

// -- requests that end here ------------------------------------------------------

/// Decides how the reply to request `i` looks. Returns false if the request was
/// refused for not coming in an envelope.
bool request_router::choose_envelope(request_batch& batch, uint32_t i) {
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

void request_router::init(request_batch& batch, uint32_t i) {
  if (initialised_)
    return refuse(batch, i, error_code::precondition_failed,
                  "this node was initialised already");
  initialised_ = true;
  batch.answer(i, encoder_.begin(batch.at(i), "init_ok").end());
}

void request_router::create(request_batch& batch, uint32_t i,
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
void request_router::change(request_batch& batch, uint32_t i,
                            known_projection* x, routed_requests& out) {
  auto& r = batch.at(i);
  if (x == nullptr)
    x = make(batch, i, "[]");
  if (x == nullptr)
    return;
  count_growth(r, *batch.in(), *x, settings_.style.comma.size());
  if (r.kind == request_kind::update_projection) {
    ++x->version;
    ++figures_.updates;
  } else {
    x->version = r.event_count;
    ++x->rebuilds;
    ++figures_.rebuilds;
  }
  add_to_group(batch, i, *x, out);
}

void request_router::query(request_batch& batch, uint32_t i,
                           known_projection* x, routed_requests& out) {
  auto& r = batch.at(i);
  if (x == nullptr)
    return refuse_unknown(batch, i);
  x->may_wait |= r.has_min_version && x->version < r.min_version;
  add_to_group(batch, i, *x, out);
}

void request_router::remove(request_batch& batch, uint32_t i,
                            known_projection* x, routed_requests& out) {
  if (x == nullptr)
    return refuse_unknown(batch, i);
  add_to_group(batch, i, *x, out);
  projections_.remove(*x);
}

void request_router::list(request_batch& batch, uint32_t i) {
  auto style = settings_.style;
  encoder_.begin(batch.at(i), "projection_list").name(projections_key);
  auto before = std::string_view{"["};
  for (auto x : projections_.sorted()) {
    encoder_.piece(before).piece("{\"name\"").piece(style.colon).piece("\"");
    encoder_.piece(x->name).piece("\"").number(version_key, x->version);
    encoder_.piece("}");
    before = style.comma;
  }
  if (projections_.size() == 0)
    encoder_.piece(before);
  batch.answer(i, encoder_.piece("]").end());
}

/// Tells what has been done before this request.
void request_router::tell_status(request_batch& batch, uint32_t i) {
  auto rate = figures_.meter.rate(progress_meter::clock::now());
  auto& reply = encoder_.begin(batch.at(i), "node_status")
                  .number(projections_key, projections_.size())
                  .number(requests_key, figures_.requests - 1)
                  .number(refused_key, figures_.refused)
                  .number(updates_key, figures_.updates)
                  .number(rebuilds_key, figures_.rebuilds)
                  .number(events_key, figures_.events)
                  .number(requests_in_flight_key, figures_.requests_in_flight)
                  .number(bytes_in_flight_key, figures_.bytes_in_flight)
                  .number(requests_per_second_key, static_cast<uint64_t>(rate))
                  .number(actors_replaced_key, figures_.actors_replaced);
  if (figures_.last_error.empty())
    reply.raw(last_error_key, "null");
  else
    reply.string(last_error_key, figures_.last_error);
  batch.answer(i, reply.end());
}

void request_router::refuse(request_batch& batch, uint32_t i, error_code code,
                            std::string_view text) {
  ++figures_.refused;
  figures_.last_error = text;
  batch.answer(i, encoder_.error(batch.at(i), code, text));
}

void request_router::refuse_unknown(request_batch& batch, uint32_t i) {
  refuse(batch, i, error_code::key_does_not_exist,
         "there is no projection " + shown_name(batch.at(i).name));
}

void request_router::expect(const request& r) const {
  if (names_projection(r.kind))
    projections_.prefetch(r.name);
}

known_projection* request_router::find_for(const request& r) const {
  return names_projection(r.kind) ? projections_.find(r.name) : nullptr;
}

/// Makes the projection that request `i` names. If it cannot be made, refuses
/// the request and returns null.
known_projection* request_router::make(request_batch& batch, uint32_t i,
                                       std::string_view initial_state) {
  try {
    auto& x = projections_.add(settings_.make_projection(
      std::string{batch.at(i).name}, initial_state, settings_.style));
    make_actor_(x);
    return &x;
  } catch (const std::exception& e) {
    refuse(batch, i, error_code::crash,
           "the projection could not be made: " + escaped(e.what()));
    return nullptr;
  }
}

// -- sizes of replies ------------------------------------------------------------

size_t request_router::reply_bytes_max(const request& r,
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
    case request_kind::get_status:
      return frame + status_bytes_max + figures_.last_error.size();
    case request_kind::process_event:
      return frame + models_->names_bytes + r.event_id.size() + r.value.size();
    default:
      return frame;
  }
}

/// Returns a limit for the bytes of the rows of any read model when all events
/// sent are applied.
size_t request_router::rows_bytes_max() const {
  auto included = models_->growth_included.load(std::memory_order_acquire);
  return models_->rows_bytes.load(std::memory_order_relaxed)
         + (rows_growth_sent_ - included);
}

} // namespace projections
