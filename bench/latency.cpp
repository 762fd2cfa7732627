// Measures how long a program takes to answer one request at a time: starts
// it with pipes for stdin and stdout, sends a line, waits for the line that
// answers it, and only then sends the next.
//
// Run it as `bench_latency WARM_UP PROGRAM [ARGUMENT…] < requests > replies`.
// The first WARM_UP requests are not counted. It prints the median and the
// 99th percentile in nanoseconds to stderr and passes the replies on.

#include "bench/command_line.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

extern char** environ;

namespace projections::bench {
namespace {

[[noreturn]] void fail(int code, const char* what) {
  throw std::system_error(code, std::generic_category(), what);
}

/// A running program with a pipe to its stdin and one from its stdout. It ends
/// by itself once its stdin is closed, which `finish` does and waits for.
class piped_program {
public:
  /// Starts `arguments[0]`, looked up in the path; the array ends with null.
  explicit piped_program(char** arguments) {
    int to_program[2];
    int from_program[2];
    if (pipe(to_program) != 0 || pipe(from_program) != 0)
      fail(errno, "pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to_program[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from_program[1], STDOUT_FILENO);
    for (const int end :
         {to_program[0], to_program[1], from_program[0], from_program[1]})
      posix_spawn_file_actions_addclose(&actions, end);
    const int code = posix_spawnp(&process_, arguments[0], &actions, nullptr,
                                  arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (code != 0)
      fail(code, arguments[0]);
    close(to_program[0]);
    close(from_program[1]);
    requests_ = to_program[1];
    replies_ = from_program[0];
  }

  // -- modifiers --------------------------------------------------------------

  /// Sends `request`, a line with its end, and waits for a whole line, which
  /// replaces what is in `reply`.
  void ask(std::string_view request, std::string& reply) {
    for (size_t sent = 0; sent < request.size();) {
      const auto count
        = write(requests_, request.data() + sent, request.size() - sent);
      if (count < 0)
        fail(errno, "write to the program");
      sent += static_cast<size_t>(count);
    }
    reply.clear();
    while (reply.empty() || reply.back() != '\n') {
      pollfd waiting{replies_, POLLIN, 0};
      if (poll(&waiting, 1, answer_milliseconds_max) == 0)
        throw std::runtime_error("the program does not answer");
      const auto count = read(replies_, buffer_.data(), buffer_.size());
      if (count < 0)
        fail(errno, "read from the program");
      if (count == 0)
        throw std::runtime_error("the program ended before it answered");
      reply.append(buffer_.data(), static_cast<size_t>(count));
    }
  }

  /// Closes the program's stdin and returns its wait status.
  int finish() {
    close(requests_);
    int status = 0;
    waitpid(process_, &status, 0);
    return status;
  }

private:
  /// An answer that takes longer than this will not come.
  static constexpr int answer_milliseconds_max = 10'000;

  pid_t process_ = 0;
  int requests_ = -1;
  int replies_ = -1;
  std::vector<char> buffer_ = std::vector<char>(size_t{1} << 16);
};

void run(size_t warm_up, char** arguments) {
  using clock = std::chrono::steady_clock;
  std::vector<std::string> requests;
  for (std::string line; std::getline(std::cin, line);)
    requests.push_back(line + '\n');
  if (requests.size() <= warm_up)
    throw std::runtime_error("there are no requests beyond the warm-up");
  std::vector<int64_t> nanoseconds;
  nanoseconds.reserve(requests.size());
  piped_program program{arguments};
  std::string reply;
  std::string replies;
  for (const auto& request : requests) {
    const auto start = clock::now();
    program.ask(request, reply);
    const std::chrono::nanoseconds taken = clock::now() - start;
    nanoseconds.push_back(taken.count());
    replies += reply;
  }
  if (program.finish() != 0)
    throw std::runtime_error("the program failed");
  std::cout << replies << std::flush;
  nanoseconds.erase(nanoseconds.begin(),
                    nanoseconds.begin() + static_cast<ptrdiff_t>(warm_up));
  std::sort(nanoseconds.begin(), nanoseconds.end());
  std::cerr << nanoseconds[nanoseconds.size() / 2] << ' '
            << nanoseconds[nanoseconds.size() * 99 / 100] << '\n';
}

} // namespace
} // namespace projections::bench

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  return projections::bench::run_program(
    "bench_latency WARM_UP PROGRAM [ARGUMENT…] < requests > replies", argc,
    argv, [&] {
      if (argc < 3)
        throw projections::bench::bad_command_line{};
      projections::bench::run(std::strtoul(argv[1], nullptr, 10), argv + 2);
    });
}
