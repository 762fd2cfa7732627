// A JSON object that is too large to be written anew for every patch. States
// and their rows become one when they grow.
#pragma once

#include "projections/messages/json/json_text.hpp"
#include "projections/messages/text/text_index.hpp"
#include "projections/messages/text/text_sequence.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace projections {

/// An object whose members are found by an index and whose text is kept up, so
/// that a patch costs what the patch is long. Members that are large objects
/// themselves are kept in the same way. Not thread-safe.
class json_object final : public text_source {
public:
  /// An object of more bytes is worth an index.
  static constexpr size_t flat_bytes_max = 2048;

  /// `text` is the normalised text of an object in `style`.
  json_object(std::string_view text, json_style style);

  // -- modifiers ---------------------------------------------------------------

  /// Applies `patch`, the text of an object, as RFC 7396 has it. If it throws,
  /// the object is as before or `torn`.
  void merge(std::string_view patch);

  // -- inspectors --------------------------------------------------------------

  /// Returns the value of member `key`; empty if there is none or if it is a
  /// large object.
  [[nodiscard]] std::string_view find(std::string_view key) const;

  /// Returns whether a `merge` threw when it had carried out a part already.
  [[nodiscard]] bool torn() const {
    return torn_;
  }

  size_t bytes() const override;

  char* write(char* out) const override;

private:
  using item = text_sequence::item;

  std::optional<item> find_item(uint64_t hash, std::string_view key) const;
  void append(std::string_view key, std::string_view value);
  void replace(item i, std::string_view key, std::string_view value);
  void merge_member(item i, std::string_view key, std::string_view patch);
  std::string_view key_of(item i) const;
  std::string_view value_of(item i) const;

  json_style style_;
  /// Members as `"key": value`; where the value is large, its text is a tail.
  text_sequence members_;
  /// Members by key.
  text_index keys_;
  bool torn_ = false;
};

/// Returns whether `value` should be kept as a `json_object`.
[[nodiscard]] bool is_large_object(std::string_view value);

} // namespace projections
