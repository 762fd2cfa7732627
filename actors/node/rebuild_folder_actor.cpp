#include "projections/actors/node/rebuild_folder_actor.hpp"

#include "projections/folds/states/fold_ahead.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace projections {

namespace {

void fold(const fold_part& part) {
  auto& into = *part.into;
  for (auto& x : part.events) {
    into.state.apply(
      part.in->normalised_text(x.data_begin, x.data_length),
      part.in->normalised_text(x.identity_begin, x.identity_length));
    ++into.count;
  }
}

} // namespace

rebuild_folder_state::rebuild_folder_state(interface::pointer self,
                                           registry_actor registry)
  : self_(self), registry_(std::move(registry)) {
  // nop
}

rebuild_folder_actor::behavior_type rebuild_folder_state::make_behavior() {
  return {
    [](const fold_part& part) {
      if (part.into->failed)
        return;
      try {
        fold(part);
      } catch (const std::exception& e) {
        spdlog::warn("folding a rebuild ahead failed: {}", e.what());
        part.into->failed = true;
      }
    },
    [this](const decoded_chunk& x) { compat::send(self_, registry_, x); },
  };
}

} // namespace projections
