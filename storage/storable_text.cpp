#include "storage/storable_text.hpp"

#include <cstddef>
#include <cstdint>

namespace projections {

namespace {

/// Returns the length of the character at the front of `text`; 0 if it is none.
size_t character_length(std::string_view text) {
  auto byte = [text](size_t i) {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0};
  };
  auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  auto first = byte(0);
  if (first < 0x80)
    return first == 0 ? 0 : 1;
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

} // namespace

bool is_storable_text(std::string_view text) {
  while (!text.empty()) {
    auto length = character_length(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

} // namespace projections
