#include "projections/actors/node/buffered_output.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace projections {

namespace {

/// What is written at once, in bytes; more goes past the buffer.
constexpr size_t buffer_bytes = size_t{128} << 10;
constexpr size_t buffered_bytes_max = size_t{16} << 10;

} // namespace

buffered_output::buffered_output(int descriptor)
  : descriptor_(descriptor), buffer_(buffer_bytes) {
  // nop
}

bool buffered_output::write(std::string_view text) {
  if (text.size() > buffer_.size() - used_ && !flush())
    return false;
  if (text.size() > buffered_bytes_max)
    return flush() && write_now(text);
  std::memcpy(buffer_.data() + used_, text.data(), text.size());
  used_ += text.size();
  return !failed_;
}

bool buffered_output::flush() {
  return write_now({buffer_.data(), std::exchange(used_, 0)});
}

bool buffered_output::write_now(std::string_view text) {
  while (!text.empty() && !failed_) {
    auto written = ::write(descriptor_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{descriptor_, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      failed_ = true;
    }
  }
  return !failed_;
}

} // namespace projections
