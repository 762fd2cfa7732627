// The actor that stands in front of named projections, projector and read
// models where they are part of somebody's actor system. It sends typed
// requests on to the registry and turns the replies into typed answers.
#pragma once

#include "projections/actors/front/front_settings.hpp"
#include "projections/actors/front/request_collector.hpp"
#include "projections/messages/interfaces/message_types.hpp"
#include "projections/messages/interfaces/node_interfaces.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <variant>
#include <vector>

namespace projections {

/// Spawns a registry, which makes the projections, and a projector, and ends
/// with them: when it gets an exit message, or when the registry fails. Then
/// requests under way are answered with `caf::sec::request_receiver_down`. It
/// holds itself alive, so it has to be told to end; `embedded_node` does that.
///
/// A lone request goes to the registry at once. What comes while the registry
/// has not taken up the chunk before goes there in one chunk.
struct front_state {
  using interface = front_end_actor;

  static constexpr const char* actor_name = "front";

  /// Throws `std::invalid_argument` if there are too many read models.
  front_state(interface::pointer self, front_settings settings);

  ~front_state();

  interface::behavior_type make_behavior();

private:
  using any_promise = std::variant<
    compat::promise<projection_content>, compat::promise<projection_version>,
    compat::promise<projection_list>, compat::promise<event_processed>,
    compat::promise<subscription_changed>, compat::promise<read_model_rows>,
    compat::promise<node_status>>;

  /// A chunk, and who is owed the answers to its requests.
  struct owed_chunk {
    chunk_ptr which;
    std::vector<any_promise> answers;
    /// Whether it takes no more requests.
    bool is_full = false;
  };

  template <class Request>
  auto take();
  template <class Request>
  compat::promise<typename Request::answer> carry_out(const Request& x);
  void make_room(bool own);
  void send_chunks();
  void send_chunk();
  void take_back(const finished_batch& x);
  void keep(const chunk_ptr& which);

  interface::pointer self_;
  front_settings settings_;
  request_collector collector_;
  registry_actor registry_;
  projector_actor projector_;

  /// Chunks that are not sent yet; the last one may take more requests.
  std::deque<owed_chunk> collected_;

  /// Chunks that are sent, by their sequence. The registry has them; of those
  /// that are `ahead` it has not taken up all requests.
  std::unordered_map<uint64_t, std::vector<any_promise>> sent_;
  uint64_t chunks_sent_ = 0;
  size_t chunks_ahead_ = 0;

  size_t requests_under_way_ = 0;

  /// Chunks to be used again.
  std::vector<owed_chunk> spare_;
};

} // namespace projections
