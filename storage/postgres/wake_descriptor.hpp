// Ends a poll on a file descriptor from another thread. Used by what waits for
// a socket and must be able to stop.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace projections {

/// A file descriptor that is readable while it is set. Thread-safe.
class wake_descriptor {
public:
  wake_descriptor() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0)
      throw std::system_error{errno, std::generic_category(), "eventfd"};
  }

  wake_descriptor(const wake_descriptor&) = delete;
  wake_descriptor& operator=(const wake_descriptor&) = delete;

  ~wake_descriptor() {
    ::close(descriptor_);
  }

  // -- modifiers ---------------------------------------------------------------

  void set() noexcept {
    // The only way to fail is that it is set for 2^64 times, which is set.
    [[maybe_unused]] auto ignored = ::eventfd_write(descriptor_, 1);
  }

  void clear() noexcept {
    // Fails where it was not set.
    eventfd_t count = 0;
    [[maybe_unused]] auto ignored = ::eventfd_read(descriptor_, &count);
  }

  // -- inspectors --------------------------------------------------------------

  [[nodiscard]] int descriptor() const noexcept {
    return descriptor_;
  }

private:
  int descriptor_;
};

} // namespace projections
