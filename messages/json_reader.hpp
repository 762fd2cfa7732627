// Normalises JSON that comes from elsewhere than stdin: files, and embedders'
// texts.
#pragma once

#include "messages/json_text.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace projections {

/// Thrown for text that is not one JSON value; `what()` says what is wrong and
/// at which byte, counted from 0.
class malformed_json : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Returns the normalised text of the one value in `json`, by the rules of
/// requests: at most 1024 brackets deep. Throws `malformed_json`.
[[nodiscard]] std::string normalise(std::string_view json, json_style style);

} // namespace projections
