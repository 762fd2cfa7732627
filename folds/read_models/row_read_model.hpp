// The read model that is declared rather than written: rows by entity, each a
// merge of payloads or a set of reduced fields. The projector's default ones
// and those of a read-model file are of this kind.
#pragma once

#include "projections/folds/read_models/read_model.hpp"
#include "projections/folds/read_models/row_groups.hpp"
#include "projections/folds/read_models/row_read_model_config.hpp"
#include "projections/messages/json/json_text.hpp"
#include "projections/messages/text/text_index.hpp"
#include "projections/messages/text/text_sequence.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// Rows by entity, in order of first appearance. Applying an event costs what
/// the event and its row are long, however many rows there are; so does finding
/// rows by key, and writing all rows is a few large copies. Costs about 28
/// bytes a row above its text, and up to 38 more where queries look up another
/// field than the entity. Not thread-safe; see `read_model` for failure.
class row_read_model final : public read_model {
public:
  /// `style` is that of all payloads, keys and rows.
  row_read_model(row_read_model_config config, json_style style);

  // -- inspectors --------------------------------------------------------------

  void expect(const model_event& event) const override;

  bool concerns(std::string_view event_type) const override;

  size_t text_bytes() const override;

  char* write_rows(char* out) const override;

  bool find(std::string_view key, std::string& out) const override;

private:
  using item = text_sequence::item;

  /// Where a reduction stands while a row is written.
  struct reduced_field {
    /// What the payload has for it; empty if nothing.
    std::string_view value;
    /// Whether the row had the field, which is written already.
    bool is_placed = false;
  };

  bool fold(const model_event& event) override;

  void merge(std::optional<item> row, std::string_view entity,
             std::string_view payload);
  void reduce(std::optional<item> row, std::string_view entity,
              std::string_view payload,
              const std::vector<reduction>& reductions);
  void put(std::optional<item> row, std::string_view entity,
           std::string_view text);
  void add_row(std::string_view entity, std::string_view text);
  void change_row(item row, std::string_view text);
  void remove_row(item row, std::string_view entity);

  bool keeps(std::string_view field) const;
  std::string_view kept_fields(std::string_view payload);
  void append_key(std::string& object, std::string_view key) const;

  std::string_view entity_in(const model_event& event) const;
  std::string_view entity_of(item row) const;
  std::string_view key_of(std::string_view row_text) const;
  std::optional<item> find_entity(std::string_view entity) const;
  std::optional<item> find_group(uint64_t hash, std::string_view key) const;

  row_read_model_config config_;
  json_style style_;

  text_sequence rows_;

  /// Rows by entity.
  text_index entities_;

  /// Rows by the field `find_by`, unless that is the entity.
  std::optional<row_groups> groups_;

  /// The entity of every row, where `fields` leaves it out of the rows.
  std::optional<std::vector<std::string>> hidden_entities_;

  /// Reused, so that a steady state allocates nothing: the payload cut to the
  /// kept fields, the text of a row, and the state of each reduction.
  std::string kept_;
  std::string text_;
  std::vector<reduced_field> fields_;
};

} // namespace projections
