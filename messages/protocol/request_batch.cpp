#include "projections/messages/protocol/request_batch.hpp"

#include <algorithm>
#include <utility>

namespace projections {

request_batch::request_batch(chunk_ptr in, uint32_t first)
  : in_(std::move(in)), first_(first), end_(first) {
  // nop
}

char* request_batch::claim(size_t bytes) {
  auto begin = claimed_.fetch_add(bytes, std::memory_order_relaxed);
  return begin + bytes <= room_.bytes ? room_.begin.get() + begin
                                      : claim_more(bytes);
}

void request_batch::answer(uint32_t i, std::string_view text) {
  auto begin = claim(text.size());
  text.copy(begin, text.size());
  at(i).reply = {begin, text.size()};
}

char* request_batch::claim_more(size_t bytes) {
  std::lock_guard guard{blocks_mutex_};
  if (bytes > block_left_) {
    auto size = std::max(bytes, block_bytes);
    blocks_.emplace_back(new char[size]);
    block_begin_ = blocks_.back().get();
    block_left_ = size;
  }
  auto begin = block_begin_;
  block_begin_ += bytes;
  block_left_ -= bytes;
  return begin;
}

} // namespace projections
