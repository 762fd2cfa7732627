#include "projections/runtime/arguments.hpp"

#include "projections/messages/interfaces/caf_compat.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iostream>
#include <limits>
#include <sstream>
#include <string_view>
#include <system_error>

namespace projections {

int refuse_arguments(std::string_view problem) {
  std::cerr << problem << "; --help lists the options\n";
  return bad_arguments;
}

std::optional<int> read_arguments(caf::actor_system_config& config, int argc,
                                  char** argv, std::string_view about) {
  if (auto problem = oversized_argument(argc, argv); !problem.empty())
    return refuse_arguments(problem);
  // CAF prints the options while it reads the command line.
  auto asks_for_help = [](std::string_view x) {
    return x == "--help" || x == "-h" || x == "-?";
  };
  if (std::any_of(argv + 1, argv + argc, asks_for_help))
    std::cout << about << std::endl;
  std::istringstream no_file;
  if (auto error = config.parse(argc, argv, no_file)) {
    auto refused = refused_argument(config, argc, argv);
    return refuse_arguments(refused.empty() ? compat::render_error(error)
                                            : refused);
  }
  if (compat::help_was_printed(config))
    return 0;
  if (auto rest = compat::plain_arguments(config); !rest.empty())
    return refuse_arguments("unknown argument \"" + rest.front() + "\"");
  return std::nullopt;
}

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
