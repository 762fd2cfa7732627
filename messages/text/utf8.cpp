#include "projections/messages/text/utf8.hpp"

#include <cstring>

namespace projections {

namespace {

/// Returns whether the first eight bytes of `text` are there and ASCII.
bool starts_with_ascii_word(std::string_view text) {
  uint64_t word = 0;
  if (text.size() < sizeof(word))
    return false;
  std::memcpy(&word, text.data(), sizeof(word));
  return (word & 0x8080808080808080) == 0;
}

} // namespace

size_t character_length(std::string_view text) {
  auto byte = [text](size_t i) {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0};
  };
  auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  if (text.empty())
    return 0;
  auto first = byte(0);
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first <= 0xDF)
    return continues(1) ? 2 : 0;
  if ((first & 0xF0) == 0xE0) {
    // Shorter forms of the same character, and surrogates, are none.
    auto valid = continues(1) && continues(2)
                 && (first != 0xE0 || byte(1) >= 0xA0)
                 && (first != 0xED || byte(1) < 0xA0);
    return valid ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    auto valid = continues(1) && continues(2) && continues(3)
                 && (first != 0xF0 || byte(1) >= 0x90)
                 && (first != 0xF4 || byte(1) < 0x90);
    return valid ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (starts_with_ascii_word(text)) {
      text.remove_prefix(sizeof(uint64_t));
      continue;
    }
    auto length = character_length(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

void append_character(std::string& out, uint32_t code_point) {
  auto put = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  auto rest
    = [&](unsigned shift) { put(0x80 | ((code_point >> shift) & 0x3F)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    rest(0);
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    rest(6);
    rest(0);
  } else {
    put(0xF0 | (code_point >> 18));
    rest(12);
    rest(6);
    rest(0);
  }
}

} // namespace projections
