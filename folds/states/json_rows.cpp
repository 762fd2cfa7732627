#include "projections/folds/states/json_rows.hpp"

#include "projections/folds/states/json_object.hpp"
#include "projections/messages/json/merge_patch.hpp"
#include "projections/messages/text/keyed_hash.hpp"

#include <memory>

namespace projections {

namespace {

/// Returns `identity_of(row) == identity`.
bool has_identity(std::string_view row, std::string_view identity,
                  json_style style) {
  auto found = begins_with_member(row, "id", identity, style);
  return found ? *found : identity_of(row) == identity;
}

} // namespace

json_rows::json_rows(std::string_view text, json_style style)
  : style_(style), rows_(style.comma) {
  for (element_cursor i{text}; i.next();) {
    auto identity = identity_of(i.value());
    auto hash = keyed_hash(identity);
    // Of several rows with one id, events go to the first.
    if (!identity.empty() && find(hash, identity))
      identity = {};
    append(i.value(), identity, hash);
  }
}

void json_rows::apply(std::string_view data, std::string_view identity) {
  auto hash = keyed_hash(identity);
  auto row = identity.empty() ? std::nullopt : find(hash, identity);
  if (row)
    merge(*row, data);
  else
    append(data, identity, hash);
}

size_t json_rows::bytes() const {
  return rows_.bytes() + 2;
}

char* json_rows::write(char* out) const {
  *out++ = '[';
  out = rows_.write(out);
  *out++ = ']';
  return out;
}

std::optional<json_rows::item>
json_rows::find(uint64_t hash, std::string_view identity) const {
  return ids_.find(hash, [&](item i) {
    if (auto large = static_cast<json_object*>(rows_.tail(i)))
      return large->find("id") == identity;
    return has_identity(rows_.at(i), identity, style_);
  });
}

void json_rows::append(std::string_view row, std::string_view identity,
                       uint64_t hash) {
  ids_.reserve_one();
  auto large = is_large_object(row);
  auto i = rows_.append(large ? std::string_view{} : row);
  if (large) {
    try {
      put(i, row);
    } catch (...) {
      rows_.erase(i);
      throw;
    }
  }
  if (!identity.empty())
    ids_.insert(hash, i);
}

/// Makes `row` the text of row `i`, which is not a large object yet.
void json_rows::put(item i, std::string_view row) {
  if (is_large_object(row))
    rows_.replace(i, {}, std::make_unique<json_object>(row, style_));
  else
    rows_.replace(i, row);
}

void json_rows::merge(item i, std::string_view data) {
  if (auto large = static_cast<json_object*>(rows_.tail(i))) {
    auto before = large->bytes();
    try {
      large->merge(data);
    } catch (...) {
      torn_ = torn_ || large->torn();
      throw;
    }
    rows_.tail_changed(i, before);
    return;
  }
  auto row = rows_.at(i);
  auto result = merged(row, data, style_, merged_);
  if (result.data() != row.data())
    put(i, result);
}

} // namespace projections
