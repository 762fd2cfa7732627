// What a read model can do. The projector feeds events to any class of this
// kind and answers queries from it; derive from it to write one's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace projections {

/// A named fold of events into rows that can be queried. All texts that go in
/// and out are normalised JSON text (`messages/json_text.hpp`), in the style of
/// the node that owns the model. Owned by one actor, so a derived class needs
/// no locks, but it must not block.
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

  /// Folds the event of type `event_type` (escaped, without quotes) with
  /// `payload` (any JSON) into the rows. Returns whether the model took it;
  /// nothing has changed if not. If it throws, the event was not applied: rows
  /// and version are as before, and it may come again.
  bool apply(std::string_view event_type, std::string_view payload) {
    if (!fold(event_type, payload))
      return false;
    ++version_;
    return true;
  }

  // -- inspectors --------------------------------------------------------------

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
  virtual bool fold(std::string_view event_type, std::string_view payload) = 0;

  std::string name_;
  uint64_t version_ = 0;
};

} // namespace projections
