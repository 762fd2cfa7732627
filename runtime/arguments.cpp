#include "runtime/arguments.hpp"

#include <sstream>

namespace projections {

std::string refused_argument(caf::actor_system_config& config, int argc,
                             char** argv) {
  std::istringstream no_file;
  for (auto i = 1; i < argc; ++i)
    if (config.parse({argv[i]}, no_file))
      return "argument \"" + std::string{argv[i]}
             + "\" is no option, or has a value that it cannot have";
  return {};
}

} // namespace projections
