#include "projections/messages/json/json_text.hpp"

#include "projections/messages/text/short_text.hpp"

#include <algorithm>
#include <cstring>

namespace projections {

namespace {

/// Returns the end of the string whose opening quote is at `at`.
const char* string_end(const char* at, const char* end) {
  auto begin = at;
  for (;;) {
    ++at;
    at = static_cast<const char*>(
      std::memchr(at, '"', static_cast<size_t>(end - at)));
    if (at[-1] != '\\')
      return at + 1;
    // The quote is part of the string if an odd number of backslashes stands in
    // front of it. The first one is the opening quote, so the search ends.
    std::string_view before{begin, static_cast<size_t>(at - begin)};
    if ((before.size() - before.find_last_not_of('\\')) % 2 == 1)
      return at + 1;
  }
}

/// Returns the end of the object or array that begins at `at`.
const char* container_end(const char* at, const char* end) {
  size_t depth = 0;
  for (;;) {
    switch (*at) {
      case '"':
        at = string_end(at, end);
        continue;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (--depth == 0)
          return at + 1;
        break;
      default:
        break;
    }
    ++at;
  }
}

/// Returns the end of the number or name that begins at `at`.
const char* literal_end(const char* at, const char* end) {
  while (at != end && *at != ',' && *at != '}' && *at != ']')
    ++at;
  return at;
}

/// Returns the end of the value that begins at `at`.
const char* value_end(const char* at, const char* end) {
  switch (*at) {
    case '"':
      return string_end(at, end);
    case '{':
    case '[':
      return container_end(at, end);
    default:
      return literal_end(at, end);
  }
}

/// Returns the place behind the comma or colon at `at` and the space that may
/// follow it.
const char* after_separator(const char* at) {
  return at + (at[1] == ' ' ? 2 : 1);
}

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

constexpr std::string_view hex_digits = "0123456789abcdef";

/// Returns the value of the hexadecimal digit `c`.
int hex_value(char c) {
  return static_cast<int>(hex_digits.find(c));
}

} // namespace

json_kind kind_of(std::string_view text) {
  switch (text.front()) {
    case '{':
      return json_kind::object;
    case '[':
      return json_kind::array;
    case '"':
      return json_kind::string;
    case 't':
    case 'f':
      return json_kind::boolean;
    case 'n':
      return json_kind::null;
    default:
      return json_kind::number;
  }
}

size_t value_length(std::string_view text) {
  auto begin = text.data();
  return static_cast<size_t>(value_end(begin, begin + text.size()) - begin);
}

member_cursor::member_cursor(std::string_view object)
  : at_(object.data() + 1), end_(object.data() + object.size() - 1) {
  // nop
}

bool member_cursor::next() {
  if (at_ == end_)
    return false;
  if (*at_ == ',')
    at_ = after_separator(at_);
  auto key_end = string_end(at_, end_);
  key_ = between(at_ + 1, key_end - 1);
  auto value = after_separator(key_end);
  at_ = value_end(value, end_);
  value_ = between(value, at_);
  return true;
}

element_cursor::element_cursor(std::string_view array)
  : at_(array.data() + 1), end_(array.data() + array.size() - 1) {
  // nop
}

bool element_cursor::next() {
  if (at_ == end_)
    return false;
  if (*at_ == ',')
    at_ = after_separator(at_);
  auto value = at_;
  at_ = value_end(value, end_);
  value_ = between(value, at_);
  return true;
}

std::string_view find_member(std::string_view object, std::string_view key) {
  for (member_cursor i{object}; i.next();)
    if (short_equal(i.key(), key))
      return i.value();
  return {};
}

std::optional<bool> begins_with_member(std::string_view object,
                                       std::string_view key,
                                       std::string_view value,
                                       json_style style) {
  // Behind the bracket and the quote comes the key, another quote, the colon.
  constexpr size_t front = 2;
  auto value_begin = front + key.size() + 1 + style.colon.size();
  if (object.size() < value_begin + 1
      || object.compare(front, key.size(), key) != 0
      || object[front + key.size()] != '"')
    return std::nullopt;
  auto value_end = value_begin + value.size();
  return object.compare(value_begin, value.size(), value) == 0
         && value_end < object.size()
         && (object[value_end] == ',' || object[value_end] == '}');
}

std::string_view identity_of(std::string_view value) {
  if (kind_of(value) != json_kind::object)
    return {};
  auto id = find_member(value, "id");
  return id.empty() || !can_identify(id) ? std::string_view{} : id;
}

bool can_identify(std::string_view value) {
  auto kind = kind_of(value);
  return kind == json_kind::string || kind == json_kind::number;
}

void append_escaped(std::string& out, std::string_view raw) {
  size_t done = 0;
  for (size_t i = 0; i < raw.size(); ++i) {
    auto c = static_cast<unsigned char>(raw[i]);
    if (c >= 0x20 && c != '"' && c != '\\')
      continue;
    out.append(raw, done, i - done);
    done = i + 1;
    out += '\\';
    switch (c) {
      case '"':
      case '\\':
        out += raw[i];
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out += "u00";
        out += hex_digits[c >> 4];
        out += hex_digits[c & 15];
    }
  }
  out.append(raw, done, raw.size() - done);
}

std::string escaped(std::string_view raw) {
  std::string result;
  result.reserve(raw.size());
  append_escaped(result, raw);
  return result;
}

std::string unescaped(std::string_view escaped_text) {
  std::string result;
  result.reserve(escaped_text.size());
  for (size_t i = 0; i < escaped_text.size(); ++i) {
    if (escaped_text[i] != '\\') {
      result += escaped_text[i];
      continue;
    }
    switch (auto c = escaped_text[++i]) {
      case 'b':
        result += '\b';
        break;
      case 'f':
        result += '\f';
        break;
      case 'n':
        result += '\n';
        break;
      case 'r':
        result += '\r';
        break;
      case 't':
        result += '\t';
        break;
      case 'u':
        // Only control characters are written this way, so two digits hold all.
        result += static_cast<char>(hex_value(escaped_text[i + 3]) * 16
                                    + hex_value(escaped_text[i + 4]));
        i += 4;
        break;
      default:
        result += c;
    }
  }
  return result;
}

bool is_integer(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '.' || c == 'e' || c == 'E'; });
}

} // namespace projections
