// projection-node: JSON lines in, projections at work, replies out.

#include "projections/runtime/arguments.hpp"
#include "projections/runtime/configuration.hpp"
#include "projections/runtime/node.hpp"
#include "projections/runtime/stop_signals.hpp"

#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <iostream>

namespace {

// The exit code of a node that cannot run.
constexpr int failed = 1;

/// Makes sure that the standard descriptors are open, so that nothing else gets
/// their numbers. One that was closed cannot be used: there is nothing to read
/// from it, and it cannot be written.
void open_standard_descriptors() {
  for (auto descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) < 0)
      // The lowest free number is taken.
      ::open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

int run(int argc, char** argv) {
  using namespace projections;
  open_standard_descriptors();
  spdlog::set_default_logger(spdlog::stderr_logger_mt("projection-node"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %n %l: %v");
  compat::add_core_message_types();
  configuration config;
  if (auto problem = config.read(argc, argv); !problem.empty()) {
    std::cerr << "projection-node: " << problem << "\n";
    return projections::bad_arguments;
  }
  if (compat::help_was_printed(config))
    return 0;
  if (config.version) {
    std::cout << "projection-node " << PROJECTIONS_VERSION << " (CAF "
              << compat::caf_version() << ")\n";
    return 0;
  }
  spdlog::set_level(spdlog::level::from_str(config.log_level));
  node_settings settings;
  try {
    settings = config.settings();
  } catch (const std::runtime_error& e) {
    std::cerr << "projection-node: " << e.what() << "\n";
    return projections::bad_arguments;
  }
  stop_signals signals;
  settings.stop = signals.descriptor();
  caf::actor_system system{config};
  auto result = run_node(system, std::move(settings));
  signals.stop();
  return result;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "projection-node: " << e.what() << "\n";
    return failed;
  }
}
