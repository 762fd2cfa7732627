// The command line of `projection-node`. `main` reads it and makes a node of
// it.
#pragma once

#include "projections/messages/interfaces/caf_system.hpp"
#include "projections/runtime/node.hpp"

#include <cstddef>
#include <iosfwd>
#include <string>

namespace projections {

/// CAF's configuration and the options of the node. Call
/// `compat::add_core_message_types` before making one.
class configuration : public caf::actor_system_config {
public:
  configuration();

  /// Reads the command line. Returns an empty text, or what is wrong with it.
  [[nodiscard]] std::string read(int argc, char** argv);

  /// Returns what the options say for a node. Throws `std::runtime_error`, or
  /// one derived of it, that names the option and value that cannot be used.
  [[nodiscard]] node_settings settings() const;

  /// Whether `--version` was given.
  bool version = false;

  /// How much is logged on stderr.
  std::string log_level = "warn";

private:
  std::string read_models_;
  std::string reply_ = "auto";
  bool compact_ = false;
  size_t dedup_window_ = 0;
  size_t request_bytes_max_ = request_limits{}.request_bytes_max;
  size_t depth_max_ = request_limits{}.depth_max;
  size_t bytes_in_flight_max_ = node_settings{}.bytes_in_flight_max;
  size_t threads_ = 0;
};

} // namespace projections
