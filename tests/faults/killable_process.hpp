// A process that a test starts, listens to and kills.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace projections::test {

/// A child process. Its stdout is read line by line, its stderr is that of the
/// test. Not thread-safe. An object that goes kills the process.
class killable_process {
public:
  /// Starts the program in the file `arguments[0]`.
  explicit killable_process(std::vector<std::string> arguments);

  killable_process(const killable_process&) = delete;
  killable_process& operator=(const killable_process&) = delete;

  ~killable_process();

  // -- modifiers ---------------------------------------------------------------

  /// Returns the next whole line of its output without its end, or nothing
  /// after the last one.
  std::optional<std::string> read_line();

  /// Sends SIGKILL.
  void kill();

  /// Waits for its end and returns its status, as `waitpid` gives it.
  int wait();

private:
  pid_t child_ = -1;
  std::FILE* output_ = nullptr;
};

} // namespace projections::test
