// RapidJSON as the node uses it: iterative, in place, digits kept, and every
// error told in our words. Only sources of the codec include this.
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
  = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag
    | rapidjson::kParseStopWhenDoneFlag
    | rapidjson::kParseValidateEncodingFlag;

/// The flags for text of printable ASCII only, which needs no validation.
inline constexpr unsigned ascii_parse_flags
  = checked_parse_flags & ~unsigned{rapidjson::kParseValidateEncodingFlag};

/// Nesting deeper than this many brackets is an error, whatever is configured.
inline constexpr size_t depth_limit_max = 1'000'000;

/// Says in words what the parser did not like. `next` is the byte at the place
/// of the error; `at_end` says that the place is the end of the text.
[[nodiscard]] std::string describe(rapidjson::ParseErrorCode code, char next,
                                   bool at_end);

/// Returns whether `text` has an encoded surrogate, as the parser makes one of a
/// lone `\uDC00`.
[[nodiscard]] bool has_surrogate(std::string_view text);

/// What a handler of the parser's events must have besides what it is for.
/// Numbers come as strings, so the rest is never called.
struct number_handler {
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
};

} // namespace projections
