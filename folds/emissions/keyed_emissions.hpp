// The first step of an emission: it gets its key and lies ready to be appended.
// Made by event projections, ahead of a part of the log or for one event, and
// taken by emission outboxes.
#pragma once

#include "projections/folds/emissions/emission.hpp"
#include "projections/messages/events/recorded_event.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace projections {

/// Which projection emits, and where to. Targets go by their number.
struct emission_rules {
  emission_settings settings;

  /// The application of each target, in order.
  std::vector<std::string> applications;
};

/// The event that a projection emits for.
struct emission_cause {
  /// Whose log it is in.
  std::string application;
  std::string stream;
  stream_version version;
};

/// Requests of one event each, and the cause of each.
struct emission_batch {
  std::vector<append_request> requests;

  /// One for each request.
  std::vector<emission_cause> causes;

  /// Adds the request `i` of `from`.
  void add(const emission_batch& from, size_t i) {
    requests.push_back(from.requests[i]);
    causes.push_back(from.causes[i]);
  }
};

/// What a projection emits for events of one log, in their order. What goes to
/// one target lies together, so that a batch of it can be appended as it is.
/// Not thread-safe before it is complete.
class keyed_emissions {
public:
  /// At so many events or bytes, no more are gathered before they are recorded.
  static constexpr size_t events_max = 10'000;
  static constexpr size_t bytes_max = size_t{16} << 20;

  /// Returns whether `events` with `bytes` are to be recorded.
  static constexpr bool are_enough(size_t events, size_t bytes) {
    return events >= events_max || bytes >= bytes_max;
  }

  /// Emissions go to targets with the numbers below `target_count`.
  explicit keyed_emissions(size_t target_count) : batches_(target_count) {
    // nop
  }

  // -- modifiers ---------------------------------------------------------------

  /// Adds what is emitted for `cause`, which comes behind all events before,
  /// from the log of `application`. Throws `emission_refused`, and adds
  /// nothing, if one of `events` is not declared or goes to an unknown target,
  /// or if `cause` is as deep as emissions may be.
  void add(const emission_rules& rules, const std::string& application,
           const recorded_event& cause, std::vector<emission> events);

  // -- inspectors --------------------------------------------------------------

  /// Returns the number of the event at `position` if it is one of the causes.
  [[nodiscard]] std::optional<size_t> find(log_position position) const;

  /// Returns where the emissions for the cause `i` begin and end in the batch
  /// of `target`.
  [[nodiscard]] std::pair<size_t, size_t> range(size_t i, size_t target) const;

  /// Returns the size of what is emitted for the cause `i`, as payloads and
  /// metadata, in bytes.
  [[nodiscard]] size_t bytes_of(size_t i) const;

  [[nodiscard]] const emission_batch& batch(size_t target) const {
    return batches_[target];
  }

  /// Returns how many emissions there are.
  [[nodiscard]] size_t size() const {
    return size_;
  }

  /// Returns the size of all payloads and metadata, in bytes.
  [[nodiscard]] size_t bytes() const {
    return bytes_;
  }

private:
  /// Of a cause: its place, and the bytes up to the end of its emissions.
  struct end {
    log_position position;
    size_t bytes;
  };

  std::vector<emission_batch> batches_;
  std::vector<end> ends_;

  /// By cause and target: where the emissions end in the batch of the target.
  std::vector<size_t> batch_ends_;

  size_t size_ = 0;
  size_t bytes_ = 0;
};

} // namespace projections
