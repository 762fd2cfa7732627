// What a projection actor owns: a name, a state, and how many events made it.
#pragma once

#include "projections/folds/states/json_state.hpp"
#include "projections/messages/json/json_text.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

namespace projections {

/// The data of one event and by what it is known, as normalised text.
struct event_data {
  std::string_view data;
  /// Empty if the data has none.
  std::string_view identity;
};

/// A named fold of events. Derive from it to fold in another way. Used by one
/// thread at a time; when the actor that owns it fails, another one takes it
/// over as it was after its last whole event.
class named_projection {
public:
  /// `name` is text between quotes, `initial_state` normalised text in `style`.
  named_projection(std::string name, std::string_view initial_state,
                   json_style style);

  virtual ~named_projection() = default;

  // -- modifiers ---------------------------------------------------------------

  /// Folds one event in and counts it. If it throws, nothing has changed, or
  /// the projection is not `intact` any more.
  void apply(event_data event);

  /// Starts again from the initial state with `events`, each of which `next`
  /// gives back. If it throws, nothing has changed.
  template <class Next>
  void rebuild(uint64_t events, Next next) {
    go_on(initial(), 0, events, next);
  }

  /// The same where `begun` is the fold of the first `done` events already,
  /// made by merging them into an empty array. `next` begins behind them.
  template <class Next>
  void rebuild(json_state begun, uint64_t done, uint64_t events, Next next) {
    go_on(std::move(begun), done, events, next);
  }

  // -- inspectors --------------------------------------------------------------

  /// The name as text between quotes.
  [[nodiscard]] const std::string& name() const {
    return name_;
  }

  /// The number of events applied since the initial state.
  [[nodiscard]] uint64_t version() const {
    return version_;
  }

  [[nodiscard]] const json_state& state() const {
    return state_;
  }

  /// Returns whether a rebuild may begin with a state that was merged from an
  /// empty array, because this projection does the same.
  [[nodiscard]] bool merges_into_array() const {
    return !initial_ && typeid(*this) == typeid(named_projection);
  }

  /// Returns whether the state is that of a whole number of events. It is not
  /// when a fold was cut off in the middle.
  [[nodiscard]] bool intact() const {
    return !folding_;
  }

protected:
  /// Folds `event` into `into`. Merges it by the rules of `docs/protocol.md`
  /// unless a derived class does something else. May throw, and must then
  /// leave `into` as it was, or torn.
  virtual void fold(json_state& into, event_data event);

private:
  [[nodiscard]] json_state initial() const;

  template <class Next>
  void go_on(json_state fresh, uint64_t done, uint64_t events, Next& next) {
    for (auto i = done; i < events; ++i)
      fold(fresh, next());
    become(std::move(fresh), events);
  }

  void become(json_state state, uint64_t version);

  std::string name_;
  /// The initial state; null where it is the empty array, as it mostly is.
  std::unique_ptr<const std::string> initial_;
  json_style style_;
  json_state state_;
  uint64_t version_ = 0;
  bool folding_ = false;
};

} // namespace projections
