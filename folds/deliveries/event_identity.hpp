// Gives an id to events that come without one, so that their redelivery is
// recognised. Owned by the projector.
#pragma once

#include "projections/folds/deliveries/processed_ids.hpp"
#include "projections/messages/json/canonical_form.hpp"
#include "projections/messages/text/sip_hash.hpp"

#include <string>
#include <string_view>

namespace projections {

/// The identity of an event that came without an id.
struct derived_identity {
  /// The id, as text between quotes; valid until the next one is derived.
  std::string_view id;

  /// A hash of what the event says: equal for equal type and payload.
  hash_128 content;

  /// Whether `id` is taken by an event of the same content, of which this one
  /// is the redelivery.
  bool known = false;
};

/// Derives event ids. An id is `evt-` and what follows the last `-` in the
/// string `payload.id`, or `evt-` and 16 hex digits of the hash of the content
/// where there is nothing such. If an event of other content has it, `-` and
/// the first 8 of these digits are appended until it is free. The hash ignores
/// the order of keys and how strings are escaped, keeps the spelling of
/// numbers, and is the same in every run and on every machine. Events are
/// compared by all of its 128 bits, so that making two of them pass for one
/// takes 2^64 tries. Not thread-safe; one projector owns it.
class event_identity {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Returns the identity of the event of type `event_type` (text between
  /// quotes) with `payload` (normalised text). `lookup(id)` returns the
  /// `id_record` of an id, of which only the use counts and, for a derived one,
  /// the content.
  template <class Lookup>
  derived_identity derive(std::string_view event_type, std::string_view payload,
                          Lookup lookup) {
    begin(event_type, payload);
    auto record = lookup(id());
    while (record.use != id_use::unknown) {
      if (is_same(record))
        return {id(), content_, true};
      append_suffix();
      record = lookup(id());
    }
    // The event may have gone by a longer id when another one, since forgotten
    // or failed, held this one.
    auto length = id_.size();
    append_suffix();
    auto known = is_same(lookup(id()));
    if (!known)
      id_.resize(length);
    return {id(), content_, known};
  }

private:
  void begin(std::string_view event_type, std::string_view payload);
  void append_digits(size_t count);
  void append_suffix();

  bool is_same(const id_record& record) const {
    return record.use == id_use::derived && record.content == content_;
  }

  std::string_view id() const {
    return id_;
  }

  canonical_form forms_;

  /// The canonical form of the event's type and payload.
  std::string form_;

  /// The hash of `form_`.
  hash_128 content_;

  /// The id as far as it is made.
  std::string id_;
};

} // namespace projections
