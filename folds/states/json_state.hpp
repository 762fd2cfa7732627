// The state of a named projection: any JSON value that takes event data, with
// its text ready to be copied into replies.
#pragma once

#include "projections/folds/states/json_object.hpp"
#include "projections/folds/states/json_rows.hpp"
#include "projections/messages/json/json_text.hpp"
#include "projections/messages/text/text_sequence.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace projections {

/// Any JSON value, merged with event data by the rules of `docs/protocol.md`:
/// an array takes rows by their `id`, anything else is patched (RFC 7396).
/// Applying costs what the event is long, not what the state is; the memory is
/// that of the text plus about 28 bytes a row or member. Not thread-safe.
class json_state final : public text_source {
public:
  /// `initial` is normalised text in `style`.
  json_state(std::string_view initial, json_style style);

  // -- modifiers ---------------------------------------------------------------

  /// Applies `data` (normalised text) whose `identity_of` is `identity`. If it
  /// throws, the state is as before or `torn`.
  void apply(std::string_view data, std::string_view identity);

  // -- inspectors --------------------------------------------------------------

  /// Returns whether an `apply` threw when it had carried out a part already.
  [[nodiscard]] bool torn() const;

  size_t bytes() const override;

  char* write(char* out) const override;

  /// Returns the whole text.
  [[nodiscard]] std::string text() const;

private:
  json_style style_;
  /// The value, unless one of the next two holds it.
  std::string flat_;
  /// An array that has taken an event or begun with elements.
  std::unique_ptr<json_rows> rows_;
  /// An object of more than `json_object::flat_bytes_max` bytes.
  std::unique_ptr<json_object> object_;
};

} // namespace projections
