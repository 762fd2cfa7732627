// The views and the projection that are measured, and the actor system that
// they are measured in. Used by the programs that measure event stores.
#pragma once

#include "examples/event_counters/event_counters_view.hpp"
#include "projections/folds/processors/event_processor.hpp"
#include "projections/messages/interfaces/message_types.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace projections::bench {

/// The application whose events are folded.
inline constexpr const char* application_name = "bank";

using event_counters::event_counters_view;

/// Opens the event counters view `name`. Throws `bad_store_name`, and
/// `store_error` for a backend that is not built.
[[nodiscard]] std::shared_ptr<event_counters_view>
open_view(std::string_view name);

/// Returns the event counters projection into `view`, which decodes every event
/// to its type.
[[nodiscard]] std::shared_ptr<event_processor>
make_projection(std::shared_ptr<event_counters_view> view);

/// Throws if `view` has not counted exactly the first `events` events.
void check_counts(event_counters_view& view, size_t events);

/// A configuration of an actor system, set up as the node's is.
class bench_configuration : public caf::actor_system_config {
public:
  bench_configuration();

  /// Makes the message types of CAF known, which its own constructor needs.
  static bench_configuration make() {
    compat::add_core_message_types();
    return {};
  }
};

} // namespace projections::bench
