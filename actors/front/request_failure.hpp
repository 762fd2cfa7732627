// How the front actor says that a request was not carried out. Programs that
// embed a node ask it for the code of such an error.
#pragma once

#include "projections/messages/interfaces/caf_compat.hpp"
#include "projections/messages/protocol/error_code.hpp"

#include <string>

namespace projections {

/// Returns the error of a request that is refused for `code`, which is not
/// `none`, with the words `text`.
[[nodiscard]] caf::error request_failure(error_code code, std::string text);

/// Returns why a request was refused; `none` if `error` was not made by
/// `request_failure`, as when the front actor has ended or is out of reach.
/// `compat::text_of` has the words.
[[nodiscard]] error_code code_of(const caf::error& error);

} // namespace projections
