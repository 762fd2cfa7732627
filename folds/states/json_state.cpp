#include "projections/folds/states/json_state.hpp"

#include "projections/messages/json/merge_patch.hpp"

#include <cstring>
#include <utility>

namespace projections {

namespace {

constexpr std::string_view empty_array = "[]";

} // namespace

json_state::json_state(std::string_view initial, json_style style)
  : style_(style) {
  if (kind_of(initial) == json_kind::array && initial != empty_array)
    rows_ = std::make_unique<json_rows>(initial, style_);
  else if (is_large_object(initial))
    object_ = std::make_unique<json_object>(initial, style_);
  else
    flat_ = initial;
}

void json_state::apply(std::string_view data, std::string_view identity) {
  if (rows_) {
    rows_->apply(data, identity);
  } else if (flat_ == empty_array) {
    auto rows = std::make_unique<json_rows>(empty_array, style_);
    rows->apply(data, identity);
    rows_ = std::move(rows);
    flat_ = {};
  } else if (object_ && kind_of(data) == json_kind::object) {
    object_->merge(data);
  } else {
    std::string merged;
    append_merged(merged, flat_, data, style_);
    // A value of another kind may have come out, even an array.
    *this = json_state{merged, style_};
  }
}

bool json_state::torn() const {
  return (rows_ && rows_->torn()) || (object_ && object_->torn());
}

size_t json_state::bytes() const {
  return rows_ ? rows_->bytes() : object_ ? object_->bytes() : flat_.size();
}

char* json_state::write(char* out) const {
  if (rows_)
    return rows_->write(out);
  if (object_)
    return object_->write(out);
  std::memcpy(out, flat_.data(), flat_.size());
  return out + flat_.size();
}

std::string json_state::text() const {
  std::string result(bytes(), '\0');
  write(result.data());
  return result;
}

} // namespace projections
