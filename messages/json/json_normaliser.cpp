#include "projections/messages/json/json_normaliser.hpp"

#include "projections/messages/json/json_builder.hpp"
#include "projections/messages/json/json_parser.hpp"

namespace projections {

namespace {

constexpr size_t depth_max = 1024;

/// Hands everything on to a builder.
class building_handler : public strict_handler {
public:
  explicit building_handler(json_style style)
    : strict_handler(depth_max), builder_(style) {
    // nop
  }

  void begin(char* out) {
    restart();
    builder_.begin(out);
  }

  [[nodiscard]] const json_builder& built() const {
    return builder_;
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

/// The parser looks ahead by up to one vector register.
constexpr size_t padding = 16;

/// The copy of a text that is not longer is kept for the next one, in bytes.
constexpr size_t kept_bytes_max = size_t{1} << 20;

constexpr auto parse_flags = (checked_parse_flags | rapidjson::kParseInsituFlag)
                             & ~unsigned{rapidjson::kParseStopWhenDoneFlag};

} // namespace

class json_normaliser::impl {
public:
  explicit impl(json_style style) : handler_(style) {
    // nop
  }

  std::string_view write(std::string_view json, char* out) {
    if (input_.capacity() > kept_bytes_max)
      std::string{}.swap(input_);
    input_.assign(json);
    input_.append(padding, '\0');
    handler_.begin(out);
    rapidjson::InsituStringStream stream{input_.data()};
    auto outcome = parser_.Parse<parse_flags>(stream, handler_);
    // The parser takes a zero byte behind the value for the end of the text.
    if (!outcome.IsError() && stream.Tell() < json.size())
      outcome.Set(rapidjson::kParseErrorDocumentRootNotSingular, stream.Tell());
    if (outcome.IsError())
      fail(outcome, json.size());
    return handler_.built().text();
  }

  [[nodiscard]] std::string_view identity() const {
    return handler_.built().identity();
  }

private:
  /// Throws what is wrong with a text of `bytes` bytes.
  [[noreturn]] void fail(const rapidjson::ParseResult& outcome, size_t bytes) {
    auto place = outcome.Offset();
    // The parser has taken the bracket that is one too many.
    if (handler_.refused() == strict_handler::refusal::too_deep)
      --place;
    auto reason
      = outcome.Code() == rapidjson::kParseErrorDocumentRootNotSingular
          ? "unexpected text behind the value"
          : describe(handler_, depth_max, outcome.Code(), input_[place],
                     place >= bytes);
    throw malformed_json{"malformed JSON at byte " + std::to_string(place)
                         + ": " + reason};
  }

  building_handler handler_;
  rapidjson::Reader parser_;

  /// The text, which parsing changes.
  std::string input_;
};

json_normaliser::json_normaliser(json_style style)
  : impl_(std::make_unique<impl>(style)) {
  // nop
}

json_normaliser::~json_normaliser() = default;

std::string_view json_normaliser::write(std::string_view json, char* out) {
  return impl_->write(json, out);
}

std::string_view json_normaliser::identity() const {
  return impl_->identity();
}

std::string normalise(std::string_view json, json_style style) {
  std::string result(2 * json.size(), '\0');
  result.resize(json_normaliser{style}.write(json, result.data()).size());
  return result;
}

} // namespace projections
