// Reads the values of simple_json.hpp.
#include "tests/end_to_end/simple_json.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace projections::test {

namespace {

constexpr size_t depth_max = 1024;

struct text_reader {
  std::string_view text;
  size_t at = 0;

  // Returns whether the byte at the current place is one of `wanted`.
  [[nodiscard]] bool sees(std::string_view wanted) const {
    return at < text.size() && wanted.find(text[at]) != std::string_view::npos;
  }

  bool take(char wanted) {
    if (!sees({&wanted, 1}))
      return false;
    ++at;
    return true;
  }

  void skip_space() {
    while (sees(" \t\r\n"))
      ++at;
  }

  [[nodiscard]] bool at_end() const {
    return at == text.size();
  }

  [[nodiscard]] reading unexpected() const {
    return at_end() ? reading::incomplete : reading::malformed;
  }

  bool take_digits() {
    auto begin = at;
    while (sees("0123456789"))
      ++at;
    return at != begin;
  }

  reading read_value(json& value, size_t depth) {
    if (sees("{[") && depth == depth_max)
      return reading::malformed;
    if (take('{'))
      return read_object(value, depth + 1);
    if (take('['))
      return read_array(value, depth + 1);
    if (take('"')) {
      value = json{""};
      return read_string(value.text);
    }
    if (sees("-0123456789"))
      return read_number(value);
    for (std::string_view name : {"true", "false", "null"}) {
      if (text.substr(at).starts_with(name)) {
        at += name.size();
        value = json::of_literal(std::string{name});
        return reading::complete;
      }
    }
    return unexpected();
  }

  reading read_object(json& value, size_t depth) {
    value = json::of_object();
    skip_space();
    if (take('}'))
      return reading::complete;
    for (;;) {
      skip_space();
      if (!take('"'))
        return unexpected();
      std::string key;
      if (auto result = read_string(key); result != reading::complete)
        return result;
      skip_space();
      if (!take(':'))
        return unexpected();
      skip_space();
      json member;
      if (auto result = read_value(member, depth); result != reading::complete)
        return result;
      value.set(key, std::move(member));
      skip_space();
      if (take('}'))
        return reading::complete;
      if (!take(','))
        return unexpected();
    }
  }

  reading read_array(json& value, size_t depth) {
    value = json::of_array();
    skip_space();
    if (take(']'))
      return reading::complete;
    for (;;) {
      skip_space();
      auto& item = value.items.emplace_back();
      if (auto result = read_value(item, depth); result != reading::complete)
        return result;
      skip_space();
      if (take(']'))
        return reading::complete;
      if (!take(','))
        return unexpected();
    }
  }

  reading read_number(json& value) {
    auto begin = at;
    take('-');
    if (!take('0') && !take_digits())
      return reading::malformed;
    if (take('.') && !take_digits())
      return reading::malformed;
    if (sees("eE")) {
      ++at;
      if (sees("+-"))
        ++at;
      if (!take_digits())
        return reading::malformed;
    }
    value = json::of_number(std::string{text.substr(begin, at - begin)});
    return std::isinf(std::strtod(value.text.c_str(), nullptr))
             ? reading::malformed
             : reading::complete;
  }

  // A string must end on its line, so it is never merely incomplete.
  reading read_string(std::string& content) {
    while (!at_end()) {
      auto byte = static_cast<unsigned char>(text[at]);
      if (byte == '"') {
        ++at;
        return reading::complete;
      }
      auto read = byte == '\\'   ? read_escape(content)
                  : byte >= 0x80 ? read_multibyte(content)
                                 : byte >= 0x20;
      if (!read)
        return reading::malformed;
      if (byte < 0x80 && byte != '\\')
        content += text[at++];
    }
    return reading::malformed;
  }

  bool read_escape(std::string& content) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    ++at;
    if (sees(letters)) {
      content += meanings[letters.find(text[at++])];
      return true;
    }
    uint32_t code = 0;
    if (!read_code_unit(code))
      return false;
    if (code >= 0xdc00 && code <= 0xdfff)
      return false;
    if (code >= 0xd800 && code <= 0xdbff) {
      uint32_t low = 0;
      if (!take('\\') || !read_code_unit(low) || low < 0xdc00 || low > 0xdfff)
        return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(content, code);
    return true;
  }

  bool read_code_unit(uint32_t& code) {
    if (!take('u'))
      return false;
    code = 0;
    for (int i = 0; i < 4; ++i) {
      if (!sees("0123456789abcdefABCDEF"))
        return false;
      code = code * 16
             + static_cast<uint32_t>(
               std::strtoul(std::string{text[at++]}.c_str(), nullptr, 16));
    }
    return true;
  }

  static void append_utf8(std::string& content, uint32_t code) {
    auto append = [&content](uint32_t byte) {
      content += static_cast<char>(static_cast<unsigned char>(byte));
    };
    if (code < 0x80) {
      append(code);
    } else if (code < 0x800) {
      append(0xc0 | (code >> 6));
      append(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      append(0xe0 | (code >> 12));
      append(0x80 | ((code >> 6) & 0x3f));
      append(0x80 | (code & 0x3f));
    } else {
      append(0xf0 | (code >> 18));
      append(0x80 | ((code >> 12) & 0x3f));
      append(0x80 | ((code >> 6) & 0x3f));
      append(0x80 | (code & 0x3f));
    }
  }

  // Decodes a character and accepts it only if its encoding gives the same
  // bytes, which rules out overlong forms.
  bool read_multibyte(std::string& content) {
    auto lead = static_cast<unsigned char>(text[at]);
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    auto bytes = text.substr(at, length);
    if (lead < 0xc0 || bytes.size() != length)
      return false;
    uint32_t code = lead & (0xffu >> (length + 1));
    for (auto byte : bytes.substr(1))
      code = (code << 6) | (static_cast<unsigned char>(byte) & 0x3f);
    std::string again;
    append_utf8(again, code);
    if (again != bytes || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      return false;
    content += bytes;
    at += length;
    return true;
  }
};

} // namespace

reading read_json(std::string_view text, json& value, size_t& used) {
  text_reader reader{text};
  reader.skip_space();
  auto result = reader.read_value(value, 0);
  used = reader.at;
  return result;
}

} // namespace projections::test
