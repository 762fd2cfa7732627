// Normalises JSON that comes from elsewhere than stdin: files, and embedders'
// texts.
#pragma once

#include "projections/messages/json/json_text.hpp"

#include <memory>
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

/// Normalises one text after the other by the rules of requests: at most 1024
/// brackets deep. Not thread-safe.
class json_normaliser {
public:
  explicit json_normaliser(json_style style);

  ~json_normaliser();

  /// Writes the normalised text of the one value in `json` to `out`, where
  /// there is room for twice its bytes, and returns it. Throws
  /// `malformed_json`.
  std::string_view write(std::string_view json, char* out);

  /// Returns `identity_of` what was written last, without looking for it again.
  [[nodiscard]] std::string_view identity() const;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

/// Returns the normalised text of the one value in `json`, by the same rules.
/// Throws `malformed_json`.
[[nodiscard]] std::string normalise(std::string_view json, json_style style);

} // namespace projections
