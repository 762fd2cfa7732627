#include "projections/runtime/stop_signals.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

namespace projections {

namespace {

// A signal handler reaches nothing but what is global. Two signals may be taken
// by two threads at once.
std::atomic_flag signal_taken;
int wake_descriptor = -1;

void make_readable() {
  uint64_t one = 1;
  // It cannot fail: the counter is far from full.
  [[maybe_unused]] auto written = ::write(wake_descriptor, &one, sizeof(one));
}

void take_signal(int number) {
  if (signal_taken.test_and_set())
    ::_exit(128 + number);
  auto error = errno;
  make_readable();
  errno = error;
}

} // namespace

stop_signals::stop_signals() {
  wake_descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_descriptor < 0)
    throw std::system_error{errno, std::generic_category(), "eventfd"};
  struct sigaction action = {};
  action.sa_handler = take_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int stop_signals::descriptor() const {
  return wake_descriptor;
}

void stop_signals::stop() {
  make_readable();
}

} // namespace projections
