// What a read model can do. The projector feeds events to any class of this
// kind and answers queries from it; derive from it to write one's own.
#pragma once

#include "projections/messages/json/json_text.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace projections {

/// There may be so many read models in a node: a set of them is one word.
inline constexpr size_t read_models_max = 64;

/// An event as a read model gets it, as normalised text; valid during the call.
struct model_event {
  /// Escaped, without quotes.
  std::string_view type;

  /// Any JSON.
  std::string_view payload;

  /// `identity_of(payload)`.
  std::string_view identity;
};

/// A named fold of events into rows that can be queried. All texts that go in
/// and out are normalised JSON text (`messages/json/json_text.hpp`), in the
/// style of the node that owns the model. Owned by one actor, so a derived
/// class needs no locks, but it must not block.
class read_model {
public:
  /// `name` is what queries ask for, escaped as text between quotes.
  explicit read_model(std::string name) : name_(std::move(name)) {
    // nop
  }

  read_model(const read_model&) = delete;
  read_model& operator=(const read_model&) = delete;
  virtual ~read_model() = default;

  // -- modifiers ---------------------------------------------------------------

  /// Folds `event` into the rows. Returns whether the model took it; nothing
  /// has changed if not. If it throws, the event was not applied: rows and
  /// version are as before, and it may come again.
  bool apply(const model_event& event) {
    if (!fold(event))
      return false;
    ++version_;
    return true;
  }

  /// The same for an event of `type` with `payload`.
  bool apply(std::string_view type, std::string_view payload) {
    return apply({type, payload, identity_of(payload)});
  }

  // -- inspectors --------------------------------------------------------------

  /// Tells that an event like this is applied a few events later. A model whose
  /// rows lie scattered in memory can have them fetched meanwhile; none has to.
  virtual void expect(const model_event&) const {
    // nop
  }

  /// Returns the name, escaped as text between quotes.
  [[nodiscard]] const std::string& name() const {
    return name_;
  }

  /// Returns how many events the model took.
  [[nodiscard]] uint64_t version() const {
    return version_;
  }

  /// Returns whether events of `event_type` should be sent here at all. The
  /// answer never changes, and any thread may ask.
  [[nodiscard]] virtual bool concerns(std::string_view event_type) const = 0;

  /// Returns the number of bytes that `write_rows` writes.
  [[nodiscard]] virtual size_t text_bytes() const = 0;

  /// Writes the text of an array of all rows, in order of first appearance, to
  /// `out`, which has room for `text_bytes()`. Returns the end of what was
  /// written.
  virtual char* write_rows(char* out) const = 0;

  /// Appends the text of an array of the rows that are found by `key`, the text
  /// of any JSON value, to `out`. Returns false, and appends nothing, if there
  /// are none.
  [[nodiscard]] virtual bool find(std::string_view key,
                                  std::string& out) const = 0;

private:
  /// Does what `apply` promises, but for the version.
  virtual bool fold(const model_event& event) = 0;

  std::string name_;
  uint64_t version_ = 0;
};

} // namespace projections
