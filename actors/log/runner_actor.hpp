// The actor that runs a projection. Spawn one for each projection; the facade
// in runtime/ does so for those who write no actors.
#pragma once

#include "projections/actors/log/run_watch.hpp"
#include "projections/actors/log/runner_settings.hpp"
#include "projections/actors/log/view_worker_actor.hpp"
#include "projections/folds/processors/progress_meter.hpp"
#include "projections/folds/processors/retry_schedule.hpp"
#include "projections/messages/interfaces/message_types.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace projections {

/// Gets events from a log reader, four slices at most, of which two are folded
/// in one step, and has a view worker fold them. Waits for its turn if another
/// runner has the view, and goes on by itself when the database of the view was
/// out of reach. An error of an event ends it, until it is asked to rebuild.
/// When the actor ends, the view is given back.
struct runner_state {
  using interface = runner_actor;

  static constexpr const char* actor_name = "runner";

  /// `fold` is used by this runner alone, `watch` is told of what it does.
  runner_state(interface::pointer self, std::shared_ptr<projection_fold> fold,
               log_reader_actor reader, shared_view_worker worker,
               std::shared_ptr<run_watch> watch, runner_settings settings);

  ~runner_state();

  runner_state(const runner_state&) = delete;
  runner_state& operator=(const runner_state&) = delete;

  interface::behavior_type make_behavior();

private:
  using position_promise = compat::promise<position_reached>;

  /// Who waits for a position.
  struct waiter {
    log_position position = log_start;
    position_promise answer;
  };

  position_promise await(await_position x);
  compat::promise<view_emptied> rebuild();
  void stop();
  void cut();
  void go_on();
  void begin();
  void read_ahead();
  void hasten();
  void take_slice(const log_part& part, log_position asked_after);
  [[nodiscard]] std::chrono::milliseconds step_time_max() const;
  void take_step(view_step_kind kind, log_position head = log_start);
  void step_taken(view_step_kind kind, const view_step_done& x);
  void begun();
  void folded();
  void emptied();
  void refuse_rebuilds(const std::string& why);
  void pause(std::chrono::milliseconds delay);
  void retry_later(const std::exception_ptr& error);
  void fail(const std::exception_ptr& error, const std::string& event = {});
  void end();
  void enter(runner_phase phase);
  void position_is(log_position x);
  void tell(const std::exception_ptr& error = nullptr);
  compat::promise<projection_status> look_at_head();
  projection_status status_against_head(const std::string& problem);
  [[nodiscard]] log_position awaited() const;
  [[nodiscard]] std::string reason_to_stand_by() const;
  [[nodiscard]] caf::error reason_of_end() const;

  interface::pointer self_;
  std::shared_ptr<projection_fold> fold_;
  log_reader_actor reader_;
  shared_view_worker worker_;
  std::shared_ptr<run_watch> watch_;
  runner_settings settings_;
  wanted_topics topics_;
  runner_status status_;

  /// Whether this runner may fold into the view.
  bool has_claim_ = false;

  /// What was read and is not folded yet.
  std::deque<prepared_slice> slices_;

  /// Where to read on, and whether a slice was asked for.
  log_position next_after_ = log_start;
  bool is_reading_ = false;

  /// The position that the reader knows to be waited for; `log_start` if there
  /// is none.
  log_position asked_for_ = log_start;

  /// Whether a step is under way, at the worker or, for the head of the log, at
  /// the reader, and whether a pause goes on.
  bool is_stepping_ = false;
  bool is_asking_head_ = false;
  bool is_pausing_ = false;

  /// Why nothing more can be read; null if that is not so.
  std::exception_ptr read_error_;

  /// Whether it has to stop, and gives the view back already.
  bool is_stopping_ = false;
  bool is_leaving_ = false;

  /// Whether it has interrupted what goes on in the view.
  bool has_cut_ = false;

  retry_schedule retries_;
  progress_meter meter_{progress_meter::clock::now()};

  /// The last head of the log that was seen.
  log_position head_ = log_start;

  std::vector<waiter> waiters_;
  std::vector<compat::promise<view_emptied>> rebuilds_;
};

/// Spawns a runner of `fold`, with the worker that its view needs.
[[nodiscard]] runner_actor spawn_runner(caf::actor_system& system,
                                        std::shared_ptr<projection_fold> fold,
                                        const log_reader_actor& reader,
                                        std::shared_ptr<run_watch> watch,
                                        const runner_settings& settings);

} // namespace projections
