// How the programs of the measurements read their command lines and end. Each
// main function is one call of `run_program`.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace projections::bench {

/// The arguments are not those of the usage.
class bad_command_line : public std::runtime_error {
public:
  bad_command_line() : std::runtime_error("these are not its arguments") {
    // nop
  }
};

/// Calls `program()` and returns what main does: 0, or 1 if it throws, or 2 if
/// it throws `bad_command_line` or the first argument is an option. `--help`
/// prints `usage`, which is the name of the program and its arguments.
template <class F>
int run_program(std::string_view usage, int argc, char** argv, F program) {
  const std::string name{usage.substr(0, usage.find(' '))};
  const std::string shown{usage};
  const std::string_view first = argc > 1 ? argv[1] : "";
  if (first == "--help") {
    std::printf("usage: %s\n", shown.c_str());
    return EXIT_SUCCESS;
  }
  constexpr int refused = 2;
  try {
    if (first.starts_with("--"))
      throw bad_command_line{};
    program();
    return EXIT_SUCCESS;
  } catch (const bad_command_line& problem) {
    std::fprintf(stderr, "%s: %s; usage: %s\n", name.c_str(), problem.what(),
                 shown.c_str());
    return refused;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), failure.what());
    return EXIT_FAILURE;
  }
}

} // namespace projections::bench
