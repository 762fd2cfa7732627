// How the actors of event stores say that a store cannot do what it is asked.
// Whoever asks turns the answer back into an exception.
#pragma once

#include "projections/messages/interfaces/caf_compat.hpp"

#include <exception>
#include <string>

namespace projections {

/// Returns the error that stands for `exception`: its words, and whether it is
/// a `store_unavailable`.
[[nodiscard]] caf::error store_failure(const std::exception_ptr& exception);

/// Returns whether `error` stands for a `store_unavailable`.
[[nodiscard]] bool is_unavailable(const caf::error& error);

/// Returns the error of a rebuild that is refused, with the words `why`.
[[nodiscard]] caf::error rebuild_refusal(std::string why);

/// Returns whether `error` was made by `rebuild_refusal`.
[[nodiscard]] bool is_rebuild_refusal(const caf::error& error);

/// Returns the exception that `error` stands for: a `store_unavailable` or a
/// `store_error`, with the same words.
[[nodiscard]] std::exception_ptr exception_of(const caf::error& error);

} // namespace projections
