#include "projections/messages/json/json_scanner.hpp"

#include "projections/messages/text/utf8.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

namespace projections {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

/// Returns whether `c` can stand in a string as it is, and is ASCII.
bool is_plain(char c) {
  auto byte = static_cast<uint8_t>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// Returns the first byte from `at` on that is not plain, or `end`. Eight bytes
/// are looked at together: a byte
/// below n gets its top bit set when n is subtracted from it.
const char* plain_end(const char* at, const char* end) {
  constexpr uint64_t ones = 0x0101010101010101;
  constexpr uint64_t tops = 0x80 * ones;
  auto below = [](uint64_t x, uint64_t n) { return x - n * ones; };
  for (; end - at >= 8; at += 8) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    auto not_plain = below(bytes, 0x20) | below(bytes ^ ('"' * ones), 1)
                     | below(bytes ^ ('\\' * ones), 1) | bytes;
    auto found = not_plain & tops;
    if (found == 0)
      continue;
    // The lowest of these bits is right, for what a subtraction borrows goes
    // to higher bytes.
    if constexpr (std::endian::native == std::endian::little)
      return at + std::countr_zero(found) / 8;
    break;
  }
  while (at != end && is_plain(*at))
    ++at;
  return at;
}

} // namespace

json_scanner::json_scanner(std::string_view text)
  : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {
  // nop
}

char json_scanner::peek() {
  skip_space();
  if (at_ == end_)
    fail("expected a value");
  return *at_;
}

std::string_view json_scanner::take_string() {
  if (peek() != '"')
    fail("expected a string");
  return finish_string();
}

std::string_view json_scanner::take_number() {
  peek();
  auto begin = at_;
  if (at('-'))
    ++at_;
  // No digit may follow a leading zero, which shows at what comes next.
  if (at('0'))
    ++at_;
  else
    take_digits("expected a value");
  if (at('.')) {
    ++at_;
    take_digits("expected a digit behind the decimal point");
  }
  if (at('e') || at('E')) {
    ++at_;
    if (at('+') || at('-'))
      ++at_;
    take_digits("expected a digit in the exponent");
  }
  return between(begin, at_);
}

void json_scanner::take_word(std::string_view word) {
  peek();
  if (!take_exactly(word))
    fail("expected a value");
}

std::string_view json_scanner::take_any() {
  auto first = peek();
  auto begin = at_;
  std::string_view key;
  switch (first) {
    case '{':
      enter();
      while (next_member(key))
        take_any();
      break;
    case '[':
      enter();
      while (next_element())
        take_any();
      break;
    case '"':
      take_string();
      break;
    case 't':
      take_word("true");
      break;
    case 'f':
      take_word("false");
      break;
    case 'n':
      take_word("null");
      break;
    default:
      take_number();
  }
  return between(begin, at_);
}

void json_scanner::enter() {
  peek();
  if (depth_ == depth_max)
    fail("nesting deeper than " + std::to_string(depth_max) + " brackets");
  ++depth_;
  ++at_;
  just_entered_ = true;
}

bool json_scanner::next_element() {
  return next_part(']', "expected a comma or ] behind the element");
}

bool json_scanner::next_member(std::string_view& key, std::string_view likely) {
  if (!next_part('}', "expected a comma or } behind the member"))
    return false;
  if (take_exactly({"\"", likely, "\":"})) {
    key = likely;
    return true;
  }
  skip_space();
  if (!at('"'))
    fail("expected a key in quotes");
  key = finish_string();
  skip_space();
  if (!at(':'))
    fail("expected a colon behind the key");
  ++at_;
  return true;
}

bool json_scanner::take_exactly(std::string_view prefix) {
  if (!between(at_, end_).starts_with(prefix))
    return false;
  at_ += prefix.size();
  return true;
}

