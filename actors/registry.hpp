// The actor that knows all named projections. Decoders send it chunks; it sends
// their requests to projections and the projector, in the order of the input.
#pragma once

#include "actors/known_projections.hpp"
#include "actors/projection.hpp"
#include "actors/projector.hpp"
#include "messages/interfaces.hpp"
#include "messages/reply_encoder.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// How replies look.
enum class reply_mode : uint8_t {
  /// Bare bodies.
  body,
  /// Bodies in envelopes; requests must come in envelopes.
  envelope,
  /// Bare bodies until an `init` comes, envelopes from then on.
  automatic,
};

/// Makes a projection from its name (text between quotes) and initial state.
using projection_factory = std::function<std::unique_ptr<named_projection>(
  std::string name, std::string_view initial_state, json_style style)>;

/// What the registry must know at the start.
struct registry_settings {
  json_style style;

  reply_mode replies = reply_mode::automatic;

  /// Replies are under way up to this many bytes; one request always is.
  size_t reply_bytes_in_flight_max = size_t{64} << 20;

  /// Makes `named_projection`s unless something else is put here.
  projection_factory make_projection;
};

/// Cuts chunks into batches whose replies fit into what may be in flight, sends
/// every actor one group of each batch, and answers by itself what needs no
/// actor. Decides alone which projections there are, so that requests for
/// different ones can be carried out at the same time and still look as if they
/// were carried out one after another. Takes over the projection of an actor
/// that fails.
struct registry_state {
  using interface = registry_actor;

  static constexpr const char* actor_name = "registry";

  /// `projector` must be made of `models`, whose sizes are looked up here.
  registry_state(interface::pointer self, registry_settings settings,
                 writer_actor writer, projector_actor projector,
                 std::shared_ptr<shared_models> models, node_observer observer);

  /// Ends projections that a timer would keep alive.
  ~registry_state();

  interface::behavior_type make_behavior();

private:
  /// What one actor gets of the batch that is being built.
  struct group_start {
    projection_actor actor;
    uint32_t first;
  };

  // Sending out.
  void send_out();
  bool next_chunk();
  void send_batch(size_t reply_bytes_allowed);
  void route(request_batch& batch, uint32_t i, known_projection* x);
  void add_to_group(request_batch& batch, uint32_t i, known_projection& to);
  void add_to_projector(request_batch& batch, uint32_t i);
  void end_input();
  void finish_if_done();
  [[nodiscard]] batch_ptr make_batch();
  [[nodiscard]] reply_room find_room(size_t bytes);

  // Requests that end here, or change which projections there are.
  bool choose_envelope(request_batch& batch, uint32_t i);
  void init(request_batch& batch, uint32_t i);
  void create(request_batch& batch, uint32_t i, const known_projection* x);
  void change(request_batch& batch, uint32_t i, known_projection* x);
  void query(request_batch& batch, uint32_t i, known_projection* x);
  void remove(request_batch& batch, uint32_t i, known_projection* x);
  void list(request_batch& batch, uint32_t i);
  void refuse(request_batch& batch, uint32_t i, error_code code,
              std::string_view text);
  void refuse_unknown(request_batch& batch, uint32_t i);

  // Projections.
  [[nodiscard]] known_projection* find_for(const request& r) const;
  known_projection* make(request_batch& batch, uint32_t i,
                         std::string_view initial_state);
  void spawn_actor(known_projection& x);
  void replace_actor(const projection_down& ended);
  void correct_version(version_correction x);

  // Sizes of replies.
  [[nodiscard]] size_t reply_bytes_max(const request& r,
                                       known_projection* x) const;
  [[nodiscard]] size_t rows_bytes_max() const;

  interface::pointer self_;
  registry_settings settings_;
  writer_actor writer_;
  projector_actor projector_;
  std::shared_ptr<shared_models> models_;
  node_observer observer_;
  reply_encoder encoder_;

  known_projections projections_;

  /// The node id of an `init`, as a JSON string; null before it.
  std::shared_ptr<const std::string> node_id_;
  bool initialised_ = false;

  bool projector_is_gone_ = false;

  /// Chunks that came before their turn, by sequence.
  std::map<uint64_t, decoded_chunk> early_;
  uint64_t chunks_taken_ = 0;

  /// The chunk whose requests are sent out, and the next one of them.
  std::optional<decoded_chunk> current_;
  uint32_t next_request_ = 0;

  /// What the batch that is being built has so far.
  std::vector<group_start> groups_;
  uint32_t projector_first_ = request::none;
  uint32_t projector_last_ = request::none;
  uint64_t batches_made_ = 0;

  /// What is under way, and how much of it may wait for a version.
  size_t batches_in_flight_ = 0;
  size_t batches_waiting_ = 0;
  size_t bytes_in_flight_ = 0;
  bool input_ended_ = false;

  /// Rooms of batches that are written.
  std::vector<reply_room> spare_rooms_;

  /// The sum of `growth_bytes` of events sent to the projector.
  uint64_t rows_growth_sent_ = 0;
};

} // namespace projections
