#include "projections/messages/protocol/reply_reader.hpp"

#include <charconv>
#include <utility>

namespace projections {

namespace {

/// Takes `mark` and the space that may follow it off the front of `text`, if it
/// begins with that.
void take_mark(std::string_view& text, char mark) {
  if (!text.starts_with(mark))
    return;
  text.remove_prefix(1);
  if (text.starts_with(' '))
    text.remove_prefix(1);
}

} // namespace

reply_reader::reply_reader(std::string_view reply) : rest_(reply) {
  if (rest_.ends_with('\n'))
    rest_.remove_suffix(1);
  rest_ = unquoted(rest_);
}

std::string_view reply_reader::take(std::string_view key) {
  if (!take_key(key))
    return {};
  auto value = rest_.substr(0, value_length(rest_));
  rest_.remove_prefix(value.size());
  take_mark(rest_, ',');
  return value;
}

std::string_view reply_reader::take_last(std::string_view key) {
  return take_key(key) ? std::exchange(rest_, {}) : std::string_view{};
}

std::string reply_reader::take_string(std::string_view key) {
  auto value = take(key);
  return value.empty() ? std::string{} : unescaped(unquoted(value));
}

std::vector<std::string> reply_reader::take_strings(std::string_view key) {
  std::vector<std::string> result;
  if (auto value = take(key); !value.empty())
    for (element_cursor i{value}; i.next();)
      result.push_back(unescaped(unquoted(i.value())));
  return result;
}

uint64_t reply_reader::take_number(std::string_view key) {
  auto digits = take(key);
  uint64_t result = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), result);
  return result;
}

/// Takes `key`, which needs no escapes, and what separates it from its value,
/// if it is next.
bool reply_reader::take_key(std::string_view key) {
  auto bytes = key.size() + 2;
  if (rest_.size() <= bytes || rest_[bytes - 1] != '"'
      || rest_.compare(1, key.size(), key) != 0)
    return false;
  rest_.remove_prefix(bytes);
  take_mark(rest_, ':');
  return true;
}

} // namespace projections
