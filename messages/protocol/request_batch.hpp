// A run of requests that are carried out together, and the room for their
// replies: what the registry sends out and the writer gets back.
#pragma once

#include "projections/messages/protocol/chunk.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

namespace projections {

/// Memory for replies; not cleared, since most of it may never be used.
struct reply_room {
  reply_room() = default;

  explicit reply_room(size_t count) : bytes(count), begin(new char[count]) {
    // nop
  }

  size_t bytes = 0;
  std::unique_ptr<char[]> begin;
};

/// Requests that lie side by side in a chunk. Actors answer different requests
/// of one batch at the same time; each answers its own, once. The batch is held
/// by counted handles, one in every message that is under way, and is finished
/// when the last one is gone: so a message that is lost with a dying actor
/// finishes it too.
class request_batch {
public:
  /// Takes no request yet; they begin with `first`.
  request_batch(chunk_ptr in, uint32_t first);

  request_batch(const request_batch&) = delete;

  request_batch& operator=(const request_batch&) = delete;

  // -- modifiers ---------------------------------------------------------------

  /// Takes one more request of the chunk.
  void add_one() {
    ++end_;
  }

  /// Uses `room` for replies; to be called before any actor gets the batch.
  /// Where they need more, more is found.
  void use_room(reply_room room) {
    room_ = std::move(room);
  }

  /// Gives the room back; the replies are gone then.
  reply_room take_room() {
    return std::move(room_);
  }

  /// Returns room for `bytes` of a reply. May be called by many threads.
  char* claim(size_t bytes);

  /// Makes a copy of `text` the reply to request `i`.
  void answer(uint32_t i, std::string_view text);

  /// Makes `head`, what `source` writes, and `tail` the reply to request `i`.
  template <class Source>
  void answer(uint32_t i, std::string_view head, const Source& source,
              std::string_view tail) {
    auto bytes = head.size() + source.bytes() + tail.size();
    auto begin = claim(bytes);
    head.copy(begin, head.size());
    auto end = source.write(begin + head.size());
    tail.copy(end, tail.size());
    at(i).reply = {begin, bytes};
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns request `i` of the chunk.
  [[nodiscard]] request& at(uint32_t i) const {
    return in_->requests[i];
  }

  /// Returns the first request of the batch.
  [[nodiscard]] uint32_t first() const {
    return first_;
  }

  /// Returns the place behind the last request of the batch.
  [[nodiscard]] uint32_t end() const {
    return end_;
  }

  /// Returns whether there is a room to take.
  [[nodiscard]] bool has_room() const {
    return room_.begin != nullptr;
  }

  [[nodiscard]] const chunk_ptr& in() const {
    return in_;
  }

  /// The place among all batches, from 0.
  uint64_t sequence = 0;

  /// What the registry counts for it as in flight, in bytes.
  size_t bytes_in_flight = 0;

  /// To how many projections its requests were sent.
  size_t groups = 0;

  /// Whether it begins with a query that may wait for its version.
  bool may_wait = false;

private:
  chunk_ptr in_;
  uint32_t first_;
  uint32_t end_;

  /// Further room is made in blocks of this size, in bytes, or as large as one
  /// reply.
  static constexpr size_t block_bytes = size_t{16} << 10;

  char* claim_more(size_t bytes);

  /// The room for most replies, handed out from the front.
  reply_room room_;
  std::atomic<size_t> claimed_{0};

  /// Blocks for replies that found no room, what is left of the last one, and
  /// what guards them.
  std::mutex blocks_mutex_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* block_begin_ = nullptr;
  size_t block_left_ = 0;
};

/// The handle by which batches travel.
using batch_ptr = std::shared_ptr<request_batch>;

} // namespace projections
