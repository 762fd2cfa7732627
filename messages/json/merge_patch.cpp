#include "projections/messages/json/merge_patch.hpp"

#include "projections/messages/text/keyed_hash.hpp"
#include "projections/messages/text/short_text.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

namespace projections {

namespace {

/// The members of a patch, each taken once: by its key while the target's
/// members are walked through, or at the end.
class patch_members {
public:
  explicit patch_members(std::string_view patch) {
    for (member_cursor i{patch}; i.next(); ++size_)
      if (size_ < few_.size())
        few_[size_] = {i.key(), i.value()};
      else
        many_.push_back({i.key(), i.value()});
    if (!many_.empty()) {
      places_.emplace(size_);
      for (size_t i = 0; i < size_; ++i)
        places_->emplace(at(i).key, i);
    }
  }

  /// Returns the value under `key` and marks it as taken; empty if none.
  std::string_view take(std::string_view key) {
    auto place = find(key);
    if (place == size_)
      return {};
    // Patches mostly name members in the order in which the target has them.
    expected_ = place + 1;
    auto& x = at(place);
    x.taken = true;
    return x.value;
  }

  /// Calls `use(key, value)` for what was not taken, in order.
  template <class Use>
  void for_each_left(Use use) {
    for (size_t i = 0; i < size_; ++i)
      if (auto& x = at(i); !x.taken)
        use(x.key, x.value);
  }

private:
  struct member {
    std::string_view key;
    std::string_view value;
    bool taken = false;
  };

  member& at(size_t i) {
    return i < few_.size() ? few_[i] : many_[i - few_.size()];
  }

  size_t find(std::string_view key) {
    if (expected_ < size_ && at(expected_).key == key)
      return expected_;
    if (places_) {
      auto i = places_->find(key);
      return i == places_->end() ? size_ : i->second;
    }
    size_t i = 0;
    while (i < size_ && at(i).key != key)
      ++i;
    return i;
  }

  std::array<member, 12> few_;
  std::vector<member> many_;
  /// Members by key, where there are many.
  std::optional<std::unordered_map<std::string_view, size_t, keyed_text_hash>>
    places_;
  size_t size_ = 0;
  size_t expected_ = 0;
};

/// Begins a member of the object that starts at `begin` of `out`.
void append_key(std::string& out, size_t begin, std::string_view key,
                json_style style) {
  if (out.size() > begin + 1)
    out += style.comma;
  out += '"';
  out += key;
  out += '"';
  out += style.colon;
}

/// Returns whether merging `value` replaces what is there, whatever that is.
bool replaces(std::string_view value) {
  auto kind = kind_of(value);
  return kind != json_kind::null && kind != json_kind::object;
}

/// What merging comes to.
enum class merge_result { target, patch, other };

/// Returns what merging `patch` into `target`, both objects, is known to come
/// to without doing it. It is `target` where every value of the patch is there
/// already, and `patch` where it has all the keys; both in the same order, and
/// without values that are removed or merged further.
merge_result foresee(std::string_view target, std::string_view patch) {
  if (patch == target && merges_into_itself(patch))
    return merge_result::target;
  auto has_all_keys = true;
  auto changes = false;
  member_cursor old{target};
  for (member_cursor change{patch}; change.next();) {
    auto is_there = old.next();
    while (is_there && !short_equal(old.key(), change.key())) {
      has_all_keys = false;
      is_there = old.next();
    }
    if (!is_there)
      return merge_result::other;
    auto is_equal = old.value() == change.value();
    if (is_equal ? !merges_into_itself(change.value())
                 : !replaces(change.value()))
      return merge_result::other;
    changes = changes || !is_equal;
    if (changes && !has_all_keys)
      return merge_result::other;
  }
  if (!changes)
    return merge_result::target;
  return old.next() ? merge_result::other : merge_result::patch;
}

} // namespace

bool merges_into_itself(std::string_view value) {
  // Only a null that is a member's value counts, but more may look like one.
  return replaces(value)
         || (kind_of(value) == json_kind::object
             && value.find("null") == value.npos);
}

void append_merged(std::string& out, std::string_view target,
                   std::string_view patch, json_style style) {
  if (kind_of(patch) != json_kind::object) {
    out += patch;
    return;
  }
  if (target.empty() || kind_of(target) != json_kind::object)
    target = "{}";
  patch_members changes{patch};
  auto begin = out.size();
  out += '{';
  for (member_cursor old{target}; old.next();) {
    auto change = changes.take(old.key());
    if (change.empty()) {
      append_key(out, begin, old.key(), style);
      out += old.value();
    } else if (kind_of(change) != json_kind::null) {
      append_key(out, begin, old.key(), style);
      append_merged(out, old.value(), change, style);
    }
  }
  changes.for_each_left([&](std::string_view key, std::string_view value) {
    if (kind_of(value) == json_kind::null)
      return;
    append_key(out, begin, key, style);
    append_merged(out, {}, value, style);
  });
  out += '}';
}

std::string_view merged(std::string_view target, std::string_view patch,
                        json_style style, std::string& room) {
  if (!target.empty() && kind_of(target) == json_kind::object
      && kind_of(patch) == json_kind::object) {
    auto result = foresee(target, patch);
    if (result != merge_result::other)
      return result == merge_result::target ? target : patch;
  }
  room.clear();
  append_merged(room, target, patch, style);
  return room;
}

} // namespace projections
