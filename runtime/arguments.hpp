// What is wrong with a command line, in words: CAF tells it as values of its
// own. Used by programs whose options are a configuration of CAF.
#pragma once

#include "projections/messages/interfaces/caf_system.hpp"

#include <string>

namespace projections {

/// Returns which argument it is that `config` does not take, and why, after it
/// has refused all of them; empty if it is none of them alone.
[[nodiscard]] std::string refused_argument(caf::actor_system_config& config,
                                           int argc, char** argv);

/// Returns which argument is a number that CAF would take for another one,
/// because no option goes so far; empty if none is.
[[nodiscard]] std::string oversized_argument(int argc, char** argv);

} // namespace projections
