// Runs projection-node as a child process and talks to it through pipes.
// Used by every end-to-end test; the path of the binary comes from the build.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace projections::test {

#ifdef PROJECTIONS_SANITIZED
/// Whether the node runs under a sanitizer, slower and with more memory.
inline constexpr bool sanitized = true;
#else
/// Whether the node runs under a sanitizer, slower and with more memory.
inline constexpr bool sanitized = false;
#endif

/// The longest a test waits for the node. It only turns a hang into a failure;
/// no result depends on it.
inline constexpr std::chrono::seconds patience{sanitized ? 600 : 120};

/// What is left of a node that has ended.
struct finished_run {
  /// All of stdout that no `read_line` took and no sink consumed.
  std::string out;

  /// All of stderr.
  std::string err;

  /// The exit code, or minus the number of the signal that ended the node.
  int exit_status = 0;

  /// The largest resident memory the node ever had, in bytes.
  size_t peak_rss_bytes = 0;
};

/// A running node. Reads stdout and stderr whenever it writes to stdin, so that
/// neither side can wait for the other. Not thread-safe. Kills the node when
/// destroyed early. Throws `std::runtime_error`, with the node's stderr, when
/// the node keeps it waiting longer than `patience`.
class node_process {
public:
  /// Takes in a piece of stdout in place of the buffer that `read_line` uses.
  using sink = std::function<void(std::string_view)>;

  /// Starts the node with `arguments` (without the program's name).
  explicit node_process(const std::vector<std::string>& arguments = {});

  node_process(const node_process&) = delete;

  node_process& operator=(const node_process&) = delete;

  ~node_process();

  // -- modifiers --------------------------------------------------------------

  /// Writes `bytes` to stdin. Returns false if the node reads no more.
  bool send(std::string_view bytes);

  /// Writes `bytes` to stdin until the node has taken nothing for `quiet`.
  /// Returns how many bytes it took. A `quiet` too short makes a test weaker,
  /// never wrong.
  size_t send_until_stalled(std::string_view bytes,
                            std::chrono::milliseconds quiet);

  /// Waits for the next line of stdout and returns it without its line break.
  /// Throws if stdout ends before one.
  std::string read_line();

  /// Reads up to the end of stdout and stderr, and waits for the node to end.
  finished_run wait();

  /// Closes stdin, then does as `wait`.
  finished_run finish();

  /// Sends signal `number` to the node.
  void send_signal(int number);

  /// Sends signal `number` again and again until the node has ended. Signals
  /// that arrive together count as one, so a given number of them proves
  /// nothing.
  finished_run signal_until_ended(int number);

  /// Closes the node's stdin.
  void close_input();

  /// Closes the reading end of the node's stdout.
  void close_output();

  /// Stops (`true`) or resumes taking in stdout.
  void hold_output(bool held);

  /// Hands stdout to `consume` from now on instead of keeping it.
  void consume_output(sink consume);

private:
  // Waits at most `limit` for a pipe to move and moves what can be moved.
  // Returns false if nothing did.
  bool move_bytes(std::string_view& unsent, std::chrono::milliseconds limit);

  // Reads what there is; at its end closes `pipe_end`.
  static void take_in(int& pipe_end, const sink& consume);

  // Throws with `what` and the end of the node's stderr.
  [[noreturn]] void fail(const std::string& what);

  pid_t child_ = -1;
  int input_ = -1;
  int output_ = -1;
  int errors_ = -1;
  bool output_held_ = false;
  sink consume_output_;
  // Stdout as it came; what is before `taken_` was returned by `read_line`.
  std::string out_;
  size_t taken_ = 0;
  std::string err_;
};

/// Runs the node over all of `input` and returns what it left.
finished_run run_node(const std::vector<std::string>& arguments,
                      std::string_view input);

/// Splits `text` at its line breaks; the last line needs none.
std::vector<std::string> lines_of(std::string_view text);

/// Returns the bytes of a file. Throws if it cannot be read.
std::string bytes_of_file(const std::string& path);

} // namespace projections::test
