#include "projections/actors/node/decoder_actor.hpp"

#include "projections/actors/node/rebuild_folder_actor.hpp"
#include "projections/folds/states/fold_ahead.hpp"

#include <utility>

namespace projections {

decoder_state::decoder_state(interface::pointer self, registry_actor registry,
                             json_style style, request_limits limits)
  : self_(self), registry_(std::move(registry)), style_(style),
    decoder_(style, limits), folder_(compat::spawn_state<rebuild_folder_state>(
                               self->system(), registry_)) {
  // Without its folder, chunks would be stuck.
  self_->link_to(folder_);
  decoder_.observe_long_rebuilds(
    [this](chunk& in, long_rebuild x) { fold_part_of(in, x); });
}

decoder_actor::behavior_type decoder_state::make_behavior() {
  return {[this](const raw_chunk& x) { decode(x); }};
}

void decoder_state::decode(const raw_chunk& x) {
  current_ = x.which;
  decoder_.decode(*current_);
  decoded_chunk decoded{std::move(current_), x.reader};
  // What is being folded must be done before a projection asks for it.
  if (decoded.which->ahead.empty())
    compat::send(self_, registry_, std::move(decoded));
  else
    compat::send(self_, folder_, std::move(decoded));
}

/// Has the last step of the rebuild `x` folded.
void decoder_state::fold_part_of(chunk& in, long_rebuild x) {
  constexpr auto step = long_rebuild::step;
  if (x.decoded == step)
    in.ahead.push_back({x.first_event, std::make_shared<fold_ahead>(style_)});
  auto end
    = in.events.begin() + static_cast<ptrdiff_t>(x.first_event + x.decoded);
  compat::send(self_, folder_,
               fold_part{current_, in.ahead.back().fold, {end - step, end}});
}

} // namespace projections
