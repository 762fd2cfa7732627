// The one error enum: what the node answers and what its actors return.
#pragma once

#include <cstdint>
#include <string>

namespace projections {

/// Why a request was not carried out. The wire knows them by Maelstrom's
/// numbers (`wire_code`).
enum class error_code : uint8_t {
  /// No error. Never sent.
  none = 0,
  /// A waiting query did not reach its version in time (0).
  timeout,
  /// The type of the request is unknown (10).
  not_supported,
  /// The request is not valid JSON, or a field is missing or of the wrong kind
  /// (12).
  malformed_request,
  /// What should have carried out the request failed (13). The only error after
  /// which the request may have had an effect.
  crash,
  /// There is no projection, read model or row of that name or key (20).
  key_does_not_exist,
  /// There is a projection of that name already (21).
  key_already_exists,
  /// The request is not allowed in this state (22), as a second `init`.
  precondition_failed,
};

/// Returns Maelstrom's number for `code`, which is not `none`. Source: the
/// error table of Maelstrom's protocol documentation.
[[nodiscard]] int wire_code(error_code code);

/// Returns the name of `code`.
[[nodiscard]] std::string to_string(error_code code);

} // namespace projections
