#include "projections/folds/deliveries/event_identity.hpp"

#include "projections/messages/json/json_text.hpp"

#include <cstddef>
#include <cstdint>

namespace projections {

namespace {

/// Everybody's key: the digits in an id have to be the same everywhere.
constexpr hash_key public_key{};

/// Digits of the hash in an id that has nothing else, and in a suffix.
constexpr size_t id_digits = 16;
constexpr size_t suffix_digits = 8;

/// Room beyond this, in bytes, is given back with the next event.
constexpr size_t form_bytes_kept = 1 << 20;

/// Returns what follows the last `-` in the string `payload.id`, or nothing.
std::string_view number_of(std::string_view payload) {
  if (kind_of(payload) != json_kind::object)
    return {};
  auto id = find_member(payload, "id");
  if (id.empty() || kind_of(id) != json_kind::string)
    return {};
  auto text = unquoted(id);
  // Where there is no `-`, `npos` and one make zero and all of it follows.
  return text.substr(text.rfind('-') + 1);
}

} // namespace

/// Sets the content and the id as it is without a suffix.
void event_identity::begin(std::string_view event_type,
                           std::string_view payload) {
  if (form_.capacity() > form_bytes_kept)
    form_ = {};
  form_ = '"';
  form_ += event_type;
  form_ += '"';
  forms_.append(form_, payload);
  content_ = sip_hash(public_key, form_);
  id_ = "evt-";
  if (auto number = number_of(payload); !number.empty())
    id_ += number;
  else
    append_digits(id_digits);
}

/// Appends the first digits of the content's hash to the id.
void event_identity::append_digits(size_t count) {
  for (size_t i = 0; i < count; ++i)
    id_ += "0123456789abcdef"[content_.low >> (60 - 4 * i) & 15];
}

void event_identity::append_suffix() {
  id_ += '-';
  append_digits(suffix_digits);
}

} // namespace projections
