#include "projections/messages/text/text_sequence.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace projections {

namespace {

/// Makes room for one more element, so that adding it does not throw.
template <class T>
void make_room(std::vector<T>& xs) {
  if (xs.size() == xs.capacity())
    xs.reserve(std::max<size_t>(4, xs.size() * 2));
}

/// Makes room for `bytes` in all. Grows in steps, but never beyond a full piece
/// without need: most pieces end up full and must not be half air.
void make_room(std::string& text, size_t bytes) {
  if (bytes <= text.capacity())
    return;
  auto wanted = std::min(std::max(bytes, text.capacity() * 2),
                         std::max(bytes, text_sequence::piece_bytes_max));
  // A string that grows by itself at least doubles, whatever is reserved.
  std::string grown;
  grown.reserve(wanted);
  grown += text;
  text.swap(grown);
}

/// Gives room back once most of it is not used.
template <class T>
void give_back_room(T& x) {
  if (x.size() < x.capacity() / 4)
    x.shrink_to_fit();
}

} // namespace

text_sequence::text_sequence(std::string_view separator)
  : separator_(separator) {
  // nop
}

text_sequence::item text_sequence::append(std::string_view text) {
  auto added = separator_.size() + text.size();
  auto p = last_;
  if (p == none || pieces_[p].tail
      || pieces_[p].text.size() + added > piece_bytes_max)
    p = new_piece(last_);
  if (free_slot_ == none) {
    make_room(slots_);
    slots_.emplace_back();
    slots_.back().offset = none;
    free_slot_ = static_cast<uint32_t>(slots_.size() - 1);
  }
  auto& in = pieces_[p];
  make_room(in.items);
  make_room(in.text, in.text.size() + added);
  auto i = free_slot_;
  free_slot_ = slots_[i].offset;
  in.text += separator_;
  slots_[i] = {p, static_cast<uint32_t>(in.text.size()),
               static_cast<uint32_t>(text.size())};
  in.text += text;
  in.items.push_back(i);
  bytes_ += added;
  ++size_;
  return i;
}

void text_sequence::replace(item i, std::string_view text) {
  auto& at = slots_[i];
  if (auto& in = pieces_[at.in]; in.tail) {
    make_room(in.text, separator_.size() + text.size());
    bytes_ -= in.tail->bytes();
    in.tail.reset();
  }
  if (pieces_[at.in].text.size() - at.length + text.size() > piece_bytes_max)
    isolate(i);
  auto& in = pieces_[at.in];
  make_room(in.text, in.text.size() - at.length + text.size());
  in.text.replace(at.offset, at.length, text);
  auto by
    = static_cast<ptrdiff_t>(text.size()) - static_cast<ptrdiff_t>(at.length);
  if (by != 0) {
    move_following(in, place_of(i) + 1, by);
    at.length = static_cast<uint32_t>(text.size());
    bytes_ += static_cast<size_t>(by);
    give_back_room(in.text);
  }
}

void text_sequence::replace(item i, std::string_view text,
                            std::unique_ptr<text_source> tail) {
  isolate(i);
  replace(i, text);
  bytes_ += tail->bytes();
  pieces_[slots_[i].in].tail = std::move(tail);
}

void text_sequence::tail_changed(item i, size_t before) {
  bytes_ += tail(i)->bytes() - before;
}

void text_sequence::erase(item i) {
  auto& at = slots_[i];
  auto& in = pieces_[at.in];
  bytes_ -= separator_.size() + at.length;
  if (in.tail)
    bytes_ -= in.tail->bytes();
  if (in.items.size() == 1) {
    drop_piece(at.in);
  } else {
    auto place = place_of(i);
    auto taken = separator_.size() + at.length;
    in.text.erase(at.offset - separator_.size(), taken);
    in.items.erase(in.items.begin() + static_cast<ptrdiff_t>(place));
    move_following(in, place, -static_cast<ptrdiff_t>(taken));
    give_back_room(in.text);
    give_back_room(in.items);
  }
  at = {none, free_slot_, 0};
  free_slot_ = i;
  --size_;
}

