#include "messages/json_text.hpp"

#include <cstring>

namespace projections {

namespace {

/// Returns the length of the string at the front of `text`, quotes included.
size_t string_length(std::string_view text) {
  for (size_t i = 1;; ++i) {
    auto quote = std::memchr(text.data() + i, '"', text.size() - i);
    i = static_cast<size_t>(static_cast<const char*>(quote) - text.data());
    if (text[i - 1] != '\\')
      return i + 1;
    // The quote is part of the string if an odd number of backslashes stands in
    // front of it. The first one is the opening quote, so the search ends.
    auto before = text.find_last_not_of('\\', i - 1);
    if ((i - before) % 2 == 1)
      return i + 1;
  }
}

/// Returns the length of the object or array at the front of `text`.
size_t container_length(std::string_view text) {
  size_t depth = 0;
  size_t i = 0;
  for (;;) {
    switch (text[i]) {
      case '"':
        i += string_length(text.substr(i));
        continue;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (--depth == 0)
          return i + 1;
        break;
      default:
        break;
    }
    ++i;
  }
}

/// Returns the length of the number or name at the front of `text`.
size_t literal_length(std::string_view text) {
  size_t i = 1;
  while (i < text.size() && text[i] != ',' && text[i] != '}' && text[i] != ']')
    ++i;
  return i;
}

/// Returns `rest` from behind the separator at its front: the comma or colon
/// and the space that may follow it.
std::string_view after_separator(std::string_view rest) {
  rest.remove_prefix(1);
  if (!rest.empty() && rest.front() == ' ')
    rest.remove_prefix(1);
  return rest;
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
  switch (text.front()) {
    case '{':
    case '[':
      return container_length(text);
    case '"':
      return string_length(text);
    default:
      return literal_length(text);
  }
}

member_cursor::member_cursor(std::string_view object)
  : rest_(unquoted(object)) {
  // nop
}

bool member_cursor::next() {
  if (rest_.empty())
    return false;
  if (rest_.front() == ',')
    rest_ = after_separator(rest_);
  auto key = rest_.substr(0, string_length(rest_));
  rest_ = after_separator(rest_.substr(key.size()));
  key_ = unquoted(key);
  value_ = rest_.substr(0, value_length(rest_));
  rest_.remove_prefix(value_.size());
  return true;
}

element_cursor::element_cursor(std::string_view array)
  : rest_(unquoted(array)) {
  // nop
}

bool element_cursor::next() {
  if (rest_.empty())
    return false;
  if (rest_.front() == ',')
    rest_ = after_separator(rest_);
  value_ = rest_.substr(0, value_length(rest_));
  rest_.remove_prefix(value_.size());
  return true;
}

std::string_view find_member(std::string_view object, std::string_view key) {
  for (member_cursor i{object}; i.next();)
    if (i.key() == key)
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
  if (id.empty())
    return {};
  auto kind = kind_of(id);
  return kind == json_kind::string || kind == json_kind::number
           ? id
           : std::string_view{};
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
  return text.find_first_of(".eE") == std::string_view::npos;
}

} // namespace projections
