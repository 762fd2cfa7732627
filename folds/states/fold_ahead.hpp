// A rebuild that is folded while the rest of it is still being decoded, so that
// one long request keeps two cores busy. Made by a decoder, filled by a folder,
// taken over by the projection whose turn it is.
#pragma once

#include "projections/folds/states/json_state.hpp"
#include "projections/messages/json/json_text.hpp"

#include <cstdint>

namespace projections {

/// The fold of the first `count` events of a rebuild into an empty array, which
/// is what most projections begin with. Used by one actor at a time.
struct fold_ahead {
  explicit fold_ahead(json_style style) : state("[]", style) {
    // nop
  }

  /// How many events are folded in.
  uint32_t count = 0;

  /// Whether folding one of them failed; then the state is of no use.
  bool failed = false;

  json_state state;
};

} // namespace projections
