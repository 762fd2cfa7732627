#include "tests/faults/killable_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace projections::test {

namespace {

void require(int error, const char* what) {
  if (error != 0)
    throw std::system_error{error, std::generic_category(), what};
}

} // namespace

killable_process::killable_process(std::vector<std::string> arguments) {
  std::array<int, 2> ends{};
  require(pipe2(ends.data(), O_CLOEXEC) == 0 ? 0 : errno, "pipe2");
  output_ = fdopen(ends[0], "r");
  std::vector<char*> words;
  for (auto& x : arguments)
    words.push_back(x.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  auto error = posix_spawn(&child_, words.front(), &actions, nullptr,
                           words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  // The child has a copy; without this one, its end ends the output.
  close(ends[1]);
  require(error, "posix_spawn");
}

killable_process::~killable_process() {
  if (child_ > 0) {
    kill();
    wait();
  }
  std::fclose(output_);
}

std::optional<std::string> killable_process::read_line() {
  std::string line;
  for (auto c = std::getc(output_); c != EOF; c = std::getc(output_)) {
    if (c == '\n')
      return line;
    line += static_cast<char>(c);
  }
  return std::nullopt;
}

void killable_process::kill() {
  ::kill(child_, SIGKILL);
}

int killable_process::wait() {
  int status = 0;
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    // A signal to the test interrupted the wait.
  }
  child_ = -1;
  return status;
}

} // namespace projections::test
