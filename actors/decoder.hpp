// The actor that finds requests in chunks. The reader sends it text; it sends
// requests to the registry.
#pragma once

#include "messages/interfaces.hpp"
#include "messages/json_text.hpp"
#include "messages/request_decoder.hpp"

namespace projections {

/// Decodes one chunk after the other. Several of them may finish out of order;
/// the registry puts chunks in order again.
struct decoder_state {
  using interface = decoder_actor;

  static constexpr const char* actor_name = "decoder";

  decoder_state(interface::pointer self, registry_actor registry,
                json_style style, request_limits limits);

  interface::behavior_type make_behavior();

private:
  interface::pointer self_;
  registry_actor registry_;
  request_decoder decoder_;
};

} // namespace projections