bool json_scanner::take_exactly(std::initializer_list<std::string_view> parts) {
  auto begin = at_;
  for (auto& x : parts)
    if (!take_exactly(x)) {
      at_ = begin;
      return false;
    }
  return true;
}

std::optional<std::string_view> json_scanner::take_plain(
  std::initializer_list<std::string_view> before, std::string_view behind) {
  auto begin = at_;
  if (!take_exactly(before))
    return std::nullopt;
  auto result = between(at_, plain_end(at_, end_));
  at_ += result.size();
  if (take_exactly(behind))
    return result;
  at_ = begin;
  return std::nullopt;
}

void json_scanner::finish() {
  skip_space();
  if (at_ != end_)
    fail("expected nothing behind the value");
}

void json_scanner::fail(std::string_view problem) const {
  throw json_syntax_error{std::string{problem} + " at byte "
                          + std::to_string(at_ - begin_)};
}

void json_scanner::skip_space() {
  while (at_ != end_
         && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t'))
    ++at_;
}

/// Moves to the next part of what was entered last, or behind `closing`.
bool json_scanner::next_part(char closing, std::string_view missing) {
  skip_space();
  auto first = just_entered_;
  just_entered_ = false;
  if (at(closing)) {
    ++at_;
    --depth_;
    return false;
  }
  if (first)
    return true;
  if (!at(','))
    fail(missing);
  ++at_;
  return true;
}

/// Takes the string whose opening quote is next.
std::string_view json_scanner::finish_string() {
  auto begin = ++at_;
  skip_characters();
  if (*at_ == '"')
    return between(begin, at_++);
  scratch_.assign(begin, at_);
  while (*at_ != '"') {
    append_escape();
    auto part = at_;
    skip_characters();
    scratch_.append(part, at_);
  }
  ++at_;
  return scratch_;
}

/// Moves to the next quote or backslash of the string at hand.
void json_scanner::skip_characters() {
  for (;;) {
    at_ = plain_end(at_, end_);
    if (at_ == end_)
      fail("a string without a closing quote");
    if (*at_ == '"' || *at_ == '\\')
      return;
    auto c = static_cast<uint8_t>(*at_);
    if (c < 0x20)
      fail("a control character in a string");
    auto length = character_length(between(at_, end_));
    if (length == 0)
      fail("invalid UTF-8");
    at_ += length;
  }
}

/// Takes the escape that is next and appends what it means.
void json_scanner::append_escape() {
  constexpr std::string_view letters = R"("\/bfnrt)";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  ++at_;
  if (at_ == end_)
    fail("a string without a closing quote");
  if (auto i = letters.find(*at_); i != letters.npos) {
    scratch_ += meanings[i];
    ++at_;
    return;
  }
  if (*at_ != 'u')
    fail("an unknown escape in a string");
  ++at_;
  auto code = take_hex();
  if (code >= 0xD800 && code < 0xE000) {
    // The first half of a pair has to be followed by a second one.
    unsigned second = 0;
    if (code < 0xDC00 && take_exactly("\\u"))
      second = take_hex();
    if (second < 0xDC00 || second >= 0xE000)
      fail("a lone surrogate");
    code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
  }
  append_character(scratch_, code);
}

/// Takes four hexadecimal digits.
unsigned json_scanner::take_hex() {
  unsigned result = 0;
  for (auto i = 0; i < 4; ++i, ++at_) {
    auto c = at_ == end_ ? '\0' : *at_;
    if (is_digit(c))
      result = result * 16 + static_cast<unsigned>(c - '0');
    else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
      result = result * 16 + static_cast<unsigned>((c | 0x20) - 'a' + 10);
    else
      fail("\\u needs four hexadecimal digits");
  }
  return result;
}

/// Takes one digit or more.
void json_scanner::take_digits(std::string_view missing) {
  if (at_ == end_ || !is_digit(*at_))
    fail(missing);
  while (at_ != end_ && is_digit(*at_))
    ++at_;
}

} // namespace projections
