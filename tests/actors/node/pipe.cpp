#include "tests/actors/node/pipe.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace projections::test {

namespace {

int checked(int result) {
  if (result < 0)
    throw std::system_error{errno, std::generic_category(), "pipe"};
  return result;
}

void close_once(int& descriptor) {
  if (descriptor >= 0)
    ::close(std::exchange(descriptor, -1));
}

} // namespace

test_pipe::test_pipe() {
  int ends[2];
  checked(::pipe2(ends, O_CLOEXEC));
  out_ = ends[0];
  in_ = ends[1];
}

test_pipe::~test_pipe() {
  close_in();
  close_out();
}

void test_pipe::write(std::string_view text) {
  while (!text.empty())
    text.remove_prefix(static_cast<size_t>(
      checked(static_cast<int>(::write(in_, text.data(), text.size())))));
}

std::string test_pipe::read_some() {
  std::string result(1 << 20, '\0');
  auto got
    = checked(static_cast<int>(::read(out_, result.data(), result.size())));
  result.resize(static_cast<size_t>(got));
  return result;
}

std::string test_pipe::read_to_end() {
  std::string result;
  char piece[1000];
  while (auto got
         = checked(static_cast<int>(::read(out_, piece, sizeof(piece)))))
    result.append(piece, static_cast<size_t>(got));
  return result;
}

void test_pipe::close_in() {
  close_once(in_);
}

void test_pipe::close_out() {
  close_once(out_);
}

void test_pipe::make_small() {
  checked(::fcntl(in_, F_SETPIPE_SZ, 4096));
}

void test_pipe::make_large() {
  checked(::fcntl(in_, F_SETPIPE_SZ, 1 << 20));
}

void test_pipe::make_non_blocking() {
  checked(::fcntl(in_, F_SETFL, O_NONBLOCK));
}

void test_pipe::replace_in_by(const test_pipe& other) {
  checked(::dup2(other.in(), in_));
}

size_t test_pipe::bytes_ready() const {
  int result = 0;
  checked(::ioctl(out_, FIONREAD, &result));
  return static_cast<size_t>(result);
}

} // namespace projections::test
