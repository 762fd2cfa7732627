// The actors of a node between ends that a test holds in its hands: it sends
// chunks of requests in, lets batches of replies through to the writer, and
// reads what was written.
#pragma once

#include "projections/actors/node/registry_actor.hpp"
#include "projections/folds/read_models/read_model.hpp"
#include "projections/messages/interfaces/message_types.hpp"
#include "projections/messages/interfaces/node_interfaces.hpp"
#include "tests/actors/deterministic.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace projections::test {

/// What a `test_node` is made of besides what every node is.
struct test_node_settings {
  /// The default ones of the protocol if there are none.
  std::vector<std::shared_ptr<read_model>> read_models;

  /// How many processed event ids are remembered; 0 for all.
  size_t dedup_window = 0;

  /// How many bytes of replies may be under way.
  size_t reply_bytes_in_flight_max = size_t{64} << 20;

  /// Makes the named projections; empty for the usual ones.
  projection_factory make_projection;
};

/// What the ends of a node saw, shared by the actors that stand there.
struct seen_at_the_ends {
  /// How many chunks the registry has sent out.
  size_t chunks_sent_out = 0;

  /// Chunks that came back to the reader, by sequence.
  std::vector<uint64_t> chunks_back;

  /// Batches that the writer has not been given yet, in order of arrival.
  std::vector<finished_batch> held;

  /// Whether batches are held.
  bool is_holding = false;

  /// What the node said when it was done.
  std::optional<int> exit_code;
};

/// Registry, projector, read models, decoders and writer on a deterministic
/// scheduler. The writer writes to a file in memory.
class test_node {
public:
  explicit test_node(test_node_settings settings = {});

  test_node(const test_node&) = delete;

  test_node& operator=(const test_node&) = delete;

  ~test_node();

  // -- modifiers ---------------------------------------------------------------

  /// Sends the requests in `text` to the registry as the next chunk.
  void send(std::string_view text);

  /// Sends `text` to one of the decoders as the next chunk.
  void send_undecoded(std::string_view text);

  /// Sends a last chunk without requests.
  void end_input();

  /// Has the node carry out all that it can.
  void run() {
    system_.run();
  }

  /// Sends `text`, has the node carry out all that it can, and returns the
  /// replies that came out.
  std::vector<std::string> answers(std::string_view text);

  /// Returns the replies that were written since the last call.
  std::vector<std::string> replies();

  /// Keeps batches from the writer (`true`), or lets through what was kept and
  /// what will come.
  void hold_batches(bool is_holding);

  /// Lets the writer have the batch at `place` among those that are held.
  void let_through(size_t place = 0);

  /// Sends the actor called `name`, which must have a message, an exit message
  /// that it gets before any other.
  void kill(std::string_view name);

  deterministic_system& system() {
    return system_;
  }

  // -- inspectors --------------------------------------------------------------

  [[nodiscard]] const seen_at_the_ends& seen() const {
    return *seen_;
  }

private:
  chunk_ptr next_chunk(std::string_view text);

  deterministic_system system_;
  std::shared_ptr<seen_at_the_ends> seen_;
  int output_;
  size_t output_read_ = 0;
  uint64_t chunks_sent_ = 0;
  reader_actor reader_;
  writer_actor writer_;
  writer_actor gate_;
  node_observer observer_;
  projector_actor projector_;
  registry_actor registry_;
  std::vector<decoder_actor> decoders_;
};

// -- texts -----------------------------------------------------------------------

/// Returns an `update` of `projection` with `data`, and its line break.
[[nodiscard]] std::string update(std::string_view projection,
                                 std::string_view data);

/// Returns the reply to an `update` that led to `version` and `state`.
[[nodiscard]] std::string updated(std::string_view projection, uint64_t version,
                                  std::string_view state);

/// Returns a request of `type` whose field `key` is the string `value`, and its
/// line break.
[[nodiscard]] std::string ask(std::string_view type, std::string_view key,
                              std::string_view value);

/// Returns an `event` with an id of its own, and its line break.
[[nodiscard]] std::string event_request(std::string_view id,
                                        std::string_view type,
                                        std::string_view payload);

/// Returns the reply to an event that the read models `names`, an array, took.
[[nodiscard]] std::string models_updated(std::string_view id,
                                         std::string_view names);

/// Returns the reply to an event that was skipped.
[[nodiscard]] std::string skipped(std::string_view id, std::string_view reason);

/// Returns the error reply of `code` with `text`.
[[nodiscard]] std::string error_reply(int code, std::string_view text);

/// Returns whether `reply` is an error of `code`.
[[nodiscard]] bool is_error(std::string_view reply, int code);

} // namespace projections::test
