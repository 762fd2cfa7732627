#include "messages/json_reader.hpp"

#include "messages/json_builder.hpp"
#include "messages/json_parser.hpp"

namespace projections {

namespace {

constexpr size_t depth_max = 1024;

/// Hands everything on to a builder.
class building_handler : public number_handler {
public:
  explicit building_handler(json_style style, char* out) : builder_(style) {
    builder_.begin(out);
  }

  bool Null() {
    return literal("null");
  }

  bool Bool(bool value) {
    return literal(value ? "true" : "false");
  }

  bool RawNumber(const char* digits, rapidjson::SizeType length, bool) {
    return literal({digits, length});
  }

  bool String(const char* content, rapidjson::SizeType length, bool) {
    if (has_surrogate({content, length}))
      return false;
    builder_.string({content, length}, false);
    return true;
  }

  bool Key(const char* content, rapidjson::SizeType length, bool) {
    if (has_surrogate({content, length}))
      return false;
    builder_.key({content, length}, false);
    return true;
  }

  bool StartObject() {
    builder_.start_object();
    return ++depth_ <= depth_max;
  }

  bool EndObject(rapidjson::SizeType) {
    --depth_;
    builder_.end_object();
    return true;
  }

  bool StartArray() {
    builder_.start_array();
    return ++depth_ <= depth_max;
  }

  bool EndArray(rapidjson::SizeType) {
    --depth_;
    builder_.end_array();
    return true;
  }

  [[nodiscard]] size_t written() const {
    return builder_.text().size();
  }

  [[nodiscard]] bool too_deep() const {
    return depth_ > depth_max;
  }

private:
  bool literal(std::string_view token) {
    builder_.literal(token);
    return true;
  }

  json_builder builder_;
  size_t depth_ = 0;
};

} // namespace

std::string normalise(std::string_view json, json_style style) {
  std::string input{json};
  std::string result(2 * json.size(), '\0');
  building_handler handler{style, result.data()};
  rapidjson::Reader parser;
  rapidjson::InsituStringStream stream{input.data()};
  constexpr auto flags = (checked_parse_flags | rapidjson::kParseInsituFlag)
                         & ~unsigned{rapidjson::kParseStopWhenDoneFlag};
  auto outcome = parser.Parse<flags>(stream, handler);
  if (outcome.IsError()) {
    auto place = outcome.Offset();
    auto reason = std::string{"unexpected text behind the value"};
    if (handler.too_deep())
      reason = "nesting deeper than " + std::to_string(depth_max) + " brackets";
    else if (outcome.Code() == rapidjson::kParseErrorTermination)
      reason = "a lone surrogate";
    else if (outcome.Code() != rapidjson::kParseErrorDocumentRootNotSingular)
      reason = describe(outcome.Code(), input[place], place >= input.size());
    throw malformed_json{"malformed JSON at byte " + std::to_string(place)
                         + ": " + reason};
  }
  result.resize(handler.written());
  return result;
}

} // namespace projections
