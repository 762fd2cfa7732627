#include "actors/decoder.hpp"

#include <utility>

namespace projections {

decoder_state::decoder_state(interface::pointer self, registry_actor registry,
                             json_style style, request_limits limits)
  : self_(self), registry_(std::move(registry)), decoder_(style, limits) {
  // nop
}

decoder_actor::behavior_type decoder_state::make_behavior() {
  return {[this](const raw_chunk& x) {
    decoder_.decode(*x.which);
    compat::send(self_, registry_, decoded_chunk{x.which, x.reader});
  }};
}

} // namespace projections
