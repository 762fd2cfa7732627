// Records what an event projection emits, and which events it has answered.
// Owned by event projections.
#pragma once

#include "projections/folds/emissions/emission.hpp"
#include "projections/folds/emissions/emission_outbox.hpp"
#include "projections/folds/emissions/keyed_emissions.hpp"
#include "projections/storage/views/recorder_with_events.hpp"
#include "projections/storage/views/tracking_recorder.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace projections {

/// A tracking recorder whose transactions also append to event stores. Events
/// are recorded before the position of the one that they answer: together with
/// it where the first target is in the same database, else in commits before.
/// What is repeated after a crash between these finds its keys and records
/// nothing twice. Thread-safe.
class emission_recorder final : public tracking_recorder {
public:
  /// Emits into the events of `recorder`, which are those of `application`, and
  /// into `others`.
  emission_recorder(emission_settings settings, std::string application,
                    std::shared_ptr<recorder_with_events> recorder,
                    std::vector<emission_target> others);

  /// Emits into `targets`, of which there is at least one, and tracks by
  /// `recorder`.
  emission_recorder(emission_settings settings,
                    std::shared_ptr<tracking_recorder> recorder,
                    std::vector<emission_target> targets);

  // -- modifiers ---------------------------------------------------------------

  /// Records `events`, with which the projection answers `source`, and `x`, the
  /// place of `source`. Throws `emission_refused` or `divergence_error` if an
  /// event cannot be recorded, here or at the end of the transaction, and
  /// `store_unavailable` if trying again may help.
  void emit(const recorded_event& source, std::vector<emission> events,
            const tracking& x);

  /// Records the answers to the event `i` of `from`, likewise.
  void emit(const std::shared_ptr<const keyed_emissions>& from, size_t i,
            const tracking& x);

  void insert_tracking(const tracking& x) override;

  void in_one_transaction(const std::function<void()>& commands) override;

  /// Leaves alone what was emitted: emitting it again finds it.
  void clear() override {
    // nop
  }

  void forget(std::string_view application) override;
  void record_version(std::string_view application, fold_version x) override;
  view_claim claim(std::string_view application) override;
  void interrupt(bool on) noexcept override;

  // -- inspectors --------------------------------------------------------------

  std::optional<log_position>
  max_tracking_id(std::string_view application) override;

  std::vector<std::string> tracked_applications() override;

  /// What was emitted for whatever application stays.
  [[nodiscard]] bool clear_empties_all() const override {
    return false;
  }

  std::optional<fold_version>
  recorded_version(std::string_view application) override;

  [[nodiscard]] int64_t version() const override;

  [[nodiscard]] const void* connection() const noexcept override;

  change_signal& changes() override;

  std::optional<std::chrono::milliseconds> poll_interval() const override;

  /// Adds the answers to `source`, which end there, as in `emission_outbox`.
  /// Thread-safe.
  void add_keyed(const recorded_event& source, const std::string& application,
                 std::vector<emission> events, keyed_emissions& to) const {
    outbox_.add_keyed(source, application, std::move(events), to);
    to.end_event(source.position);
  }

  /// The applications that are emitted into, that of the first target first.
  [[nodiscard]] const std::vector<std::string>& applications() const {
    return outbox_.applications();
  }

private:
  [[nodiscard]] bool in_transaction() const {
    return thread_ == std::this_thread::get_id();
  }
  void run_part(const std::function<void()>& commands);
  void take(const tracking& x);
  void deliver();

  std::shared_ptr<tracking_recorder> recorder_;

  /// What stands for the connection that emitting blocks.
  const void* connection_;

  /// Whether the first target belongs to transactions of the recorder.
  bool is_joint_ = false;

  /// Held by the thread that is in a transaction, and which one that is.
  std::recursive_mutex turn_;
  std::atomic<std::thread::id> thread_{};

  /// What the transaction has gathered: positions, one for each application of
  /// which events are answered, and answers.
  std::vector<tracking> reached_;

  /// The positions that the transactions before have recorded.
  std::vector<tracking> recorded_;

  /// Whether a part of the transaction has failed.
  bool is_doomed_ = false;

  emission_outbox outbox_;
};

} // namespace projections
