// An array whose rows are found by their `id`: what most named projections are.
#pragma once

#include "projections/messages/json/json_text.hpp"
#include "projections/messages/text/text_index.hpp"
#include "projections/messages/text/text_sequence.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace projections {

/// An array that takes event data by the rules of `docs/protocol.md`. Rows that
/// are large objects are kept as `json_object`. Not thread-safe.
class json_rows final : public text_source {
public:
  /// `text` is the normalised text of an array in `style`.
  json_rows(std::string_view text, json_style style);

  // -- modifiers ---------------------------------------------------------------

  /// Merges `data` into the first row with `identity`, or appends it where
  /// there is none. Data without an identity comes with an empty one and is
  /// appended. If it throws, the rows are as before or `torn`.
  void apply(std::string_view data, std::string_view identity);

  // -- inspectors --------------------------------------------------------------

  /// Returns whether an `apply` threw when it had carried out a part already.
  [[nodiscard]] bool torn() const {
    return torn_;
  }

  size_t bytes() const override;

  char* write(char* out) const override;

private:
  using item = text_sequence::item;

  std::optional<item> find(uint64_t hash, std::string_view identity) const;
  void append(std::string_view row, std::string_view identity, uint64_t hash);
  void put(item i, std::string_view row);
  void merge(item i, std::string_view data);

  json_style style_;
  text_sequence rows_;
  /// The first row of each id, by the hash of that id's text.
  text_index ids_;
  /// Reused for merged rows, so that merging allocates nothing.
  std::string merged_;
  bool torn_ = false;
};

} // namespace projections
