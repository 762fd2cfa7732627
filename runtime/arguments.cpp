#include "projections/runtime/arguments.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string_view>
#include <system_error>

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

std::string oversized_argument(int argc, char** argv) {
  constexpr auto max = std::numeric_limits<int64_t>::max();
  for (auto i = 1; i < argc; ++i) {
    std::string_view argument{argv[i]};
    auto number = argument.substr(argument.find('=') + 1);
    int64_t value = 0;
    auto [end, error]
      = std::from_chars(number.data(), number.data() + number.size(), value);
    if (argument.starts_with("--") && argument.size() > number.size()
        && error == std::errc::result_out_of_range
        && end == number.data() + number.size())
      return std::string{argument} + ": expected a number up to "
             + std::to_string(max);
  }
  return {};
}

} // namespace projections
