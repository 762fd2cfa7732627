// An ordered list of texts that can be written out by a few big copies. The
// rows of a state and the members of a large object are kept in one. Ours,
// since a container of strings has each text elsewhere: a reply would be a copy
// for each row, not one for each piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// Something that keeps its text ready to be copied.
class text_source {
public:
  virtual ~text_source() = default;

  /// Returns how many bytes `write` writes.
  [[nodiscard]] virtual size_t bytes() const = 0;

  /// Writes the text to `out`, which has room for `bytes()`. Returns the end of
  /// what was written.
  virtual char* write(char* out) const = 0;
};

/// Texts in order, each behind a separator, packed into pieces of at most
/// `piece_bytes_max` bytes (or one text each, if larger). Appending, changing
/// and erasing one text moves at most one piece's bytes, however many texts
/// there are; writing the whole copies piece by piece. Costs about 16 bytes a
/// text above the text itself. Not thread-safe. A function that throws
/// `std::bad_alloc` has changed nothing that can be seen.
class text_sequence final : public text_source {
public:
  /// Names a text for as long as it is in the sequence; reused afterwards.
  using item = uint32_t;

  /// A piece of several texts is split before it becomes larger, in bytes.
  static constexpr size_t piece_bytes_max = 8192;

  /// `separator` stands between two texts; it must outlive the sequence.
  explicit text_sequence(std::string_view separator);

  // -- modifiers ---------------------------------------------------------------

  /// Adds `text` at the end.
  item append(std::string_view text);

  /// Puts `text` in the place of what `i` held, its tail included.
  void replace(item i, std::string_view text);

  /// Puts `text` followed by what `tail` writes in the place of what `i` held.
  void replace(item i, std::string_view text,
               std::unique_ptr<text_source> tail);

  /// Takes note that the tail of `i` had `before` bytes and has changed.
  void tail_changed(item i, size_t before);

  /// Takes `i` out.
  void erase(item i);

  // -- inspectors --------------------------------------------------------------

  /// Returns the text of `i` without its tail; valid until the next modifier
  /// runs.
  [[nodiscard]] std::string_view at(item i) const;

  /// Has the beginning of the text of `i` brought into the cache.
  void prefetch(item i) const {
    auto& at = slots_[i];
    __builtin_prefetch(pieces_[at.in].text.data() + at.offset);
  }

  /// Returns the tail of `i`, or null.
  [[nodiscard]] text_source* tail(item i) const;

  /// Returns how many texts there are.
  [[nodiscard]] size_t size() const {
    return size_;
  }

  size_t bytes() const override;

  char* write(char* out) const override;

private:
  /// Ends a list of pieces or slots.
  static constexpr uint32_t none = UINT32_MAX;

  /// A run of texts, each with a separator in front of it.
  struct piece {
    std::string text;
    /// The texts in order.
    std::vector<item> items;
    /// Written behind the only text, if there is one.
    std::unique_ptr<text_source> tail;
    uint32_t before = none;
    uint32_t after = none;
  };

  /// Where a text is. In a free slot, `offset` is the next free one.
  struct slot {
    uint32_t in = none;
    uint32_t offset = 0;
    uint32_t length = 0;
  };

  uint32_t new_piece(uint32_t behind);
  void drop_piece(uint32_t p);
  void split(uint32_t p, size_t items_left);
  void isolate(item i);
  size_t place_of(item i) const;
  void move_following(piece& p, size_t place, ptrdiff_t by);

  std::string_view separator_;
  std::vector<piece> pieces_;
  std::vector<slot> slots_;
  /// Chains of free pieces and slots.
  uint32_t free_piece_ = none;
  uint32_t free_slot_ = none;
  /// The ends of the list of pieces.
  uint32_t first_ = none;
  uint32_t last_ = none;
  size_t size_ = 0;
  /// All texts and tails, each with a separator.
  size_t bytes_ = 0;
};

} // namespace projections
