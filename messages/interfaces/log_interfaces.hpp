// What is said around event stores and views, and the interfaces of their
// actors, in the order of the data path: the store, its reader, the runners and
// the views they fold into.
#pragma once

#include "projections/messages/events/recorded_event.hpp"
#include "projections/messages/events/store_status.hpp"
#include "projections/messages/interfaces/caf_compat.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace projections {

class prepared_events;
class projection_fold;

// Parts of the log are shared and never changed, and exceptions are handed on
// as they are, so these messages stay within one process.

// -- event store ------------------------------------------------------------------

/// Asks to record events.
struct append_events {
  std::vector<append_request> requests;
};

/// What became of each request, in order.
struct append_results {
  std::vector<append_outcome> outcomes;
};

/// Asks for at most `limit` events of a stream that come after a version.
struct read_stream {
  std::string stream;
  stream_version after = 0;
  size_t limit = 0;
};

/// Events of a stream.
struct stream_events {
  std::vector<recorded_event> events;
};

/// The topics that a reader wants; none, or null, for all.
using wanted_topics = std::shared_ptr<const std::vector<std::string>>;

/// Asks for events that come after a position.
struct read_log {
  log_position after = log_start;
  /// At most so many; a log reader may give others that come before or have
  /// another topic, too.
  size_t limit = 0;
  wanted_topics topics;
  /// A position that somebody waits for, if it is after `after`: a log reader
  /// tells at once when it has looked up to there, even if it has found nothing
  /// that is wanted.
  log_position awaited = log_start;
};

/// Tells a log reader that somebody waits for a position, as in `read_log`,
/// since the sender has asked it. Says nothing where it has answered already.
struct hasten_read {
  log_position awaited = log_start;
};

/// Takes back what the sender has asked a log reader for.
struct withdraw_read {};

/// A part of the log; null if the same actor has asked again since.
struct log_part {
  std::shared_ptr<const log_slice> slice;
};

/// Asks for the position of the last event.
struct read_head {};

/// The position of the last event.
struct log_head {
  log_position position = log_start;
};

/// Tells an event store to commit the appends that have come together.
struct commit_appends {};

/// Asks an event store how it is doing.
struct get_store_status {};

/// Owns an event store. Detached: it blocks on its database. Where the store
/// cannot do what it is asked, the answer is an error in the store's words.
using event_store_actor = compat::typed_interface<
  // Records events, together with those of other requests in one commit.
  append_results(append_events),
  // Reads a stream.
  stream_events(read_stream),
  // Reads the log and answers at once, even with no event.
  log_part(read_log),
  // Reads the head.
  log_head(read_head),
  // Tells how it is doing.
  store_status(get_store_status),
  // Commits what was asked for.
  void(commit_appends)>;

// -- projections of an event store --------------------------------------------------

/// Why a log reader looks again.
enum class look_reason : uint8_t {
  /// There may be more events: something was appended.
  appended,
  /// It is time to look for appends of others, or a pause is over.
  due,
  /// There is more to read of what was asked for.
  unfinished,
  /// It is time to tell runners how far was looked for them.
  untold,
};

/// Tells a log reader to look what there is to do.
struct look_again {
  look_reason reason = look_reason::appended;
};

/// Asks a log reader how it is doing.
struct get_log_reader_status {};

/// How a log reader is doing.
struct log_reader_status {
  /// The true head of the log.
  log_position head = log_start;
  /// Requests that wait for events.
  uint64_t waiting = 0;
  /// Bytes of events that are kept because others may ask for them.
  uint64_t kept_bytes = 0;
  /// Why the log cannot be read at present; else empty.
  std::string problem;
};

/// Reads one store for any number of runners. Detached: it blocks on its
/// database.
using log_reader_actor = compat::typed_interface<
  // Answers as soon as something comes after the position.
  log_part(read_log),
  // Reads the head.
  log_head(read_head),
  // Tells how it is doing.
  log_reader_status(get_log_reader_status),
  // Forgets what the sender waits for.
  void(withdraw_read),
  // Answers the sender as soon as it has looked up to the position.
  void(hasten_read),
  // Answers those that wait, where there is something for them.
  void(look_again)>;

/// What is to be done to a view.
enum class view_step_kind : uint8_t {
  /// Become the only one who folds into it.
  claim,
  /// Look how far it is.
  begin,
  /// Fold a group of events.
  fold,
  /// Empty it.
  empty,
  /// Let others fold into it.
  leave,
};

/// A part of the log, and what a projection has prepared of it, which may be
/// null.
struct prepared_slice {
  std::shared_ptr<const log_slice> slice;
  std::shared_ptr<prepared_events> prepared;
};

