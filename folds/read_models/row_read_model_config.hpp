// How read models are declared, in code or in a read-model file, and what makes
// one of a declaration.
#pragma once

#include "projections/folds/read_models/read_model.hpp"
#include "projections/folds/read_models/reducers.hpp"
#include "projections/messages/json/json_text.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace projections {

/// A field that a reducer keeps. All names are escaped as text between quotes.
struct reduction {
  /// The field of the row.
  std::string field;

  reducer how = reducer::count;

  /// The field of the payload; empty for `reducer::count`.
  std::string source;
};

/// What an event does to its row.
enum class row_action : uint8_t {
  /// The payload is an RFC 7396 patch of the row, made empty if missing.
  merge,
  /// The payload becomes the row.
  replace,
  /// The row goes away; it is no error if there is none.
  remove,
  /// The reductions are applied, to a row of the entity alone if missing.
  reduce,
};

/// What the events of one type do.
struct row_rule {
  row_action action = row_action::merge;

  /// For `row_action::reduce`, in the order in which a new row has the fields.
  std::vector<reduction> reductions;
};

/// What a read model is declared with. All names are escaped as text between
/// quotes.
struct row_read_model_config {
  std::string name;

  /// The payload's field that names the row, by a string or number. No
  /// reduction may set it.
  std::string entity = "id";

  /// The row's field that queries look a key up in.
  std::string find_by = "id";

  /// The payload's fields that merge and replace keep; empty for all.
  std::vector<std::string> fields;

  /// Rules by event type.
  std::map<std::string, row_rule, std::less<>> on;
};

/// Returns a read model of rows as `config` declares it, empty. `style` is that
/// of all payloads, keys and rows: the one of the node that owns it.
[[nodiscard]] std::shared_ptr<read_model>
make_row_read_model(row_read_model_config config, json_style style);

} // namespace projections
