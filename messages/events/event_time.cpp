#include "projections/messages/events/event_time.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace projections {

namespace {

using namespace std::chrono;

/// Appends `value` with at least `width` digits.
void append_digits(std::string& out, int64_t value, size_t width) {
  auto digits = std::to_string(value);
  out.append(width - std::min(width, digits.size()), '0');
  out += digits;
}

/// Takes parts off the front of a text. A part that is not there makes all of
/// it invalid.
class time_parser {
public:
  explicit time_parser(std::string_view text) : left_(text) {
    // nop
  }

  /// Takes a number of exactly `Width` digits.
  template <size_t Width>
  int number() {
    if (left_.size() < Width)
      return fail();
    int result = 0;
    for (size_t i = 0; i < Width; ++i) {
      if (!is_digit(left_[i]))
        return fail();
      result = result * 10 + (left_[i] - '0');
    }
    left_.remove_prefix(Width);
    return result;
  }

  /// Takes `c`, or returns false if something else is next.
  bool take(char c) {
    if (left_.empty() || left_.front() != c)
      return false;
    left_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!take(c))
      fail();
  }

  /// Takes a point and up to six digits, if there is a point.
  microseconds fraction() {
    if (!take('.'))
      return microseconds{0};
    size_t length = 0;
    int value = 0;
    for (; length < left_.size() && is_digit(left_[length]); ++length) {
      if (length == 6)
        return microseconds{fail()};
      value = value * 10 + (left_[length] - '0');
    }
    if (length == 0)
      return microseconds{fail()};
    left_.remove_prefix(length);
    for (; length < 6; ++length)
      value *= 10;
    return microseconds{value};
  }

  /// Takes hours, minutes and, where they are `needed` or there, seconds.
  microseconds time_of_day(bool needs_seconds) {
    auto hour = number<2>();
    expect(':');
    auto minute = number<2>();
    auto second = 0;
    microseconds rest{0};
    if (take(':')) {
      second = number<2>();
      rest = fraction();
    } else if (needs_seconds) {
      fail();
    }
    if (hour > 23 || minute > 59 || second > 59)
      fail();
    return hours{hour} + minutes{minute} + seconds{second} + rest;
  }

  [[nodiscard]] bool at_end() const {
    return valid_ && left_.empty();
  }

private:
  static bool is_digit(char c) {
    return c >= '0' && c <= '9';
  }

  int fail() {
    valid_ = false;
    left_ = {};
    return 0;
  }

  std::string_view left_;
  bool valid_ = true;
};

constexpr event_time first_time = sys_days{year{1} / 1 / 1};
constexpr event_time last_time
  = sys_days{year{10000} / 1 / 1} - microseconds{1};

} // namespace

event_time current_time() {
  return floor<microseconds>(system_clock::now());
}

std::optional<std::string> iso_of(event_time x) {
  if (x < first_time || x > last_time)
    return std::nullopt;
  auto day = floor<days>(x);
  year_month_day date{day};
  hh_mm_ss time{x - day};
  std::string result;
  result.reserve(sizeof "2026-01-02T03:04:05.000006+00:00");
  append_digits(result, static_cast<int>(date.year()), 4);
  result += '-';
  append_digits(result, static_cast<unsigned>(date.month()), 2);
  result += '-';
  append_digits(result, static_cast<unsigned>(date.day()), 2);
  result += 'T';
  append_digits(result, time.hours().count(), 2);
  result += ':';
  append_digits(result, time.minutes().count(), 2);
  result += ':';
  append_digits(result, time.seconds().count(), 2);
  if (auto fraction = time.subseconds().count(); fraction != 0) {
    result += '.';
    append_digits(result, fraction, 6);
  }
  result += "+00:00";
  return result;
}

std::optional<event_time> time_of(std::string_view text) {
  time_parser parser{text};
  auto y = parser.number<4>();
  parser.expect('-');
  auto m = parser.number<2>();
  parser.expect('-');
  auto d = parser.number<2>();
  year_month_day date{year{y}, month{static_cast<unsigned>(m)},
                      day{static_cast<unsigned>(d)}};
  if (!parser.take('T'))
    parser.expect(' ');
  auto time = parser.time_of_day(true);
  microseconds offset{0};
  if (parser.take('-'))
    offset = -parser.time_of_day(false);
  else if (parser.take('+'))
    offset = parser.time_of_day(false);
  else
    parser.expect('Z');
  if (!parser.at_end() || !date.ok() || y == 0)
    return std::nullopt;
  return event_time{sys_days{date}} + time - offset;
}

} // namespace projections
