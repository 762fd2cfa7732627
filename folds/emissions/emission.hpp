// What event projections emit, and what can be wrong with it.
#pragma once

#include "projections/messages/events/event_codec.hpp"
#include "projections/messages/events/recorded_event.hpp"
#include "projections/messages/events/uuid.hpp"
#include "projections/storage/log/event_store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace projections {

/// The longest chain of emissions: the first one is for an event that no
/// projection has emitted, the next one for the first one, and so on.
inline constexpr uint64_t emission_depth_max = 16;

/// An emission is a new event by which a projection answers an event.
struct emission {
  std::string stream;

  /// As in `new_event`.
  std::string topic;
  std::string payload;

  /// The application in whose log it is to be recorded; empty for the first
  /// target of the projection.
  std::string application = {};
};

/// Returns `x` as a new event in `stream`. Its payload has a `timestamp` only
/// if `at` is given: an emission must be the same whenever it is worked out, so
/// take the time from the event that it is for. Throws `event_format_error`
/// if JSON cannot hold it.
template <event E>
[[nodiscard]] emission emit(std::string stream, const E& x,
                            std::optional<event_time> at = {}) {
  return {std::move(stream), std::string{event_type<E>::topic},
          encode_event(x, at)};
}

/// Returns `x` as a new event of the aggregate `id`.
template <event E>
[[nodiscard]] emission emit(const uuid& id, const E& x,
                            std::optional<event_time> at = {}) {
  return emit(hex_of(id), x, at);
}

/// The log of an application that a projection emits into.
struct emission_target {
  /// The application's name.
  std::string application;

  /// Not null.
  std::shared_ptr<event_store> store;
};

/// A projection emits another event than it has emitted before for the same
/// event: its function was changed, or is not pure.
struct divergence {
  std::string projection;

  /// The event that both are for, in words.
  std::string cause;

  /// The idempotency key of both.
  std::string key;

  /// What is in the store, and what should have been.
  recorded_event stored;
  emission emitted;

  /// Says all that in words. Payloads are shown up to a few hundred bytes.
  [[nodiscard]] std::string describe() const;
};

/// What becomes of a divergence.
enum class divergence_policy : uint8_t {
  /// The projection fails with a `divergence_error`.
  fail,
  /// It is reported, and what is stored stays.
  keep_stored,
};

/// A projection would emit another event than it has emitted before.
class divergence_error : public std::runtime_error {
public:
  explicit divergence_error(divergence x)
    : std::runtime_error(x.describe()), divergence_(std::move(x)) {
    // nop
  }

  [[nodiscard]] const divergence& what_diverges() const noexcept {
    return divergence_;
  }

private:
  divergence divergence_;
};

/// What a projection wants to emit cannot be recorded, or is not what it has
/// declared. Says which event it is for, and what is wrong.
class emission_refused : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// How a projection emits.
struct emission_settings {
  /// The name of the projection, which is a part of all keys.
  std::string projection;

  /// The topics of its emissions; none if they are not declared.
  std::vector<std::string> outputs = {};

  divergence_policy on_divergence = divergence_policy::fail;

  /// Told of each divergence with `keep_stored`, by the thread that emits;
  /// may be empty.
  std::function<void(const divergence&)> report_divergence = {};
};

} // namespace projections
