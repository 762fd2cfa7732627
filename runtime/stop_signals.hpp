// SIGTERM and SIGINT as a file descriptor. `main` makes one and gives it to the
// node.
#pragma once

namespace projections {

/// Takes over SIGTERM and SIGINT for the rest of the process: the first one
/// makes `descriptor` readable, a second one ends the process at once with 128
/// plus its number. Also ignores SIGPIPE, so that a closed output is an error
/// of `write`. There may be one at most.
class stop_signals {
public:
  /// Throws `std::system_error`.
  stop_signals();

  /// Becomes readable with the first signal, or with `stop`.
  [[nodiscard]] int descriptor() const;

  /// Does what the first signal does.
  void stop();
};

} // namespace projections
