// Names of tables as the Python library forms them. Recorders and event stores
// in databases use them.
#pragma once

#include <string>
#include <string_view>

namespace projections {

/// Returns `name` in lower case; only the letters A to Z have one here.
[[nodiscard]] std::string lower_case(std::string_view name);

/// Returns `name` as SQL has it: in double quotes, with those in it doubled.
[[nodiscard]] std::string quoted_name(std::string_view name);

/// Returns the name of the table that tracks for `projection`: its name in
/// lower case before `_tracking`, or `unnamed` where it has none.
[[nodiscard]] std::string tracking_table_name(std::string_view projection,
                                              std::string_view unnamed);

} // namespace projections
