// JSON Merge Patch (RFC 7396) on normalised text. States and read models apply
// event data with it.
#pragma once

#include "messages/json_text.hpp"

#include <string>
#include <string_view>

namespace projections {

/// Appends to `out` the result of applying `patch` to `target`, as RFC 7396
/// section 2 defines it. `target` is empty where there is no value yet. Both
/// are normalised text in `style`, and so is the result. Takes time in the size
/// of both.
void append_merged(std::string& out, std::string_view target,
                   std::string_view patch, json_style style);

} // namespace projections
