#include "projections/folds/read_models/row_groups.hpp"

#include "projections/messages/json/canonical_form.hpp"
#include "projections/messages/json/json_text.hpp"
#include "projections/messages/text/keyed_hash.hpp"

#include <algorithm>
#include <string>

namespace projections {

namespace {

bool is_container(std::string_view value) {
  auto kind = kind_of(value);
  return kind == json_kind::array || kind == json_kind::object;
}

std::string form_of(std::string_view value) {
  std::string result;
  canonical_form{}.append(result, value);
  return result;
}

} // namespace

uint64_t value_hash(std::string_view text) {
  return keyed_hash(is_container(text) ? form_of(text) : text);
}

bool are_same_value(std::string_view x, std::string_view y) {
  return x == y
         || (is_container(x) && is_container(y) && form_of(x) == form_of(y));
}

void row_groups::add(item i) {
  if (i >= places_.size())
    places_.resize(size_t{i} + 1);
  places_[i] = {next_sequence_++, i, i};
}

void row_groups::join(item i, uint64_t hash, std::optional<item> group) {
  auto& at = places_[i];
  if (!group) {
    at.before = i;
    at.after = i;
    groups_.insert(hash, i);
    return;
  }
  at.after = *group;
  at.before = places_[*group].before;
  places_[at.before].after = i;
  places_[at.after].before = i;
}

void row_groups::leave(item i, uint64_t hash) {
  auto& at = places_[i];
  auto known = groups_.find(hash, [i](item x) { return x == i; });
  if (known) {
    groups_.erase(hash, i);
    if (at.after != i)
      groups_.insert(hash, at.after);
  }
  places_[at.before].after = at.after;
  places_[at.after].before = at.before;
}

std::vector<row_groups::item> row_groups::members(item i) const {
  std::vector<item> result;
  auto x = i;
  do {
    result.push_back(x);
    x = places_[x].after;
  } while (x != i);
  auto comes_before = [this](item a, item b) {
    return places_[a].sequence < places_[b].sequence;
  };
  if (!std::is_sorted(result.begin(), result.end(), comes_before))
    std::sort(result.begin(), result.end(), comes_before);
  return result;
}

} // namespace projections
