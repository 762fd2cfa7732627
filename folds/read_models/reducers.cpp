#include "projections/folds/read_models/reducers.hpp"

#include "projections/messages/json/json_text.hpp"
#include "projections/messages/text/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <compare>
#include <cstddef>
#include <limits>
#include <optional>
#include <system_error>

namespace projections {

namespace {

// -- integers of any length ---------------------------------------------------

// Sums stay decimal text, in a time linear in it: a binary big integer such as
// cpp_int takes a quadratic one for conversion (0.2 s for 100,000 digits), and
// requests may have millions of digits.

/// An integer as it is written, taken apart.
struct long_integer {
  bool negative;
  /// Without leading zeros, so empty for zero. JSON has none but in `0` itself.
  std::string_view digits;
};

long_integer parse_integer(std::string_view text) {
  auto negative = text.front() == '-';
  if (negative)
    text.remove_prefix(1);
  if (text == "0")
    return {false, {}};
  return {negative, text};
}

std::strong_ordering compare_digits(std::string_view x, std::string_view y) {
  if (x.size() != y.size())
    return x.size() <=> y.size();
  return x.compare(y) <=> 0;
}

std::strong_ordering compare_integers(std::string_view x_text,
                                      std::string_view y_text) {
  auto x = parse_integer(x_text);
  auto y = parse_integer(y_text);
  if (x.negative != y.negative)
    return y.negative <=> x.negative;
  return x.negative ? compare_digits(y.digits, x.digits)
                    : compare_digits(x.digits, y.digits);
}

/// Appends `longer` + `shorter`, or `longer` - `shorter`. Of two equally long
/// ones `longer` must be the larger.
void append_digits(std::string& out, std::string_view longer,
                   std::string_view shorter, bool add) {
  auto begin = out.size();
  out += '0';
  out += longer;
  auto offset = out.size() - shorter.size();
  int carry = 0;
  for (auto i = out.size(); i-- > begin && (carry != 0 || i >= offset);) {
    auto by = carry + (i >= offset ? shorter[i - offset] - '0' : 0);
    auto digit = out[i] - '0' + (add ? by : -by);
    carry = digit < 0 || digit > 9 ? 1 : 0;
    out[i] = static_cast<char>('0' + (digit + 10) % 10);
  }
  auto zeros = std::min(out.find_first_not_of('0', begin), out.size() - 1);
  out.erase(begin, zeros - begin);
}

void append_long_sum(std::string& out, long_integer x, long_integer y) {
  auto order = compare_digits(x.digits, y.digits);
  if (std::is_lt(order))
    std::swap(x, y);
  auto same_sign = x.negative == y.negative;
  if (x.negative && (same_sign || std::is_neq(order)))
    out += '-';
  append_digits(out, x.digits, y.digits, same_sign);
}

void append_integer_sum(std::string& out, std::string_view x,
                        std::string_view y) {
  auto a = parsed_number<int64_t>(x);
  auto b = parsed_number<int64_t>(y);
  int64_t sum;
  if (a && b && !__builtin_add_overflow(*a, *b, &sum))
    append_number(out, sum);
  else
    append_long_sum(out, parse_integer(x), parse_integer(y));
}

// -- numbers ------------------------------------------------------------------

bool is_number(std::string_view text) {
  return kind_of(text) == json_kind::number;
}

bool are_integers(std::string_view x, std::string_view y) {
  return is_integer(x) && is_integer(y);
}

/// Returns the double nearest to the number `text`, the largest finite one
/// where `text` is a longer integer, as sums can be.
double parse_double(std::string_view text) {
  double result = 0;
  auto [stop, error]
    = std::from_chars(text.data(), text.data() + text.size(), result);
  if (error == std::errc::result_out_of_range && is_integer(text)) {
    auto largest = std::numeric_limits<double>::max();
    return text.front() == '-' ? -largest : largest;
  }
  return result;
}

void append_sum(std::string& out, std::string_view x, std::string_view y) {
  if (are_integers(x, y)) {
    append_integer_sum(out, x, y);
    return;
  }
  auto largest = std::numeric_limits<double>::max();
  append_number(
    out, std::clamp(parse_double(x) + parse_double(y), -largest, largest));
}

// -- order --------------------------------------------------------------------

std::strong_ordering compare_strings(std::string_view x, std::string_view y) {
  // Only escapes, which are rare, can stand for other bytes.
  auto is_plain = [](std::string_view text) {
    return text.find('\\') == std::string_view::npos;
  };
  if (is_plain(x) && is_plain(y))
    return unquoted(x) <=> unquoted(y);
  return unescaped(unquoted(x)) <=> unescaped(unquoted(y));
}

/// Returns how `x` relates to `y`, or `unordered` where they cannot be
/// compared.
std::partial_ordering compare(std::string_view x, std::string_view y) {
  auto kind = kind_of(x);
  if (kind != kind_of(y))
    return std::partial_ordering::unordered;
  if (kind == json_kind::string)
    return compare_strings(x, y);
  if (kind != json_kind::number)
    return std::partial_ordering::unordered;
  if (are_integers(x, y))
    return compare_integers(x, y);
  return parse_double(x) <=> parse_double(y);
}

bool is_ordered(std::string_view value) {
  auto kind = kind_of(value);
  return kind == json_kind::number || kind == json_kind::string;
}

/// Appends `text` unless it is empty. Returns whether it did.
bool append_if_any(std::string& out, std::string_view text) {
  out += text;
  return !text.empty();
}

/// Appends the value of `count` or `sum` where `value` is added.
bool append_total(std::string& out, std::string_view held,
                  std::string_view value) {
  if (value.empty() || !is_number(value) || (!held.empty() && !is_number(held)))
    return append_if_any(out, held);
  if (held.empty())
    out += value;
  else
    append_sum(out, held, value);
  return true;
}

/// Appends the value of `min` or `max`; `wanted` says how `value` must relate
/// to `held` in order to take its place.
bool append_extreme(std::string& out, std::string_view held,
                    std::string_view value, std::partial_ordering wanted) {
  if (value.empty() || !is_ordered(value))
    return append_if_any(out, held);
  auto taken = held.empty() || compare(value, held) == wanted;
  return append_if_any(out, taken ? value : held);
}

} // namespace

bool append_reduced(std::string& out, reducer how, std::string_view held,
                    std::string_view value) {
  switch (how) {
    case reducer::count:
      return append_total(out, held, "1");
    case reducer::first:
      return append_if_any(out, held.empty() ? value : held);
    case reducer::last:
      return append_if_any(out, value.empty() ? held : value);
    case reducer::min:
      return append_extreme(out, held, value, std::partial_ordering::less);
    case reducer::max:
      return append_extreme(out, held, value, std::partial_ordering::greater);
    case reducer::sum:
      return append_total(out, held, value);
  }
  return false;
}

} // namespace projections
