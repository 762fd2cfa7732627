#include "projections/messages/protocol/reply_encoder.hpp"

#include "projections/messages/protocol/request_values.hpp"

#include <array>
#include <charconv>

namespace projections {

reply_encoder& reply_encoder::begin(const request& to, std::string_view type) {
  text_.clear();
  in_envelope_ = to.answer_in_envelope;
  piece("{");
  if (in_envelope_) {
    piece("\"src\"").piece(style_.colon);
    piece(to.node.empty() ? "\"\"" : to.node);
    raw(dest_key, to.source.empty() ? "\"\"" : to.source);
    name(body_key).piece("{");
  }
  piece("\"type\"").piece(style_.colon).piece("\"").piece(type).piece("\"");
  if (!to.msg_id.empty())
    raw(in_reply_to_key, to.msg_id);
  return *this;
}

reply_encoder& reply_encoder::number(const reply_key& key, uint64_t value) {
  std::array<char, 20> digits;
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return raw(key,
             {digits.data(), static_cast<size_t>(end.ptr - digits.data())});
}

std::string_view reply_encoder::end() {
  text_ += tail();
  return text_;
}

std::string_view reply_encoder::error(const request& to, error_code code,
                                      std::string_view text) {
  return begin(to, "error")
    .number(code_key, static_cast<uint64_t>(wire_code(code)))
    .string(text_key, text)
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
