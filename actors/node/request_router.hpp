// Where each request goes: to a projection, to the projector, or back at once.
// The registry has it decide about one request after the other.
#pragma once

#include "projections/actors/node/known_projections.hpp"
#include "projections/actors/node/node_figures.hpp"
#include "projections/actors/node/projector_actor.hpp"
#include "projections/messages/interfaces/message_types.hpp"
#include "projections/messages/interfaces/node_interfaces.hpp"
#include "projections/messages/protocol/protocol_settings.hpp"
#include "projections/messages/protocol/reply_encoder.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// Makes a projection from its name (text between quotes) and initial state.
using projection_factory = std::function<std::unique_ptr<named_projection>(
  std::string name, std::string_view initial_state, json_style style)>;

/// What the router must know at the start.
struct router_settings {
  /// That of all texts, and of the replies.
  json_style style;

  /// How they look besides.
  reply_mode replies = reply_mode::automatic;

  /// Makes `named_projection`s unless something else is put here.
  projection_factory make_projection;
};

/// Collects the requests of a batch by the actors they are for, and answers by
/// itself what needs no actor. Decides alone which projections there are, so
/// that requests for different ones can be carried out at the same time and
/// still look as if they were carried out one after another. Sends nothing.
class request_router {
public:
  /// Gives a new projection its actor.
  using actor_maker = std::function<void(known_projection&)>;

  /// The first of the requests of a batch for one projection.
  struct group_start {
    projection_actor actor;
    uint32_t first;
  };

  /// Requests of one batch that actors have to carry out.
  struct routed_requests {
    std::vector<group_start> groups;

    /// The first and the last one for the projector.
    uint32_t projector_first = request::none;
    uint32_t projector_last = request::none;

    [[nodiscard]] bool is_empty() const {
      return groups.empty() && projector_first == request::none;
    }

    void clear() {
      groups.clear();
      projector_first = request::none;
    }
  };

  /// `models` are those of the projector, whose sizes are looked up here.
  request_router(router_settings settings,
                 std::shared_ptr<shared_models> models, actor_maker make_actor);

  // -- modifiers ---------------------------------------------------------------

  /// Answers request `i` of the batch, which names the projection `x` or none,
  /// or adds it to `out`.
  void route(request_batch& batch, uint32_t i, known_projection* x,
             routed_requests& out);

  /// Has requests for the projector refused from now on, for which `reason` is
  /// why.
  void projector_has_ended(const std::string& reason) {
    projector_is_gone_ = true;
    figures_.last_error = escaped("the projector has ended: " + reason);
  }

  /// Tells that an actor was replaced which has ended because of `reason`.
  void actor_was_replaced(const std::string& reason) {
    ++figures_.actors_replaced;
    figures_.last_error = escaped("a projection has ended: " + reason);
  }

  /// Tells what is in flight before a new batch is made.
  void begin_batch(uint64_t requests_in_flight, uint64_t bytes_in_flight) {
    figures_.requests_in_flight = requests_in_flight;
    figures_.bytes_in_flight = bytes_in_flight;
    figures_.meter.processed(figures_.requests, progress_meter::clock::now());
  }

  [[nodiscard]] known_projections& projections() {
    return projections_;
  }

  // -- inspectors --------------------------------------------------------------

  /// Tells that `find_for(r)` is called a few requests later.
  void expect(const request& r) const;

  /// Returns the projection that `r` names, if it names one that there is.
  [[nodiscard]] known_projection* find_for(const request& r) const;

  /// Returns how many bytes the reply to `r`, which names `x` or no projection,
  /// may have.
  [[nodiscard]] size_t reply_bytes_max(const request& r,
                                       known_projection* x) const;

private:
  // What a request may come to.
  bool choose_envelope(request_batch& batch, uint32_t i);
  void init(request_batch& batch, uint32_t i);
  void create(request_batch& batch, uint32_t i, const known_projection* x);
  void change(request_batch& batch, uint32_t i, known_projection* x,
              routed_requests& out);
  void query(request_batch& batch, uint32_t i, known_projection* x,
             routed_requests& out);
  void remove(request_batch& batch, uint32_t i, known_projection* x,
              routed_requests& out);
  void list(request_batch& batch, uint32_t i);
  void tell_status(request_batch& batch, uint32_t i);
  void refuse(request_batch& batch, uint32_t i, error_code code,
              std::string_view text);
  void refuse_unknown(request_batch& batch, uint32_t i);

  void add_to_projector(request_batch& batch, uint32_t i, routed_requests& out);
  known_projection* make(request_batch& batch, uint32_t i,
                         std::string_view initial_state);
  [[nodiscard]] size_t rows_bytes_max() const;

  router_settings settings_;
  std::shared_ptr<shared_models> models_;
  actor_maker make_actor_;
  reply_encoder encoder_;
  known_projections projections_;

  /// The node id of an `init`, as a JSON string; null before it.
  std::shared_ptr<const std::string> node_id_;
  bool initialised_ = false;

  bool projector_is_gone_ = false;

  node_figures figures_;

  /// The sum of `growth_bytes` of events for the projector.
  uint64_t rows_growth_sent_ = 0;
};

} // namespace projections
