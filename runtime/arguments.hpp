// Reads the command line of a program whose options are CAF's, and says what is
// wrong with it in words: CAF tells it as values of its own.
#pragma once

#include "projections/messages/interfaces/caf_system.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace projections {

/// The exit code of a program whose command line is refused.
inline constexpr int bad_arguments = 2;

/// Tells on stderr what is wrong with a command line, and returns
/// `bad_arguments`.
int refuse_arguments(std::string_view problem);

/// Reads the command line of a program that takes options alone into `config`;
/// no file is read. `--help` prints `about`, which says in whole lines what the
/// program does, and then the options. Returns the exit code if the program is
/// to end: 0 after help, `bad_arguments` after an argument that was refused on
/// stderr. Returns nothing if it is to go on.
[[nodiscard]] std::optional<int>
read_arguments(caf::actor_system_config& config, int argc, char** argv,
               std::string_view about);

/// Returns which argument it is that `config` does not take, and why, after it
/// has refused all of them; empty if it is none of them alone.
[[nodiscard]] std::string refused_argument(caf::actor_system_config& config,
                                           int argc, char** argv);

/// Returns which argument is a number that CAF would take for another one,
/// because no option goes so far; empty if none is.
[[nodiscard]] std::string oversized_argument(int argc, char** argv);

} // namespace projections
