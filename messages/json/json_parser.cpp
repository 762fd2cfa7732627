#include "projections/messages/json/json_parser.hpp"

#include <cmath>
#include <cstdlib>

namespace projections {

namespace {

std::string describe(rapidjson::ParseErrorCode code, char next, bool at_end) {
  using namespace rapidjson;
  if (at_end)
    return "unexpected end of the request";
  // The parser writes over a character before it knows that it is none.
  if (code == kParseErrorStringInvalidEncoding)
    return "invalid UTF-8";
  if (next == '\0')
    return "a NUL byte";
  if (next == '\n')
    return "unexpected end of the line";
  switch (code) {
    case kParseErrorObjectMissName:
      return "expected a key in quotes";
    case kParseErrorObjectMissColon:
      return "expected a colon behind the key";
    case kParseErrorObjectMissCommaOrCurlyBracket:
      return "expected a comma or } behind the member";
    case kParseErrorArrayMissCommaOrSquareBracket:
      return "expected a comma or ] behind the element";
    case kParseErrorStringUnicodeEscapeInvalidHex:
      return "\\u needs four hexadecimal digits";
    case kParseErrorStringUnicodeSurrogateInvalid:
      return "a lone surrogate";
    case kParseErrorStringEscapeInvalid:
      return static_cast<unsigned char>(next) < 0x20
               ? "a control character in a string"
               : "an unknown escape in a string";
    case kParseErrorStringMissQuotationMark:
      return "a string without a closing quote";
    case kParseErrorNumberTooBig:
      return "a number beyond the range of a double";
    case kParseErrorNumberMissFraction:
      return "expected a digit behind the decimal point";
    case kParseErrorNumberMissExponent:
      return "expected a digit in the exponent";
    default:
      return "expected a value";
  }
}

} // namespace

std::string describe(const strict_handler& handler, size_t depth_max,
                     rapidjson::ParseErrorCode code, char next, bool at_end) {
  switch (handler.refused()) {
    case strict_handler::refusal::too_deep:
      return "nesting deeper than " + std::to_string(depth_max) + " brackets";
    case strict_handler::refusal::surrogate:
      return "a lone surrogate";
    case strict_handler::refusal::number_too_big:
      return describe(rapidjson::kParseErrorNumberTooBig, ' ', false);
    default:
      return describe(code, next, at_end);
  }
}

bool strict_handler::is_beyond_double(std::string_view digits) {
  if (digits.find_first_of("eE") == digits.npos && digits.size() < 300)
    return false;
  return std::isinf(std::strtod(std::string{digits}.c_str(), nullptr));
}

bool strict_handler::has_surrogate(std::string_view text) {
  for (size_t i = text.find('\xED'); i < text.size();
       i = text.find('\xED', i + 1))
    if (static_cast<unsigned char>(text[i + 1]) >= 0xA0)
      return true;
  return false;
}

} // namespace projections
