#include "projections/actors/node/ordered_output.hpp"

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

void batch_order::push(batch_ptr batch) {
  auto sequence = batch->sequence;
  early_.emplace(sequence, std::move(batch));
}

batch_ptr batch_order::pop() {
  auto next = early_.find(next_);
  if (next == early_.end())
    return nullptr;
  auto result = std::move(next->second);
  early_.erase(next);
  ++next_;
  return result;
}

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
