// The actor that reads stdin. It hands chunks of text to decoders, and a lone
// request, decoded on the spot, to the registry.
#pragma once

#include "projections/actors/node/chunk_filler.hpp"
#include "projections/messages/interfaces/message_types.hpp"
#include "projections/messages/interfaces/node_interfaces.hpp"
#include "projections/messages/json/json_text.hpp"
#include "projections/messages/protocol/request_decoder.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace projections {

/// What the reader must know at the start.
struct reader_settings {
  /// That of all normalised text.
  json_style style;

  /// What a request may be.
  request_limits limits;

  /// What a chunk takes while input is ready, in bytes. Larger ones cost
  /// latency and memory, smaller ones messages.
  size_t chunk_bytes = size_t{512} << 10;

  /// Chunks under way to the registry at once.
  size_t chunks_ahead_max = 4;

  /// Input is under way up to this many bytes; one chunk always is.
  size_t input_bytes_in_flight_max = size_t{64} << 20;

  /// Where to read, and what ends the reading when it is readable (-1:
  /// nothing).
  int descriptor = 0;
  int stop_descriptor = -1;
};

/// Reads ahead of the registry by a few chunks, and no more than may be in
/// flight: a query that waits holds back the replies, and so the chunks, behind
/// it. Stops reading when the input ends.
struct reader_state {
  using interface = reader_actor;

  static constexpr const char* actor_name = "reader";

  reader_state(interface::pointer self, const reader_settings& settings,
               std::vector<decoder_actor> decoders, registry_actor registry);

  interface::behavior_type make_behavior();

private:
  void read();
  void read_if_allowed();
  [[nodiscard]] bool may_read() const;

  interface::pointer self_;
  reader_settings settings_;
  std::vector<decoder_actor> decoders_;
  registry_actor registry_;
  interruptible_input source_;
  chunk_filler filler_;
  request_decoder decoder_;

  /// A few chunks that are not under way.
  std::vector<chunk_ptr> free_;

  /// Chunks that the registry has not sent out, and all that are not written.
  size_t chunks_ahead_ = 0;
  size_t chunks_in_flight_ = 0;
  size_t bytes_in_flight_ = 0;
  uint64_t chunks_sent_ = 0;
  /// After how many chunks the registry was told that this is all.
  uint64_t told_full_after_ = 0;
  bool ended_ = false;
  /// Whether a `read_input` is on its way.
  bool read_is_due_ = false;
};

} // namespace projections
