// The last step of an emission: into an event store, once. Owned by an emission
// recorder, which has one for each target.
#pragma once

#include "projections/folds/emissions/emission.hpp"
#include "projections/folds/emissions/keyed_emissions.hpp"
#include "projections/storage/log/event_store.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace projections {

/// Gathers emissions for one store and appends them in batches, each event by
/// itself under its key. Knows nothing of tracking. Not thread-safe.
class emission_outbox {
public:
  /// Takes the emissions for the target `number` into `store`, which is not
  /// null. `settings` must outlive this object.
  emission_outbox(const emission_settings& settings, size_t number,
                  std::shared_ptr<event_store> store);

  // -- modifiers ---------------------------------------------------------------

  /// Takes the emissions for the cause `i` of `from`. Returns how many those
  /// are.
  size_t take(const std::shared_ptr<const keyed_emissions>& from, size_t i);

  /// Records what was taken. What is in the store already counts as recorded.
  /// Throws `emission_refused` if the store refuses an event,
  /// `divergence_error` if it has another one under a key, and
  /// `store_unavailable` if trying again may help.
  void record();

  /// Forgets what was taken.
  void clear();

private:
  /// Emissions from `begin` to `end` in a batch of the target.
  struct part {
    std::shared_ptr<const keyed_emissions> of;
    size_t begin;
    size_t end;
  };

  void record(const emission_batch& what);
  [[nodiscard]] emission_batch append(const emission_batch& what);
  [[nodiscard]] emission_batch compare(const emission_batch& what);
  void diverge(divergence x) const;
  [[nodiscard]] static std::string describe(const emission_batch& at, size_t i);

  const emission_settings& settings_;
  size_t number_;
  std::shared_ptr<event_store> store_;
  std::vector<part> parts_;

  /// Whether all of the last batch was recorded before, as in a replay. Then
  /// the next one is looked for before anything is appended.
  bool expects_known_ = false;
};

} // namespace projections
