#include "projections/folds/states/json_object.hpp"

#include "projections/messages/json/merge_patch.hpp"
#include "projections/messages/text/keyed_hash.hpp"

#include <memory>
#include <string>

namespace projections {

bool is_large_object(std::string_view value) {
  return value.size() > json_object::flat_bytes_max
         && kind_of(value) == json_kind::object;
}

json_object::json_object(std::string_view text, json_style style)
  : style_(style), members_(style.comma) {
  for (member_cursor i{text}; i.next();)
    append(i.key(), i.value());
}

void json_object::merge(std::string_view patch) {
  for (member_cursor change{patch}; change.next();) {
    auto key = change.key();
    auto value = change.value();
    auto hash = keyed_hash(key);
    auto member = find_item(hash, key);
    if (kind_of(value) == json_kind::null) {
      if (member) {
        keys_.erase(hash, *member);
        members_.erase(*member);
      }
    } else if (member) {
      merge_member(*member, key, value);
    } else if (kind_of(value) == json_kind::object) {
      std::string stripped;
      append_merged(stripped, {}, value, style_);
      append(key, stripped);
    } else {
      append(key, value);
    }
    torn_ = true;
  }
  torn_ = false;
}

std::string_view json_object::find(std::string_view key) const {
  auto member = find_item(keyed_hash(key), key);
  return member && !members_.tail(*member) ? value_of(*member)
                                           : std::string_view{};
}

size_t json_object::bytes() const {
  return members_.bytes() + 2;
}

char* json_object::write(char* out) const {
  *out++ = '{';
  out = members_.write(out);
  *out++ = '}';
  return out;
}

std::optional<json_object::item>
json_object::find_item(uint64_t hash, std::string_view key) const {
  return keys_.find(hash, [&](item i) { return key_of(i) == key; });
}

/// Adds a member under a key that is not there yet.
void json_object::append(std::string_view key, std::string_view value) {
  keys_.reserve_one();
  auto i = members_.append({});
  try {
    replace(i, key, value);
  } catch (...) {
    members_.erase(i);
    throw;
  }
  keys_.insert(keyed_hash(key), i);
}

/// Puts `"key": value` in the place of member `i`.
void json_object::replace(item i, std::string_view key,
                          std::string_view value) {
  std::string text;
  text.reserve(key.size() + value.size() + 2 + style_.colon.size());
  text += '"';
  text += key;
  text += '"';
  text += style_.colon;
  if (is_large_object(value)) {
    members_.replace(i, text, std::make_unique<json_object>(value, style_));
  } else {
    text += value;
    members_.replace(i, text);
  }
}

/// Applies `patch`, which is not null, to the value of member `i`.
void json_object::merge_member(item i, std::string_view key,
                               std::string_view patch) {
  if (kind_of(patch) != json_kind::object) {
    if (members_.tail(i) || value_of(i) != patch)
      replace(i, key, patch);
    return;
  }
  if (auto large = static_cast<json_object*>(members_.tail(i))) {
    auto before = large->bytes();
    try {
      large->merge(patch);
    } catch (...) {
      torn_ = torn_ || large->torn();
      throw;
    }
    members_.tail_changed(i, before);
    return;
  }
  std::string merged;
  append_merged(merged, value_of(i), patch, style_);
  replace(i, key, merged);
}

std::string_view json_object::key_of(item i) const {
  auto text = members_.at(i);
  return unquoted(text.substr(0, value_length(text)));
}

/// Returns the value of member `i`, which has no tail.
std::string_view json_object::value_of(item i) const {
  auto text = members_.at(i);
  return text.substr(value_length(text) + style_.colon.size());
}

} // namespace projections
