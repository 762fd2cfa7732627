#include "tests/end_to_end/node_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace projections::test {

namespace {

constexpr size_t piece_bytes = 1 << 16;

struct pipe_ends {
  int read = -1;
  int write = -1;
};

pipe_ends make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error{errno, std::generic_category(), "pipe2"};
  return {ends[0], ends[1]};
}

void do_not_block(int pipe_end) {
  fcntl(pipe_end, F_SETFL, fcntl(pipe_end, F_GETFL) | O_NONBLOCK);
}

void close_end(int& pipe_end) {
  if (pipe_end >= 0)
    close(std::exchange(pipe_end, -1));
}

[[noreturn]] void become_node(const std::vector<char*>& arguments, int input,
                              int output, int errors) {
  // The test ignores SIGPIPE, and an ignored signal stays ignored after exec;
  // the node has to deal with it by itself.
  signal(SIGPIPE, SIG_DFL);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  execv(arguments.front(), arguments.data());
  constexpr std::string_view complaint = "cannot execute the node\n";
  [[maybe_unused]] auto written
    = write(STDERR_FILENO, complaint.data(), complaint.size());
  _exit(127);
}

} // namespace

node_process::node_process(const std::vector<std::string>& arguments) {
  signal(SIGPIPE, SIG_IGN);
  auto words = arguments;
  words.insert(words.begin(), PROJECTIONS_NODE_PATH);
  std::vector<char*> argv;
  for (auto& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  auto input = make_pipe();
  auto output = make_pipe();
  auto errors = make_pipe();
  child_ = fork();
  if (child_ < 0)
    throw std::system_error{errno, std::generic_category(), "fork"};
  if (child_ == 0)
    become_node(argv, input.read, output.write, errors.write);
  close(input.read);
  close(output.write);
  close(errors.write);
  input_ = input.write;
  output_ = output.read;
  errors_ = errors.read;
  for (auto pipe_end : {input_, output_, errors_})
    do_not_block(pipe_end);
  consume_output_ = [this](std::string_view piece) { out_ += piece; };
}

node_process::~node_process() {
  close_end(input_);
  close_end(output_);
  close_end(errors_);
  if (child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
}

// -- modifiers ----------------------------------------------------------------

bool node_process::send(std::string_view bytes) {
  while (!bytes.empty() && input_ >= 0)
    if (!move_bytes(bytes, patience))
      fail("the node does not take its input");
  return input_ >= 0;
}

size_t node_process::send_until_stalled(std::string_view bytes,
                                        std::chrono::milliseconds quiet) {
  auto unsent = bytes;
  while (!unsent.empty() && input_ >= 0 && move_bytes(unsent, quiet)) {
    // Goes on for as long as bytes move.
  }
  return bytes.size() - unsent.size();
}

std::string node_process::read_line() {
  for (auto searched = taken_;;) {
    auto end = out_.find('\n', searched);
    if (end != std::string::npos) {
      auto line = out_.substr(taken_, end - taken_);
      taken_ = end + 1;
      return line;
    }
    searched = out_.size();
    if (output_ < 0)
      fail("stdout ended before a whole line");
    std::string_view nothing;
    if (!move_bytes(nothing, patience))
      fail("no line on stdout");
  }
}

finished_run node_process::wait() {
  std::string_view nothing;
  while (output_ >= 0 || errors_ >= 0)
    if (!move_bytes(nothing, patience))
      fail("the node does not end");
  int status = 0;
  rusage usage{};
  while (wait4(child_, &status, 0, &usage) < 0 && errno == EINTR) {
    // A signal to the test interrupted the wait.
  }
  child_ = -1;
  close_end(input_);
  finished_run result;
  result.out = out_.substr(taken_);
  result.err = err_;
  result.exit_status
    = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  // The kernel counts in KiB.
  result.peak_rss_bytes = static_cast<size_t>(usage.ru_maxrss) * 1024;
  return result;
}

finished_run node_process::finish() {
  close_input();
  return wait();
}

void node_process::send_signal(int number) {
  kill(child_, number);
}

finished_run node_process::signal_until_ended(int number) {
  using clock = std::chrono::steady_clock;
  std::string_view nothing;
  auto give_up = clock::now() + patience;
  // Only the end of the process closes its stderr.
  while (errors_ >= 0) {
    send_signal(number);
    move_bytes(nothing, std::chrono::milliseconds{20});
    if (clock::now() > give_up)
      fail("the node ignores the signal");
  }
  hold_output(false);
  return wait();
}

void node_process::close_input() {
  close_end(input_);
}

void node_process::close_output() {
  close_end(output_);
}

void node_process::hold_output(bool held) {
  output_held_ = held;
}

void node_process::consume_output(sink consume) {
  consume_output_ = std::move(consume);
}

// -- moving bytes -------------------------------------------------------------

bool node_process::move_bytes(std::string_view& unsent,
                              std::chrono::milliseconds limit) {
  // poll skips negative descriptors.
  std::array<pollfd, 3> ends{{
    {unsent.empty() ? -1 : input_, POLLOUT, 0},
    {output_held_ ? -1 : output_, POLLIN, 0},
    {errors_, POLLIN, 0},
  }};
  auto ready = poll(ends.data(), ends.size(), static_cast<int>(limit.count()));
  if (ready < 0)
    return errno == EINTR;
  if (ready == 0)
    return false;
  if (ends[1].revents != 0)
    take_in(output_, consume_output_);
  if (ends[2].revents != 0)
    take_in(errors_, [this](std::string_view piece) { err_ += piece; });
  if (ends[0].revents != 0) {
    auto written = write(input_, unsent.data(), unsent.size());
    if (written >= 0)
      unsent.remove_prefix(static_cast<size_t>(written));
    else if (errno != EAGAIN && errno != EINTR)
      close_end(input_);
  }
  return true;
}

void node_process::take_in(int& pipe_end, const sink& consume) {
  std::array<char, piece_bytes> piece;
  auto got = read(pipe_end, piece.data(), piece.size());
  if (got > 0)
    consume({piece.data(), static_cast<size_t>(got)});
  else if (got == 0 || (errno != EAGAIN && errno != EINTR))
    close_end(pipe_end);
}

void node_process::fail(const std::string& what) {
  constexpr size_t shown_max = 2000;
  auto from = err_.size() - std::min(err_.size(), shown_max);
  throw std::runtime_error{what + "; its stderr ends in: " + err_.substr(from)};
}

// -- functions ----------------------------------------------------------------

finished_run run_node(const std::vector<std::string>& arguments,
                      std::string_view input) {
  node_process node{arguments};
  node.send(input);
  return node.finish();
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string bytes_of_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    throw std::runtime_error{"cannot read " + path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace projections::test
