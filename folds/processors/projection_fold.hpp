// Folds the events of an application into a view, group by group. A runner owns
// one; everything it does may block.
#pragma once

#include "projections/folds/processors/event_processor.hpp"
#include "projections/folds/processors/group_limits.hpp"
#include "projections/storage/log/event_store.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_set>

namespace projections {

/// The fold of one application's events by one projection. Not thread-safe but
/// for `hurry`, `interrupt` and `prepare`.
class projection_fold {
public:
  /// How far a fold is.
  struct progress {
    log_position position = log_start;
    uint64_t events = 0;
  };

  /// `processor` is not null.
  projection_fold(std::shared_ptr<event_processor> processor,
                  std::string application, group_limits limits);

  // -- modifiers ---------------------------------------------------------------

  /// Asks to be the only one who folds. Returns false, and looks how far the
  /// view is, if somebody else does. Keeps what it was granted until `leave`.
  /// Lets out what the processor throws to forbid it.
  bool claim();

  /// Gives the claim back and ends an interrupt.
  void leave();

  /// Looks how far the view is, where `head` is the last position of the log.
  /// Throws `rebuild_needed` if the view is further, or was folded by another
  /// version of the projection or of the view.
  void begin(log_position head);

  /// Empties the view and forgets how far it was, in one transaction. Throws
  /// `rebuild_refused` if events of other applications are in it, which would
  /// be lost.
  void empty_view();

  /// Folds the next group: events of `slice` that come after `position()`.
  /// Returns false when all of it is folded; positions of events that were
  /// filtered out are then recorded as well. Lets out what the projection
  /// throws for an event, or the view for what it has done: then all events
  /// before it are recorded, and `failed_event` tells which one it was. Throws
  /// `store_unavailable` if the view cannot be reached; then how far it is has
  /// to be looked up by `begin`.
  /// `prepared` is what `prepare` has returned for the slice, or null.
  bool fold_group(const log_slice& slice,
                  std::shared_ptr<prepared_events> prepared = nullptr);

  /// Folds the next group, as `fold_group` does, in the transaction that the
  /// thread is in already. Lets out everything that is thrown. Then, and if the
  /// transaction ends otherwise than by its commit, the fold has to be told to
  /// `go_back` to the progress that it had before.
  bool fold_in_transaction(const log_slice& slice,
                           std::shared_ptr<prepared_events> prepared = nullptr);

  /// Takes back what groups have told of the progress since it was `x`.
  void go_back(progress x) {
    position_ = x.position;
    events_ = x.events;
  }

  /// Looks how far the view is, after a transaction that has failed: what
  /// cannot be taken back, or was committed on the way, stays, but is not
  /// counted in `events`.
  void look_again();

  /// Makes the group under way the last one, however small, and commits it.
  void hurry(bool on) {
    hurries_ = on;
  }

  /// As in `tracking_recorder`.
  void interrupt(bool on) noexcept {
    processor_->recorder().interrupt(on);
  }

  // -- inspectors --------------------------------------------------------------

  /// Works ahead, by any thread, while another slice is folded.
  [[nodiscard]] std::shared_ptr<prepared_events>
  prepare(const log_slice& slice) const {
    return processor_->prepare(slice, application_);
  }

  /// Returns the last position that is recorded, or will be by the commit of
  /// the transaction at hand.
  [[nodiscard]] log_position position() const {
    return position_;
  }

  /// Returns what to `go_back` to.
  [[nodiscard]] progress reached() const {
    return {position_, events_};
  }

  /// Returns when a group ends.
  [[nodiscard]] const group_limits& limits() const {
    return limits_;
  }

  /// Returns whether the group under way is to be the last one.
  [[nodiscard]] bool hurries() const {
    return hurries_;
  }

  /// Returns how many events were folded, those filtered out not counted.
  [[nodiscard]] uint64_t events() const {
    return events_;
  }

  /// Says which event it was that the projection threw for, in words; empty if
  /// it threw for none.
  [[nodiscard]] const std::string& failed_event() const {
    return failed_event_;
  }

  [[nodiscard]] event_processor& processor() const {
    return *processor_;
  }

  [[nodiscard]] const std::string& application() const {
    return application_;
  }

private:
  using iterator = std::vector<recorded_event>::const_iterator;

  /// A part of a slice that goes into one transaction.
  struct group {
    iterator first;
    /// Behind the events that are folded; the one that is being folded.
    iterator at;
    iterator last;
    log_position reached = log_start;
    size_t count = 0;
    bool is_folding = false;
  };

  [[nodiscard]] group group_of(const log_slice& slice) const;
  void fold(group& x, log_position read_to);
  [[nodiscard]] bool wants(const recorded_event& event) const;
  void require_no_other_application() const;
  void fold(const recorded_event& event);
  void fold_again(iterator first, iterator last);
  void fold_one_by_one(iterator first, iterator last);
  [[nodiscard]] code_versions version() const;
  [[nodiscard]] std::string describe(const recorded_event& event) const;

  std::shared_ptr<event_processor> processor_;
  std::string application_;

  /// The place of the event that is being folded.
  tracking current_;

  group_limits limits_;
  std::unordered_set<std::string> topics_;
  view_claim claim_;

  /// What the processor has given for the time of the run.
  std::shared_ptr<void> run_;

  log_position position_ = log_start;
  uint64_t events_ = 0;
  std::string failed_event_;
  std::atomic<bool> hurries_ = false;
};

} // namespace projections
