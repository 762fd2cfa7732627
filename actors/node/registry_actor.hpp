// The actor that owns all named projections. Decoders send it chunks; it sends
// their requests to projections and the projector, in the order of the input.
#pragma once

#include "projections/actors/node/arrival_order.hpp"
#include "projections/actors/node/request_router.hpp"
#include "projections/messages/interfaces/message_types.hpp"
#include "projections/messages/interfaces/node_interfaces.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace projections {

/// What the registry must know at the start.
struct registry_settings {
  /// How requests are answered.
  router_settings routing;

  /// Replies are under way up to this many bytes; one request always is.
  size_t reply_bytes_in_flight_max = size_t{64} << 20;
};

/// Cuts chunks into batches whose replies fit into what may be in flight, and
/// sends every actor one group of each batch. Takes over the projection of an
/// actor that fails.
struct registry_state {
  using interface = registry_actor;

  static constexpr const char* actor_name = "registry";

  /// `projector` must be made of `models`.
  registry_state(interface::pointer self, registry_settings settings,
                 writer_actor writer, projector_actor projector,
                 std::shared_ptr<shared_models> models, node_observer observer);

  /// Ends projections that a timer would keep alive.
  ~registry_state();

  interface::behavior_type make_behavior();

private:
  /// A batch that may have to wait for a version, by its sequence.
  struct waiting_batch {
    uint64_t sequence;
    projection_actor actor;
    bool is_let_go = false;
  };

  // Sending out.
  void send_out();
  bool next_chunk();
  void send_batch(size_t reply_bytes_allowed);
  void end_input();
  void finish_if_done();
  void let_go_of_first_query();
  [[nodiscard]] batch_ptr make_batch();
  [[nodiscard]] reply_room find_room(size_t bytes);

  // Projections.
  void spawn_actor(known_projection& x);
  void replace_actor(const projection_down& ended);
  void correct_version(version_correction x);

  interface::pointer self_;
  registry_settings settings_;
  writer_actor writer_;
  projector_actor projector_;
  node_observer observer_;
  request_router router_;

  /// Chunks that came before their turn.
  arrival_order<decoded_chunk> chunks_;

  /// The chunk whose requests are sent out, and the next one of them.
  std::optional<decoded_chunk> current_;
  uint32_t next_request_ = 0;

  /// What actors have to do of the batch that is being built.
  request_router::routed_requests routed_;
  uint64_t batches_made_ = 0;

  /// What is under way, and how much of it may wait for a version.
  size_t batches_in_flight_ = 0;
  size_t batches_waiting_ = 0;
  uint64_t batches_written_ = 0;
  size_t requests_in_flight_ = 0;
  size_t bytes_in_flight_ = 0;
  size_t groups_in_flight_ = 0;
  bool input_ended_ = false;

  /// Batches whose first request is a query that may wait, and which are not
  /// written.
  std::deque<waiting_batch> waiting_;

  /// How many chunks the reader has sent when it had to stop reading.
  std::optional<uint64_t> chunks_when_full_;

  /// Rooms of batches that are written.
  std::vector<reply_room> spare_rooms_;
};

} // namespace projections
