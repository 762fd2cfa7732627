#include "messages/reply_encoder.hpp"

#include <array>
#include <charconv>

#include "messages/request_fields.hpp"

namespace projections {

reply_encoder& reply_encoder::begin(const request& to, std::string_view type) {
  text_.clear();
  in_envelope_ = to.answer_in_envelope;
  text_ += '{';
  if (in_envelope_) {
    text_ += "\"src\"";
    text_ += style_.colon;
    text_ += to.node.empty() ? "\"\"" : to.node;
    raw("dest", to.source);
    name("body");
    text_ += '{';
  }
  text_ += "\"type\"";
  text_ += style_.colon;
  text_ += '"';
  text_ += type;
  text_ += '"';
  if (!to.msg_id.empty())
    raw("in_reply_to", to.msg_id);
  return *this;
}

reply_encoder& reply_encoder::raw(std::string_view name,
                                  std::string_view value) {
  this->name(name);
  text_ += value;
  return *this;
}

reply_encoder& reply_encoder::string(std::string_view name,
                                     std::string_view value) {
  this->name(name);
  text_ += '"';
  text_ += value;
  text_ += '"';
  return *this;
}

reply_encoder& reply_encoder::number(std::string_view name, uint64_t value) {
  std::array<char, 20> digits;
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return raw(name, {digits.data(),
                    static_cast<size_t>(end.ptr - digits.data())});
}

reply_encoder& reply_encoder::name(std::string_view name) {
  text_ += style_.comma;
  text_ += '"';
  text_ += name;
  text_ += '"';
  text_ += style_.colon;
  return *this;
}

std::string_view reply_encoder::end() {
  text_ += tail();
  return text_;
}

std::string_view reply_encoder::error(const request& to, error_code code,
                                      std::string_view text) {
  return begin(to, "error")
    .number("code", static_cast<uint64_t>(wire_code(code)))
    .string("text", text)
    .end();
}

std::string shown_name(std::string_view name) {
  return escaped('"' + cut_short(unescaped(name)) + '"');
}

size_t reply_frame_bytes_max(const request& to) {
  // Type, keys, brackets, separators and numbers of any reply.
  constexpr size_t fixed = 256;
  return fixed + to.msg_id.size() + to.node.size() + to.source.size();
}

} // namespace projections
