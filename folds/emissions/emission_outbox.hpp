// Answers of an event projection on their way into event stores. Owned by an
// emission recorder; knows nothing of tracking.
#pragma once

#include "projections/folds/emissions/emission.hpp"
#include "projections/folds/emissions/keyed_emissions.hpp"
#include "projections/storage/log/event_store.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace projections {

/// Gathers events for one or several stores and appends them in batches, each
/// event by itself under its key. Not thread-safe.
class emission_outbox {
public:
  /// Beyond so many events or bytes, what was gathered is to be recorded.
  static constexpr size_t events_max = 10'000;
  static constexpr size_t bytes_max = size_t{16} << 20;

  /// There is at least one target.
  emission_outbox(emission_settings settings,
                  std::vector<emission_target> targets);

  // -- modifiers ---------------------------------------------------------------

  /// Takes the answers to the event `i` of `from`.
  void take(const std::shared_ptr<const keyed_emissions>& from, size_t i);

  /// Records what was taken for all targets but the first.
  void record_for_others();

  /// Records what was taken for the first target.
  void record_for_first();

  /// Forgets everything.
  void clear();

  // -- inspectors --------------------------------------------------------------

  /// Gives their keys to `events`, with which the projection answers `source`
  /// from the log of `application`, and adds them to `to`. Throws
  /// `emission_refused` and adds nothing if one is not declared, goes to an
  /// unknown target, or if `source` is as deep as emissions may be.
  /// Thread-safe.
  void add_keyed(const recorded_event& source, const std::string& application,
                 std::vector<emission> events, keyed_emissions& to) const;

  [[nodiscard]] bool is_full() const {
    return events_ >= events_max || bytes_ >= bytes_max;
  }

  /// The applications of the targets, in order.
  [[nodiscard]] const std::vector<std::string>& applications() const {
    return applications_;
  }

private:
  /// Answers from `begin` to `end` in the batch of a target.
  struct part {
    std::shared_ptr<const keyed_emissions> of;
    size_t begin;
    size_t end;
  };

  struct target {
    std::shared_ptr<event_store> store;
    std::vector<part> parts;

    /// Whether all of the last batch was recorded before, as in a replay. Then
    /// the next one is looked for before anything is appended.
    bool expects_known = false;
  };

  [[nodiscard]] size_t target_of(const emission& x) const;
  void check_declared(const recorded_event& source, const emission& x) const;
  void record(size_t number);
  void record(target& to, const emission_batch& what) const;
  [[nodiscard]] emission_batch append(event_store& to,
                                      const emission_batch& what) const;
  [[nodiscard]] emission_batch compare(event_store& to,
                                       const emission_batch& what) const;
  void diverge(divergence x) const;
  [[nodiscard]] static std::string describe(const emission_batch& at, size_t i);

  emission_settings settings_;
  std::vector<std::string> applications_;
  std::vector<target> targets_;
  size_t events_ = 0;
  size_t bytes_ = 0;
};

} // namespace projections
