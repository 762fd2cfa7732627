// A chunk of input on its way through the node: the text that was read, the
// requests decoded from it, and their normalised text. The reader fills it, a
// decoder works on it, the registry sends its requests out.
#pragma once

#include "projections/messages/protocol/request.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// Bytes on the heap that grow without being copied where the system can remap
/// them, and are not touched before they are written. Throws `std::bad_alloc`.
class raw_buffer {
public:
  raw_buffer() = default;

  raw_buffer(raw_buffer&& other) noexcept;

  raw_buffer& operator=(raw_buffer&& other) noexcept;

  ~raw_buffer();

  /// Makes the capacity at least `bytes`; the content stays.
  void reserve(size_t bytes);

  /// Gives all memory back.
  void release();

  [[nodiscard]] char* begin() {
    return bytes_;
  }

  [[nodiscard]] const char* begin() const {
    return bytes_;
  }

  [[nodiscard]] size_t capacity() const {
    return capacity_;
  }

private:
  char* bytes_ = nullptr;
  size_t capacity_ = 0;
};

/// What was folded of a long rebuild while the rest of it was still being
/// decoded; `folds/states/fold_ahead.hpp` has it.
struct fold_ahead;

/// A run of whole requests. Owned by one actor at a time: it travels as a
/// shared pointer that one message holds; the batches made of it read it.
struct chunk {
  /// Buffers up to this size are kept when the chunk is used again, in bytes.
  static constexpr size_t kept_bytes_max = size_t{8} << 20;

  /// Zero bytes that stand behind the text, so that a parser may look ahead.
  static constexpr size_t padding = 64;

  /// The place among all chunks, from 0.
  uint64_t sequence = 0;

  /// What the reader counts for it as in flight, in bytes.
  size_t bytes_in_flight = 0;

  /// The input; `text_bytes` of it and `padding` zero bytes. Decoding writes
  /// into it; requests refer to strings in it that are normalised as they are.
  /// Of requests that came as messages, normalised texts without padding.
  raw_buffer text;
  size_t text_bytes = 0;

  /// The other texts that requests refer to; at most twice as many bytes as
  /// they were made of.
  raw_buffer normalised;

  /// What is in `text`, in order.
  std::vector<request> requests;

  /// The events of the rebuilds among them.
  std::vector<rebuild_event> events;

  /// What was folded of them already, and where the rebuild's events begin.
  struct ahead_of {
    /// Says that the request was refused.
    static constexpr size_t nothing = SIZE_MAX;

    size_t first_event;
    std::shared_ptr<fold_ahead> fold;
  };
  std::vector<ahead_of> ahead;

  /// Texts of their own, such as those of errors, that requests refer to; stay
  /// in place when there are more.
  std::deque<std::string> texts;

  /// The node id of an `init` as a JSON string, which `request::node` may refer
  /// to; null before an `init`.
  std::shared_ptr<const std::string> node_id;

  /// Whether this is the end of input.
  bool last = false;

  /// Returns `length` bytes of normalised text from `begin` on.
  [[nodiscard]] std::string_view normalised_text(uint32_t begin,
                                                 uint32_t length) const {
    return {normalised.begin() + begin, length};
  }

  /// Empties the chunk for its next use and gives back what is unusually large.
  void clear();
};

/// The handle by which chunks travel.
using chunk_ptr = std::shared_ptr<chunk>;

} // namespace projections
