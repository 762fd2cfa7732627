// What differs between CAF 0.17.6 and 1.1 for whoever configures and makes a
// system of actors: programs, embedders and tests.
#pragma once

#include "projections/messages/interfaces/caf_compat.hpp"

#include <caf/settings.hpp>

#include <cstddef>
#include <string>
#include <vector>

#if PROJECTIONS_NEW_CAF
#  include <caf/init_global_meta_objects.hpp>
#endif

namespace projections::compat {

/// Makes the message types of `IdBlock` known. Call it before an actor system
/// is made from `config`.
template <class IdBlock>
void add_message_types([[maybe_unused]] caf::actor_system_config& config) {
#if PROJECTIONS_NEW_CAF
  caf::init_global_meta_objects<IdBlock>();
#else
  config.add_message_types<IdBlock>();
#endif
}

/// Makes the message types of CAF itself known. Call it before any
/// `actor_system_config` is made.
inline void add_core_message_types() {
#if PROJECTIONS_NEW_CAF
  caf::core::init_global_meta_objects();
#endif
}

/// Makes systems of `config` have CAF's module `Module`, and the message types
/// of it known.
template <class Module>
void add_module(caf::actor_system_config& config) {
#if PROJECTIONS_NEW_CAF
  Module::init_global_meta_objects();
#endif
  config.load<Module>();
}

/// Returns what `config` has read from a command line besides options.
inline std::vector<std::string>
plain_arguments(const caf::actor_system_config& config) {
#if PROJECTIONS_NEW_CAF
  auto arguments = config.remainder();
  return {arguments.begin(), arguments.end()};
#else
  return config.remainder;
#endif
}

/// Returns whether a command line asked for help, which is printed by then.
inline bool help_was_printed(const caf::actor_system_config& config) {
#if PROJECTIONS_NEW_CAF
  return config.helptext_printed();
#else
  return config.cli_helptext_printed;
#endif
}

/// Sets the number of worker threads.
inline void set_threads(caf::actor_system_config& config, size_t count) {
#if PROJECTIONS_NEW_CAF
  config.set("caf.scheduler.max-threads", count);
#else
  config.set("scheduler.max-threads", count);
#endif
}

/// Lets idle workers wait for work right after a short search, instead of
/// sleeping in steps of 50 microseconds during which nothing wakes them.
inline void wake_workers_at_once(caf::actor_system_config& config) {
#if PROJECTIONS_NEW_CAF
  config.set("caf.work-stealing.moderate-poll-attempts", size_t{0});
#else
  config.set("work-stealing.moderate-poll-attempts", size_t{0});
#endif
}

/// Lets workers take actors from one queue, unless a policy was chosen already.
/// By CAF's default each has a queue and takes from the ends of others', which
/// it looks for from the beginning: with tens of thousands of actors in a
/// queue, it does little else.
inline void share_one_queue(caf::actor_system_config& config) {
#if PROJECTIONS_NEW_CAF
  constexpr const char* policy = "caf.scheduler.policy";
  if (caf::get_or(config, policy, "").empty())
    config.set(policy, "sharing");
#else
  constexpr const char* policy = "scheduler.policy";
  if (!caf::holds_alternative<caf::atom_value>(config, policy))
    config.set(policy, caf::atom("sharing"));
#endif
}

/// Returns the version of CAF as "major.minor.patch".
inline std::string caf_version() {
  return std::to_string(CAF_MAJOR_VERSION) + "."
         + std::to_string(CAF_MINOR_VERSION) + "."
         + std::to_string(CAF_PATCH_VERSION);
}

} // namespace projections::compat
