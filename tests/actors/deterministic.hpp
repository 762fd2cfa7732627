// CAF's actor system with a scheduler that runs an actor only when a test says
// so, and a clock that stands still. Used by every test of actors.
#pragma once

#include "projections/messages/interfaces/message_types.hpp"
#include "tests/actors/caf_testing.hpp"

#include <chrono>
#include <cstddef>
#include <random>
#include <string_view>

namespace projections::test {

/// A configuration of the testing scheduler that knows all message types.
class deterministic_configuration : public caf::actor_system_config {
public:
  deterministic_configuration();

  /// Makes the message types of CAF known, which its own constructor needs.
  static deterministic_configuration make();
};

/// Runs actors in the order that a test chooses, in the test's own thread.
/// Expects that no actor is left when it is destroyed.
class deterministic_system {
public:
  deterministic_system();

  ~deterministic_system();

  // -- modifiers ---------------------------------------------------------------

  /// Hands a message to the actor that has waited longest. Returns false if no
  /// actor has one.
  bool run_one();

  /// Hands a message to the actor that has waited shortest. Returns false if no
  /// actor has one.
  bool run_latest();

  /// Hands out messages until there are none; who has waited longest comes
  /// first.
  void run();

  /// Hands out messages until there are none, every time to an actor chosen by
  /// chance: any order that threads could bring about may come out.
  void run_in_any_order(std::mt19937_64& chance);

  /// Hands out messages until an actor called `name` has one.
  void run_until_ready(std::string_view name);

  /// Moves the clock, and hands out nothing.
  void advance(std::chrono::milliseconds by);

  caf::actor_system& get() {
    return system_;
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns the actor called `name` that has a message and has waited longest;
  /// null if there is none.
  [[nodiscard]] caf::strong_actor_ptr ready_actor(std::string_view name);

  /// Returns how many actors have a message.
  [[nodiscard]] size_t ready_count();

private:
  deterministic_configuration config_;
  caf::actor_system system_;
};

} // namespace projections::test
