// JSON Merge Patch (RFC 7396) on normalised text. States and read models apply
// event data with it.
#pragma once

#include "projections/messages/json/json_text.hpp"

#include <string>
#include <string_view>

namespace projections {

/// Appends to `out` the result of applying `patch` to `target`, as RFC 7396
/// section 2 defines it. `target` is empty where there is no value yet. Both
/// are normalised text in `style`, and so is the result. Takes time in the size
/// of both.
void append_merged(std::string& out, std::string_view target,
                   std::string_view patch, json_style style);

/// Returns whether merging `value` where it is already is known to change
/// nothing: it has no null, which would take a member out.
[[nodiscard]] bool merges_into_itself(std::string_view value);

/// Returns whether merging those members of `patch` into `target`, both
/// objects, for whose keys `counts(key)` is true is known to change nothing
/// without doing it. It is known if they are there in the same order.
template <class Counts>
[[nodiscard]] bool is_merged(std::string_view target, std::string_view patch,
                             Counts counts) {
  member_cursor old{target};
  for (member_cursor change{patch}; change.next();) {
    if (!counts(change.key()))
      continue;
    do {
      if (!old.next())
        return false;
    } while (old.key() != change.key());
    if (old.value() != change.value() || !merges_into_itself(change.value()))
      return false;
  }
  return true;
}

/// Returns what `append_merged` appends, without writing it where it is known
/// to be `target` or `patch` itself: producers repeat themselves, or send a row
/// as a whole. Everything else replaces the content of `room`.
[[nodiscard]] std::string_view merged(std::string_view target,
                                      std::string_view patch, json_style style,
                                      std::string& room);

} // namespace projections
