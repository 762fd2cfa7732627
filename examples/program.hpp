// What the main functions of the examples have in common: options, errors on
// stderr with exit code 1, and an end by Ctrl-C.
#pragma once

#include <projections/messages/interfaces/message_types.hpp>
#include <projections/runtime/arguments.hpp>
#include <projections/runtime/projection_runner.hpp>
#include <projections/runtime/stop_signals.hpp>

#include <poll.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace examples {

/// A configuration that knows our message types. An example derives from it and
/// adds its options.
class options : public caf::actor_system_config {
public:
  options() {
    projections::compat::add_message_types<caf::id_block::projections>(*this);
    projections::compat::wake_workers_at_once(*this);
  }
};

/// Tells what is wrong with the command line. Returns the exit code.
inline int refuse(const std::string& problem) {
  return projections::refuse_arguments(problem);
}

/// Reads the command line and calls `f(options)`. Returns the exit code.
/// `--help` begins with `about`, which says in whole lines what the program
/// does.
template <class Options, class F>
int run(int argc, char** argv, F f, std::string_view about) {
  using namespace projections;
  // What is logged must not mix with what is printed.
  spdlog::set_default_logger(spdlog::stderr_logger_mt("example"));
  try {
    compat::add_core_message_types();
    Options chosen;
    if (auto code = read_arguments(chosen, argc, argv, about))
      return *code;
    auto result = f(chosen);
    if (!std::cout.flush())
      throw std::runtime_error{"cannot write to stdout"};
    return result;
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 1;
  }
}

/// Runs until Ctrl-C, or until the runner fails.
inline void run_until_interrupted(projections::projection_runner& runner) {
  projections::stop_signals signals;
  std::jthread waits_for_signal{[&] {
    pollfd interrupted{signals.descriptor(), POLLIN, 0};
    while (::poll(&interrupted, 1, -1) < 0) {
      // Another signal has ended the wait.
    }
    runner.stop();
  }};
  try {
    runner.run_forever();
  } catch (...) {
    signals.stop();
    throw;
  }
}

} // namespace examples
