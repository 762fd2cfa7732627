// bench/json_values.hpp
// What the C++ baseline does with RapidJSON's values: copying, merging, and
// states of rows.
#pragma once

#include "bench/text_table.hpp"

#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace projections::bench {

using json = rapidjson::Value;
using json_pool = rapidjson::MemoryPoolAllocator<>;

/// Returns the bytes of a JSON string.
inline std::string_view text_of(const json& value) {
  return {value.GetString(), value.GetStringLength()};
}

/// Returns the member `name` of `object`, or null if there is none.
inline const json* member(const json& object, std::string_view name) {
  const json key{rapidjson::StringRef(
    name.data(), static_cast<rapidjson::SizeType>(name.size()))};
  const auto found = object.FindMember(key);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

/// Makes `value` own its strings. RapidJSON copies a string that was parsed in
/// place as a mere reference to the input, which the next request overwrites.
inline void own_strings(json& value, json_pool& pool) {
  if (value.IsString()) {
    value.SetString(value.GetString(), value.GetStringLength(), pool);
  } else if (value.IsObject()) {
    // The iterators are compared with `<`, since C++20 finds their `!=`
    // ambiguous.
    const auto end = value.MemberEnd();
    for (auto field = value.MemberBegin(); field < end; ++field) {
      own_strings(field->name, pool);
      own_strings(field->value, pool);
    }
  } else if (value.IsArray()) {
    for (auto& element : value.GetArray())
      own_strings(element, pool);
  }
}

/// Returns a copy of `value` that lives in `pool`.
inline json owned(const json& value, json_pool& pool) {
  json copy{value, pool};
  own_strings(copy, pool);
  return copy;
}

/// Merges `patch` into `target` as RFC 7396 has it. What is equal already is
/// left alone.
void merge_patch(json& target, const json& patch, json_pool& pool);

/// Merges one member of a patch into the object `target`.
inline void merge_field(json& target, const json& name, const json& value,
                        json_pool& pool) {
  const auto found = target.FindMember(name);
  const bool present = found < target.MemberEnd();
  if (value.IsNull()) {
    if (present)
      target.EraseMember(found);
  } else if (present) {
    merge_patch(found->value, value, pool);
  } else {
    json added;
    merge_patch(added, value, pool);
    target.AddMember(owned(name, pool), added, pool);
  }
}

inline void merge_patch(json& target, const json& patch, json_pool& pool) {
  if (!patch.IsObject()) {
    if (target != patch)
      target = owned(patch, pool);
    return;
  }
  if (!target.IsObject())
    target.SetObject();
  for (const auto& field : patch.GetObject())
    merge_field(target, field.name, field.value, pool);
}

/// A projection's state and version. Rows are found by scanning while they are
/// few, which is the fastest way for ten of them, and through a hash table when
/// they are many.
class projection_state {
public:
  // -- modifiers --------------------------------------------------------------

  /// Starts over from `initial` with version 0.
  void create(const json& initial) {
    initial_pool_.Clear();
    initial_ = owned(initial, initial_pool_);
    reset();
  }

  /// Goes back to the initial state and version 0.
  void reset() {
    pool_.Clear();
    rows_by_id_.clear();
    state_ = owned(initial_, pool_);
    version_ = 0;
  }

  /// Merges an event's data into the state and raises the version.
  void apply(const json& event) {
    ++version_;
    if (!state_.IsArray()) {
      merge_patch(state_, event, pool_);
      return;
    }
    const auto* id = event.IsObject() ? member(event, "id") : nullptr;
    auto* row = id != nullptr ? find_row(*id) : nullptr;
    if (row != nullptr)
      merge_patch(*row, event, pool_);
    else
      state_.PushBack(owned(event, pool_), pool_);
  }

  // -- inspectors -------------------------------------------------------------

  [[nodiscard]] const json& state() const {
    return state_;
  }

  [[nodiscard]] uint64_t version() const {
    return version_;
  }

private:
  /// Up to this many rows a scan is faster than hashing.
  static constexpr rapidjson::SizeType rows_scanned_max = 16;

  /// Returns the row named `id`, or null. The table takes in a new id at once,
  /// because the caller appends the row next.
  json* find_row(const json& id) {
    if (state_.Size() <= rows_scanned_max || !id.IsString()) {
      for (auto& row : state_.GetArray()) {
        const auto* other = row.IsObject() ? member(row, "id") : nullptr;
        if (other != nullptr && *other == id)
          return &row;
      }
      return nullptr;
    }
    if (rows_by_id_.empty())
      index_rows();
    const auto [place, added] = rows_by_id_.emplace(text_of(id), state_.Size());
    return added ? nullptr : &state_[place];
  }

  void index_rows() {
    for (rapidjson::SizeType place = 0; place < state_.Size(); ++place) {
      const auto& row = state_[place];
      const auto* id = row.IsObject() ? member(row, "id") : nullptr;
      if (id != nullptr && id->IsString())
        rows_by_id_.emplace(text_of(*id), place);
    }
  }

  /// Small pools, because there may be 100,000 projections.
  static constexpr size_t pool_chunk_bytes = 2048;

  json_pool initial_pool_{256};
  json_pool pool_{pool_chunk_bytes};
  json initial_{rapidjson::kArrayType};
  json state_{rapidjson::kArrayType};
  /// Where the rows with a string as id are; empty until there are many rows.
  text_table rows_by_id_;
  uint64_t version_ = 0;
};

} // namespace projections::bench
