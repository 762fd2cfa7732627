#include "projections/actors/node/chunk_filler.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace projections {

namespace {

/// What one read asks for at least, in bytes.
constexpr size_t read_bytes_min = size_t{64} << 10;

} // namespace

// -- interruptible_input ---------------------------------------------------------

interruptible_input::interruptible_input(int descriptor, int stop_descriptor)
  : descriptor_(descriptor), stop_descriptor_(stop_descriptor) {
  // nop
}

size_t interruptible_input::read(char* out, size_t bytes) {
  for (;;) {
    wait(-1);
    if (stopped_)
      return 0;
    auto got = ::read(descriptor_, out, bytes);
    if (got >= 0)
      return static_cast<size_t>(got);
    if (errno != EINTR && errno != EAGAIN)
      throw std::system_error{errno, std::generic_category(),
                              "cannot read the input"};
  }
}

bool interruptible_input::is_ready() {
  return wait(0);
}

/// Waits until there is input or the stop, at most `timeout_ms` (-1: for ever).
bool interruptible_input::wait(int timeout_ms) {
  pollfd both[] = {{descriptor_, POLLIN, 0}, {stop_descriptor_, POLLIN, 0}};
  auto ready = 0;
  do
    ready = ::poll(both, 2, timeout_ms);
  while (ready < 0 && errno == EINTR);
  if (ready <= 0)
    return false;
  stopped_ |= both[1].revents != 0;
  return true;
}

// -- chunk_filler ----------------------------------------------------------------

chunk_filler::chunk_filler(interruptible_input& source, request_limits limits,
                           size_t chunk_bytes)
  : source_(source), limits_(limits), chunk_bytes_(chunk_bytes),
    framer_(limits) {
  // nop
}

void chunk_filler::fill(chunk& out) {
  for (;;) {
    if (skipping_)
      skip_rest_of_line();
    gather();
    if (ended_ && !source_.is_stopped()) {
      hand_over(out, used_);
      out.last = true;
      return;
    }
    // More is coming or there already: the tail can wait for it.
    if (auto cut = last_cut();
        cut > 0 && !ended_ && (used_ >= chunk_bytes_ || source_.is_ready()))
      return hand_over(out, cut);
    auto complete = complete_requests(last_cut());
    // What the end of input cuts off is a request, too; what a stop does is
    // not.
    auto all = ended_ && !skipping_ && !source_.is_stopped();
    if (complete > 0 || ended_) {
      hand_over(out, all ? used_ : complete);
      out.last = ended_ && !skipping_;
      return;
    }
  }
}

/// Reads more into the buffer, blocking. Returns false at the end of input.
bool chunk_filler::read_more() {
  auto wanted
    = std::max(read_bytes_min, used_ < chunk_bytes_ ? chunk_bytes_ - used_ : 0);
  if (buffer_.capacity() < used_ + wanted + chunk::padding)
    buffer_.reserve(std::max(used_ + wanted + chunk::padding,
                             buffer_.capacity() + buffer_.capacity() / 2));
  // A buffer that once held a long request must not make long chunks.
  auto room = std::min(buffer_.capacity() - used_ - chunk::padding,
                       std::max(wanted, used_));
  auto got = ended_ ? 0 : source_.read(buffer_.begin() + used_, room);
  ended_ = got == 0;
  used_ += got;
  return !ended_;
}

/// Reads while input is ready and the chunk has room, and as long as it may
/// tell where to cut: at a line that begins with a brace, or at the end of
/// input. To find the end of a request in another way means to parse it.
void chunk_filler::gather() {
  if (used_ == 0 && !read_more())
    return;
  while (!ended_ && source_.is_ready()) {
    auto first_break = find_line_break();
    auto has_break = first_break != std::string_view::npos;
    if (used_ >= chunk_bytes_
        && (last_cut() > 0
            || (has_break ? used_ > first_break + chunk_bytes_
                          : used_ > limits_.request_bytes_max)))
      return;
    read_more();
  }
}

/// Returns the beginning of the last line that begins with a brace, if it is
/// not the first line; else 0.
size_t chunk_filler::last_cut() {
  auto begin = buffer_.begin();
  for (auto end = used_; end > searched_;) {
    auto brace = static_cast<const char*>(
      ::memrchr(begin + searched_, '{', end - searched_));
    if (brace == nullptr)
      break;
    end = static_cast<size_t>(brace - begin);
    if (end > 0 && brace[-1] == '\n') {
      cut_ = end;
      break;
    }
  }
  searched_ = used_;
  return cut_;
}

/// Returns the place of the first line break, or `npos`.
size_t chunk_filler::find_line_break() {
  if (first_break_ == std::string_view::npos)
    first_break_ = text().find('\n', searched_for_break_);
  searched_for_break_ = used_;
  return first_break_;
}

/// To be called when text was taken from the front of the buffer.
void chunk_filler::forget_searches() {
  searched_ = 0;
  cut_ = 0;
  searched_for_break_ = 0;
  first_break_ = std::string_view::npos;
}

/// Reads on and drops everything up to a line break.
void chunk_filler::skip_rest_of_line() {
  while (used_ > 0 || read_more()) {
    auto text_end = text().find('\n');
    auto dropped = text_end == std::string_view::npos ? used_ : text_end + 1;
    std::memmove(buffer_.begin(), buffer_.begin() + dropped, used_ - dropped);
    used_ -= dropped;
    forget_searches();
    if (text_end != std::string_view::npos)
      break;
  }
  skipping_ = false;
}

/// Returns where the requests end that are complete from `from` on. Blocks if
/// there would be nothing else to hand over.
size_t chunk_filler::complete_requests(size_t from) {
  auto complete = from;
  auto more = [&] {
    if (complete == 0)
      read_more();
    return text();
  };
  for (;;) {
    auto frame = framer_.find_end(text(), complete, more);
    switch (frame.how) {
      case request_frame::ending::unfinished:
        return complete;
      case request_frame::ending::too_long:
        skipping_ = true;
        return frame.end;
      default:
        complete = frame.end;
    }
    if (complete == used_)
      return complete;
  }
}

/// Moves the first `bytes` of the buffer to `out` and keeps the rest.
void chunk_filler::hand_over(chunk& out, size_t bytes) {
  auto left = used_ - bytes;
  if (bytes < buffer_.capacity() / 8) {
    // A few requests must not take a large buffer with them while they wait.
    out.text.reserve(bytes + chunk::padding);
    std::memcpy(out.text.begin(), buffer_.begin(), bytes);
    std::memmove(buffer_.begin(), buffer_.begin() + bytes, left);
  } else {
    std::swap(out.text, buffer_);
    buffer_.reserve(left + read_bytes_min + chunk::padding);
    out.text.reserve(bytes + chunk::padding);
    std::memcpy(buffer_.begin(), out.text.begin() + bytes, left);
  }
  std::memset(out.text.begin() + bytes, 0, chunk::padding);
  out.text_bytes = bytes;
  used_ = left;
  forget_searches();
}

} // namespace projections
