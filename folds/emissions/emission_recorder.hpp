// The transactions of what projections emit: emissions and the position of the
// event that they are for are recorded together, or in an order that a crash
// cannot harm. Owned by event projections, and the recorder of their runners.
#pragma once

#include "projections/folds/emissions/emission.hpp"
#include "projections/folds/emissions/emission_outbox.hpp"
#include "projections/folds/emissions/keyed_emissions.hpp"
#include "projections/storage/views/joined_transaction.hpp"
#include "projections/storage/views/recorder_with_events.hpp"
#include "projections/storage/views/tracking_recorder.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace projections {

/// A tracking recorder whose transactions also append to event stores. They
/// gather emissions and positions, and record them at the end: together where
/// the first target is in the same database, else the emissions in commits
/// before. What is repeated after a crash between these finds its keys and
/// records nothing twice. Thread-safe.
class emission_recorder final : public tracking_recorder,
                                private joined_transaction {
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

  /// Records `events`, which the projection emits for `cause`, and `x`, the
  /// place of `cause`. Throws `emission_refused` or `divergence_error` if an
  /// event cannot be recorded, here or at the end of the transaction, and
  /// `store_unavailable` if trying again may help.
  void emit(const recorded_event& cause, std::vector<emission> events,
            const tracking& x);

  /// Records the emissions for the cause `i` of `from`, likewise. They have
  /// been made by the rules of this object.
  void emit(const std::shared_ptr<const keyed_emissions>& from, size_t i,
            const tracking& x);

  void insert_tracking(const tracking& x) override;

  void in_one_transaction(const std::function<void()>& commands) override;

  /// Leaves alone what was emitted: emitting it again finds it.
  void clear() override {
    // nop
  }

  void forget(std::string_view application) override {
    recorder_->forget(application);
  }

  void record_code_versions(std::string_view application,
                            code_versions x) override {
    recorder_->record_code_versions(application, std::move(x));
  }

  view_claim claim(std::string_view application) override {
    return recorder_->claim(application);
  }

  void interrupt(bool on) noexcept override {
    recorder_->interrupt(on);
  }

  change_signal& changes() override {
    return recorder_->changes();
  }

  // -- inspectors --------------------------------------------------------------

  std::optional<log_position>
  max_tracking_id(std::string_view application) override;

  std::vector<std::string> tracked_applications() override {
    return recorder_->tracked_applications();
  }

  /// What was emitted for whatever application stays.
  [[nodiscard]] bool clear_empties_all() const override {
    return false;
  }

  std::optional<code_versions>
  recorded_code_versions(std::string_view application) override {
    return recorder_->recorded_code_versions(application);
  }

  [[nodiscard]] int64_t version() const override {
    return recorder_->version();
  }

  [[nodiscard]] const void* connection() const noexcept override {
    return connection_;
  }

  std::optional<std::chrono::milliseconds> poll_interval() const override {
    return recorder_->poll_interval();
  }

  /// Returns what is emitted by whom into which targets, the first one first.
  [[nodiscard]] const emission_rules& rules() const {
    return rules_;
  }

private:
  void commit() override;
  void roll_back() override {
    forget_gathered();
  }
  void take(const tracking& x);
  void deliver();
  void forget_gathered();

  std::shared_ptr<tracking_recorder> recorder_;

  /// What stands for the connection that emitting blocks.
  const void* connection_;

  /// Whether the first target belongs to transactions of the recorder.
  bool is_joint_ = false;

  const emission_rules rules_;

  /// By the number of the target.
  std::vector<emission_outbox> outboxes_;

  /// What the outboxes hold.
  size_t events_ = 0;
  size_t bytes_ = 0;

  /// The positions that the transaction has gathered, one for each application.
  std::vector<tracking> reached_;

  /// The positions that the transactions before have recorded.
  std::vector<tracking> recorded_;
};

} // namespace projections
