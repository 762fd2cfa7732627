// RapidJSON as the node uses it: in place, digits kept, stopped at a depth of
// our choice, and every error told in our words. Only sources of the codec
// include this.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#if defined(__SSE4_2__)
#  define RAPIDJSON_SSE42
#elif defined(__SSE2__)
#  define RAPIDJSON_SSE2
#endif
#include <rapidjson/reader.h>

namespace projections {

/// The parser's flags for text whose strings may hold anything.
inline constexpr unsigned checked_parse_flags
  = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseStopWhenDoneFlag
    | rapidjson::kParseValidateEncodingFlag;

/// The flags for text of printable ASCII only, which needs no validation.
inline constexpr unsigned ascii_parse_flags
  = checked_parse_flags & ~unsigned{rapidjson::kParseValidateEncodingFlag};

/// What every handler of the parser's events checks besides what the parser
/// does. Numbers come as strings, so the functions for other numbers are never
/// called.
class strict_handler {
public:
  /// Why a handler made the parser stop.
  enum class refusal : uint8_t { none, too_deep, surrogate, number_too_big };

  explicit strict_handler(size_t depth_max) : depth_max_(depth_max) {
    // nop
  }

  [[nodiscard]] refusal refused() const {
    return refused_;
  }

  bool Int(int) {
    return false;
  }
  bool Uint(unsigned) {
    return false;
  }
  bool Int64(int64_t) {
    return false;
  }
  bool Uint64(uint64_t) {
    return false;
  }
  bool Double(double) {
    return false;
  }

protected:
  /// Begins another text.
  void restart() {
    depth_ = 0;
    refused_ = refusal::none;
  }

  /// Counts a bracket. Returns false if there are too many.
  bool open() {
    return ++depth_ <= depth_max_ || refuse(refusal::too_deep);
  }

  void close() {
    --depth_;
  }

  /// Returns false for a number beyond the range of a double; the parser finds
  /// those with large exponents only.
  bool accept_number(std::string_view digits) {
    return digits.size() < short_number_max || !is_beyond_double(digits)
           || refuse(refusal::number_too_big);
  }

  /// Returns false for an encoded surrogate, as the parser makes one of a lone
  /// `\uDC00`.
  bool accept_string(std::string_view content) {
    return !has_surrogate(content) || refuse(refusal::surrogate);
  }

private:
  /// The shortest number that is too big for a double and not for the parser
  /// has as many bytes: `1.8e308`.
  static constexpr size_t short_number_max = 7;

  static bool is_beyond_double(std::string_view digits);

  static bool has_surrogate(std::string_view text);

  bool refuse(refusal why) {
    refused_ = why;
    return false;
  }

  size_t depth_max_;
  size_t depth_ = 0;
  refusal refused_ = refusal::none;
};

/// Says in words why parsing stopped: what `handler` refused, or what the
/// parser did not like. `next` is the byte at the place of the error; `at_end`
/// says that the place is the end of the text.
[[nodiscard]] std::string describe(const strict_handler& handler,
                                   size_t depth_max,
                                   rapidjson::ParseErrorCode code, char next,
                                   bool at_end);

} // namespace projections
