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
#include <sstream>
#include <stdexcept>
#include <string>
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
  std::cerr << problem << "; --help lists the options\n";
  return 2;
}

/// Reads the command line and calls `f(options)`. Returns the exit code.
template <class Options, class F>
int run(int argc, char** argv, F f) {
  using namespace projections;
  // What is logged must not mix with what is printed.
  spdlog::set_default_logger(spdlog::stderr_logger_mt("example"));
  try {
    compat::add_core_message_types();
    Options chosen;
    if (auto problem = oversized_argument(argc, argv); !problem.empty())
      return refuse(problem);
    std::istringstream no_file;
    if (auto error = chosen.parse(argc, argv, no_file)) {
      auto refused = refused_argument(chosen, argc, argv);
      return refuse(refused.empty() ? compat::render_error(error) : refused);
    }
    if (compat::help_was_printed(chosen))
      return 0;
    if (auto rest = compat::plain_arguments(chosen); !rest.empty())
      return refuse("unknown argument \"" + rest.front() + "\"");
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
