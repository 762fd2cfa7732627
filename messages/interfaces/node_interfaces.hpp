// What the actors of the node say to each other, and their interfaces, in the
// order of the data path from stdin to stdout.
#pragma once

#include "projections/messages/interfaces/caf_compat.hpp"
#include "projections/messages/interfaces/front_interfaces.hpp"
#include "projections/messages/protocol/chunk.hpp"
#include "projections/messages/protocol/model_round.hpp"
#include "projections/messages/protocol/request_batch.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace projections {

// Chunks, batches and rounds are handed on by pointer and belong to whoever got
// them last, so these messages stay within one process. Whole messages are
// grouped: one carries all that an actor has to do of one chunk.

// -- reading and decoding ------------------------------------------------------

/// Tells the reader to go on reading.
struct read_input {};

/// Tells the reader that all requests of a chunk are sent out.
struct chunk_sent_out {};

/// Gives a chunk back to the reader: all its replies are written.
struct free_chunk {
  chunk_ptr which;
};

/// Frames stdin into chunks. Detached: it blocks on its input.
using reader_actor = compat::typed_interface<
  // Reads what there is and hands it on.
  void(read_input),
  // Allows one more chunk to be under way to the registry.
  void(chunk_sent_out),
  // Takes a chunk to fill.
  void(free_chunk)>;

/// Text to be decoded, and who wants the chunk back.
struct raw_chunk {
  chunk_ptr which;
  reader_actor reader;
};

/// Finds the requests in a chunk.
using decoder_actor = compat::typed_interface<
  // Decodes the chunk and sends it to the registry.
  void(raw_chunk)>;

// -- carrying out --------------------------------------------------------------

/// Requests to be carried out behind those of all chunks before, and who wants
/// the chunk back.
struct decoded_chunk {
  chunk_ptr which;
  reader_actor reader;
};

/// A batch whose replies are written.
struct written_batch {
  batch_ptr batch;
};

/// Tells the registry that the projection `instance` has `events` more events
/// applied (fewer, if negative) than were sent to it.
struct version_correction {
  uint64_t instance = 0;
  /// How many rebuilds the projection had got by then: a later one counts anew.
  uint64_t rebuilds = 0;
  int64_t events = 0;
};

/// Tells the registry that the actor of the projection `instance` has ended.
struct projection_down {
  uint64_t instance = 0;
  /// In words.
  std::string reason;
};

/// Tells the registry that the reader has sent so many chunks and may not read
/// another one before some of them come back.
struct input_is_full {
  uint64_t chunks = 0;
};

/// Tells the registry that the projector has ended.
struct projector_down {
  /// In words.
  std::string reason;
};

/// Knows all named projections and sends requests where they belong, in order.
using registry_actor = compat::typed_interface<
  // Carries out the chunk's requests once those before it are sent out.
  void(decoded_chunk),
  // Frees what the batch held in flight, and goes on with what waited for it.
  void(written_batch),
  // Lets go of a query if it is what keeps the chunks.
  void(input_is_full),
  // Corrects what `list` says of a projection.
  void(version_correction),
  // Puts a new actor in the place of one that failed.
  void(projection_down),
  // Answers the projector's requests with error 13 from now on.
  void(projector_down)>;

/// Requests for one actor: `first` of the batch and what follows by `next`. The
/// batch is finished when the last group of it is gone.
struct request_group {
  batch_ptr batch;
  uint32_t first = request::none;
};

/// Tells a projection that no further events will come, so that queries that
/// wait are answered now.
struct end_of_input {};

/// Tells a projection that what the query of a batch waits for cannot come
/// before the query is answered: nothing more may be under way behind it.
struct let_go_of_query {
  /// The batch's `sequence`.
  uint64_t batch = 0;
};

/// Tells a projection to look for queries that have waited long enough.
struct check_waiting {};

/// Owns one named projection.
using projection_actor = compat::typed_interface<
  // Carries out updates, rebuilds, queries and the deletion of its projection.
  void(request_group),
  // Answers queries that still wait with error 0.
  void(end_of_input),
  // Answers the query with error 0 if it still waits.
  void(let_go_of_query),
  // Answers queries that have waited long enough with error 0.
  void(check_waiting)>;

/// Tells the projector that a read model is done with a round, or has failed in
/// the middle of it.
struct round_finished {
  round_ptr round;
};

/// Tells the projector that the actor of read model `place` has ended.
struct read_model_down {
  uint64_t place = 0;
  /// In words.
  std::string reason;
};

/// Owns the subscriptions and the processed ids, and fans events out.
using projector_actor = compat::typed_interface<
  // Carries out events, subscriptions and queries of read models.
  void(request_group),
  // Goes on with the group that the round belongs to.
  void(round_finished),
  // Puts a new actor in the place of a read model's that failed.
  void(read_model_down)>;

/// What a read model has to do of one group, in order.
struct model_group {
  round_ptr round;
};

/// Owns the rows of one read model.
using read_model_actor = compat::typed_interface<
  // Applies the round's events and answers its queries, in order.
  void(model_group)>;

/// Events of a rebuild that is still being decoded, and into what to fold them.
struct fold_part {
  chunk_ptr in;
  std::shared_ptr<fold_ahead> into;
  std::vector<rebuild_event> events;
};

/// Folds long rebuilds while they are being decoded. Each decoder has one.
using rebuild_folder_actor = compat::typed_interface<
  // Folds the events in.
  void(fold_part),
  // Hands the chunk on to the registry: all parts of it are folded.
  void(decoded_chunk)>;

// -- writing -------------------------------------------------------------------

/// A batch whose replies are all there, and who wants to know when they are
/// written.
struct finished_batch {
  batch_ptr batch;
  registry_actor registry;
};

/// Puts replies in order and writes them to stdout. Detached: it blocks on its
/// output.
using writer_actor = compat::typed_interface<
  // Writes the batch once all batches before it are written.
  void(finished_batch)>;

/// Tells whoever runs the node that it has done its work or cannot go on.
struct node_finished {
  /// 0, or 1 where stdout cannot be written.
  int exit_code = 0;
};

/// Whoever wants to know when the node is done.
using node_observer = compat::typed_interface<
  // Takes the exit code.
  void(node_finished)>;

// -- in somebody's actor system --------------------------------------------------

/// The front actor as the actors behind it see it: to them it stands where
/// reader, writer and observer of a node are.
using front_end_actor = front_interface<
  // Turns the replies of a batch into answers.
  void(finished_batch),
  // Allows the next chunk to be sent to the registry.
  void(chunk_sent_out),
  // Takes a chunk to fill.
  void(free_chunk),
  // Is of use to a reader only.
  void(read_input),
  // Never comes, because no input ends.
  void(node_finished)>;

} // namespace projections
