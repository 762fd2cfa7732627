// Reads what `--read-models=FILE` holds: the declarations of read models. The
// node does it once, at start.
#pragma once

#include "projections/folds/read_models/row_read_model_config.hpp"

#include <stdexcept>
#include <string_view>
#include <vector>

namespace projections {

/// A mistake in a read-model file. The text names the place and the word, as in
/// `read_models[1].on.UserCreated: unknown word "mergee"; expected ...`.
class read_model_file_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Returns the read models that `text`, the content of a read-model file,
/// declares, in order. The format is described in
/// `docs/read_model_file.md`. Throws
/// `read_model_file_error` at the first mistake.
[[nodiscard]] std::vector<row_read_model_config>
parse_read_models(std::string_view text);

/// Returns the read models of a node without a file: `user_listing` and
/// `user_by_email`.
[[nodiscard]] std::vector<row_read_model_config> default_read_models();

} // namespace projections