std::string_view text_sequence::at(item i) const {
  auto& at = slots_[i];
  return std::string_view{pieces_[at.in].text}.substr(at.offset, at.length);
}

text_source* text_sequence::tail(item i) const {
  return pieces_[slots_[i].in].tail.get();
}

size_t text_sequence::bytes() const {
  return size_ == 0 ? 0 : bytes_ - separator_.size();
}

char* text_sequence::write(char* out) const {
  auto skipped = separator_.size();
  for (auto p = first_; p != none; p = pieces_[p].after) {
    auto& x = pieces_[p];
    // An append that ran out of memory may have left a piece without texts.
    if (x.items.empty())
      continue;
    auto length = x.text.size() - skipped;
    std::memcpy(out, x.text.data() + skipped, length);
    out += length;
    if (x.tail)
      out = x.tail->write(out);
    skipped = 0;
  }
  return out;
}

/// Puts an empty piece behind piece `behind`, or in front of all.
uint32_t text_sequence::new_piece(uint32_t behind) {
  if (free_piece_ == none) {
    make_room(pieces_);
    pieces_.emplace_back();
    free_piece_ = static_cast<uint32_t>(pieces_.size() - 1);
  }
  auto p = free_piece_;
  auto& x = pieces_[p];
  free_piece_ = x.after;
  x.before = behind;
  auto& link = behind == none ? first_ : pieces_[behind].after;
  x.after = link;
  link = p;
  (x.after == none ? last_ : pieces_[x.after].before) = p;
  return p;
}

void text_sequence::drop_piece(uint32_t p) {
  auto& x = pieces_[p];
  (x.before == none ? first_ : pieces_[x.before].after) = x.after;
  (x.after == none ? last_ : pieces_[x.after].before) = x.before;
  // An empty string that is assigned would leave the memory where it is.
  std::string{}.swap(x.text);
  x = {};
  x.after = free_piece_;
  free_piece_ = p;
}

/// Moves all but the first `items_left` texts of `p` into a new piece behind
/// it.
void text_sequence::split(uint32_t p, size_t items_left) {
  auto& all = pieces_[p];
  auto cut = slots_[all.items[items_left]].offset - separator_.size();
  auto moved_text = all.text.substr(cut);
  std::vector<item> moved(
    all.items.begin() + static_cast<ptrdiff_t>(items_left), all.items.end());
  auto q = new_piece(p);
  auto& left = pieces_[p];
  left.text.resize(cut);
  left.text.shrink_to_fit();
  left.items.resize(items_left);
  for (auto i : moved) {
    slots_[i].in = q;
    slots_[i].offset -= static_cast<uint32_t>(cut);
  }
  pieces_[q].text = std::move(moved_text);
  pieces_[q].items = std::move(moved);
}

/// Splits the piece that holds `i` until `i` is alone in it.
void text_sequence::isolate(item i) {
  if (auto place = place_of(i); place > 0)
    split(slots_[i].in, place);
  if (pieces_[slots_[i].in].items.size() > 1)
    split(slots_[i].in, 1);
}

/// Returns the place of `i` among the texts of its piece.
size_t text_sequence::place_of(item i) const {
  auto& items = pieces_[slots_[i].in].items;
  auto place = std::lower_bound(
    items.begin(), items.end(), slots_[i].offset,
    [this](item x, uint32_t offset) { return slots_[x].offset < offset; });
  return static_cast<size_t>(place - items.begin());
}

/// Moves the offsets of the texts of `p` from `place` on.
void text_sequence::move_following(piece& p, size_t place, ptrdiff_t by) {
  for (auto j = place; j < p.items.size(); ++j)
    slots_[p.items[j]].offset += static_cast<uint32_t>(by);
}

} // namespace projections
