// The actor that finds requests in chunks. The reader sends it text; it sends
// requests to the registry.
#pragma once

#include "projections/messages/interfaces/message_types.hpp"
#include "projections/messages/interfaces/node_interfaces.hpp"
#include "projections/messages/json/json_text.hpp"
#include "projections/messages/protocol/request_decoder.hpp"

namespace projections {

/// Decodes one chunk after the other. Several decoders may finish out of order;
/// the registry puts chunks in order again. The events of a long rebuild go to
/// a folder of its own in parts, as they are decoded.
struct decoder_state {
  using interface = decoder_actor;

  static constexpr const char* actor_name = "decoder";

  decoder_state(interface::pointer self, registry_actor registry,
                json_style style, request_limits limits);

  interface::behavior_type make_behavior();

private:
  void decode(const raw_chunk& x);
  void fold_part_of(chunk& in, long_rebuild x);

  interface::pointer self_;
  registry_actor registry_;
  json_style style_;
  request_decoder decoder_;
  rebuild_folder_actor folder_;

  /// The chunk that is being decoded.
  chunk_ptr current_;
};

} // namespace projections
