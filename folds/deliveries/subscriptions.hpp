// Which event types a projector takes. Owned by the projector, asked before
// every event that is not a redelivery.
#pragma once

#include "projections/messages/text/keyed_hash.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace projections {

/// The subscription set. Before the first `subscribe` every type is taken and
/// `unsubscribe` changes nothing; afterwards only the types in the set are, and
/// the set may become empty. Not thread-safe. A modifier that throws
/// (`std::bad_alloc`) has changed nothing.
class subscriptions {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Adds `event_types`, the normalised text of an array of strings. Those that
  /// are there already are not an error.
  void subscribe(std::string_view event_types);

  /// Takes out `event_types`, the normalised text of an array of strings. Those
  /// that are not there are not an error.
  void unsubscribe(std::string_view event_types);

  // -- inspectors --------------------------------------------------------------

  /// Returns whether events of type `event_type`, as text between quotes, are
  /// taken.
  [[nodiscard]] bool take(std::string_view event_type) const {
    return all_ || types_.find(event_type) != types_.end();
  }

private:
  /// Whether there was no `subscribe` yet.
  bool all_ = true;

  /// The types as text between quotes.
  std::unordered_set<std::string, keyed_text_hash, std::equal_to<>> types_;
};

} // namespace projections