/// Asks for a step of a fold.
struct view_step {
  view_step_kind kind = view_step_kind::claim;
  std::shared_ptr<projection_fold> fold;
  /// What to fold, in the order of the log, for that step.
  std::vector<prepared_slice> slices;
  /// No further group is begun so long after the first one.
  std::chrono::milliseconds time_max{0};
  /// Whether it must not share a transaction: it may be what has failed one.
  bool is_alone = false;
  /// The head of the log, to begin.
  log_position head = log_start;
};

/// How a step ended.
enum class view_step_outcome : uint8_t {
  done,
  /// Somebody else has the claim, or other applications are in a view that was
  /// to be emptied.
  refused,
  /// The view cannot be reached; trying again may help.
  unavailable,
  failed,
};

/// What became of a step.
struct view_step_done {
  view_step_outcome outcome = view_step_outcome::done;
  /// The position that the view has recorded, as far as the fold knows.
  log_position position = log_start;
  /// Why it failed, is unavailable or must not be emptied; else null.
  std::exception_ptr error;
  /// Which event failed it, in words; empty if none did.
  std::string failed_event;
};

/// Tells a view worker to fold what has come together.
struct fold_steps {};

/// Does what blocks on the connection of a view: there are as many as there are
/// connections. Detached, unless the views are in memory.
using view_worker_actor = compat::typed_interface<
  // Takes a step.
  view_step_done(view_step),
  // Folds what was asked for.
  void(fold_steps)>;

/// What a runner is about.
enum class runner_phase : uint8_t {
  /// Another runner folds into the view; this one waits for its end and looks
  /// how far it is meanwhile.
  standing_by,
  /// It has to find out how far the view is.
  beginning,
  /// It folds events, or waits for some.
  following,
  /// An event or a database has failed it.
  failed,
  stopped,
};

/// Tells a runner to commit what is under way and to fold nothing any more. It
/// goes on answering until it gets an exit message.
struct stop_runner {};

/// Tells a runner to look whether it can go on.
struct try_again {};

/// Tells a runner that has to stop to wait no more.
struct cut_short {};

/// Tells a runner that somebody has begun to wait for a position on its
/// `run_watch`.
struct look_who_waits {};

/// Asks for an answer when a position is in the view.
struct await_position {
  log_position position = log_start;
};

/// The position up to which events are in the view.
struct position_reached {
  log_position position = log_start;
};

/// Asks to empty the view and to fold all events again. Ends a failure. A
/// runner that stands by refuses at once, and so does one whose view has events
/// of other applications.
struct rebuild_view {};

/// The view is empty, and is being folded again.
struct view_emptied {};

/// Asks what the runner is about.
struct get_runner_status {};

/// What the runner is about.
struct runner_status {
  runner_phase phase = runner_phase::beginning;
  /// The position up to which events are in the view.
  log_position position = log_start;
  /// Events folded by this runner, those filtered out not counted.
  uint64_t events = 0;
  /// How often it has tried again because something could not be reached.
  uint64_t retries = 0;
  /// Why it has failed or cannot go on at present, in words; else empty.
  std::string problem;
};

/// Asks how the projection is doing, measured against the log.
struct get_projection_status {};

/// How a projection is doing.
struct projection_status {
  /// The names of the projection and of the application whose events it folds.
  std::string projection;
  std::string application;

  runner_status runner;

  /// The true head of the log, read for this; the last one known where the log
  /// cannot be read, as `problem` says then.
  log_position head = log_start;

  /// How far the view is behind the head, in positions: at most so many events.
  uint64_t lag = 0;

  /// For how long it has been behind, as far as is known: since events came
  /// that it has not folded yet, or since it was first asked while there were
  /// some.
  std::chrono::milliseconds behind_for{0};

  /// Events that were read and are not folded yet.
  uint64_t queued = 0;

  /// Events a second, on average over the last ten seconds.
  double rate = 0;

  /// Why it has failed, cannot go on at present, or does not answer; else
  /// empty.
  std::string problem;
};

/// Runs one projection: gets events from a log reader and has them folded into
/// the view. Answers with an error where it has stopped or failed.
using runner_actor = compat::typed_interface<
  // Answers when the position is in the view.
  position_reached(await_position),
  // Tells what it is about.
  runner_status(get_runner_status),
  // Tells how the projection is doing, after a look at the head of the log.
  projection_status(get_projection_status),
  // Empties the view and begins anew.
  view_emptied(rebuild_view),
  // Stops.
  void(stop_runner),
  // Goes on after a pause.
  void(try_again),
  // Gets to know soon how far it is.
  void(look_who_waits),
  // Waits no more for what is under way.
  void(cut_short)>;

} // namespace projections
