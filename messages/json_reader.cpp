#include "messages/json_reader.hpp"

#include "messages/json_builder.hpp"
#include "messages/json_parser.hpp"

namespace projections {

namespace {

constexpr size_t depth_max = 1024;

/// Hands everything on to a builder.
class building_handler : public strict_handler {
public:
  building_handler(json_style style, char* out)
    : strict_handler(depth_max), builder_(style) {
    builder_.begin(out);
  }

  [[nodiscard]] size_t written() const {
    return builder_.text().size();
  }

  bool Null() {
    return literal("null");
  }

  bool Bool(bool value) {
    return literal(value ? "true" : "false");
  }

  bool RawNumber(const char* digits, rapidjson::SizeType length, bool) {
    return accept_number({digits, length}) && literal({digits, length});
  }

  bool String(const char* content, rapidjson::SizeType length, bool) {
    builder_.string({content, length}, false);
    return accept_string({content, length});
  }

  bool Key(const char* content, rapidjson::SizeType length, bool) {
    builder_.key({content, length}, false);
    return accept_string({content, length});
  }

  bool StartObject() {
    builder_.start_object();
    return open();
  }

  bool EndObject(rapidjson::SizeType) {
    close();
    builder_.end_object();
    return true;
  }

  bool StartArray() {
    builder_.start_array();
    return open();
  }

  bool EndArray(rapidjson::SizeType) {
    close();
    builder_.end_array();
    return true;
  }

private:
  bool literal(std::string_view token) {
    builder_.literal(token);
    return true;
  }

  json_builder builder_;
};

} // namespace

std::string normalise(std::string_view json, json_style style) {
  // The parser looks ahead by up to one vector register.
  constexpr size_t padding = 16;
  std::string input{json};
  input.append(padding, '\0');
  std::string result(2 * json.size(), '\0');
  building_handler handler{style, result.data()};
  rapidjson::Reader parser;
  rapidjson::InsituStringStream stream{input.data()};
  constexpr auto flags = (checked_parse_flags | rapidjson::kParseInsituFlag)
                         & ~unsigned{rapidjson::kParseStopWhenDoneFlag};
  auto outcome = parser.Parse<flags>(stream, handler);
  // The parser takes a zero byte behind the value for the end of the text.
  if (!outcome.IsError() && stream.Tell() < json.size())
    outcome.Set(rapidjson::kParseErrorDocumentRootNotSingular, stream.Tell());
  if (outcome.IsError()) {
    auto place = outcome.Offset();
    // The parser has taken the bracket that is one too many.
    if (handler.refused() == strict_handler::refusal::too_deep)
      --place;
    auto reason
      = outcome.Code() == rapidjson::kParseErrorDocumentRootNotSingular
          ? "unexpected text behind the value"
          : describe(handler, depth_max, outcome.Code(), input[place],
                     place >= json.size());
    throw malformed_json{"malformed JSON at byte " + std::to_string(place)
                         + ": " + reason};
  }
  result.resize(handler.written());
  return result;
}

} // namespace projections
