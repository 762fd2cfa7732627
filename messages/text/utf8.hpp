// Which bytes are UTF-8. Used by what checks texts that come from outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace projections {

/// Returns the length in bytes of the character at the front of `text`; 0 if
/// there is none, by RFC 3629. A zero byte is a character.
[[nodiscard]] size_t character_length(std::string_view text);

/// Returns whether `text` is UTF-8 from end to end.
[[nodiscard]] bool is_utf8(std::string_view text);

/// Appends the character with the number `code_point`, which is neither a
/// surrogate nor beyond U+10FFFF.
void append_character(std::string& out, uint32_t code_point);

} // namespace projections
