#include "projections/messages/protocol/chunk.hpp"

#include <new>
#include <utility>

namespace projections {

raw_buffer::raw_buffer(raw_buffer&& other) noexcept
  : bytes_(std::exchange(other.bytes_, nullptr)),
    capacity_(std::exchange(other.capacity_, 0)) {
  // nop
}

raw_buffer& raw_buffer::operator=(raw_buffer&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

raw_buffer::~raw_buffer() {
  release();
}

void raw_buffer::reserve(size_t bytes) {
  if (bytes <= capacity_)
    return;
  auto grown = static_cast<char*>(std::realloc(bytes_, bytes));
  if (grown == nullptr)
    throw std::bad_alloc{};
  bytes_ = grown;
  capacity_ = bytes;
}

void raw_buffer::release() {
  std::free(bytes_);
  bytes_ = nullptr;
  capacity_ = 0;
}

void chunk::clear() {
  text_bytes = 0;
  requests.clear();
  events.clear();
  ahead.clear();
  texts.clear();
  node_id.reset();
  last = false;
  if (text.capacity() > kept_bytes_max)
    text.release();
  if (normalised.capacity() > 2 * kept_bytes_max)
    normalised.release();
  if (requests.capacity() * sizeof(request) > kept_bytes_max)
    std::vector<request>{}.swap(requests);
  if (events.capacity() * sizeof(rebuild_event) > kept_bytes_max)
    std::vector<rebuild_event>{}.swap(events);
}

} // namespace projections
