// The actor that stands in front of named projections, projector and read
// models where they are part of somebody's actor system. It sends single typed
// requests on to the registry and turns the replies into typed answers.
#pragma once

#include "messages/interfaces.hpp"
#include "messages/json_text.hpp"
#include "messages/request.hpp"
#include "storage/read_model.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace projections {

/// What a front actor must know at the start.
struct front_settings {
  /// In the order in which answers name them; `fan_out::models_max` at most.
  std::vector<std::shared_ptr<read_model>> read_models;

  /// That of all states and rows, and of the read models.
  json_style style = spaced_style;

  /// How many processed event ids are remembered; 0 for all.
  size_t dedup_window = 0;

  /// So many requests may be under way; further ones are refused.
  size_t requests_in_flight_max = 10'000;

  /// The longest payload or key, in bytes; at most 1 GiB.
  size_t value_bytes_max = size_t{64} << 20;

  /// Replies are under way up to this many bytes; one request always is.
  size_t reply_bytes_in_flight_max = size_t{64} << 20;
};

/// Spawns a registry, which makes the projections, and a projector, and ends
/// with them: when it gets an exit message, or when the registry fails. Then
/// requests under way are answered with `caf::sec::request_receiver_down`. It
/// holds itself alive, so it has to be told to end; `embedded_node` does that.
struct front_state {
  using interface = front_end_actor;

  static constexpr const char* actor_name = "front";

  /// Throws `std::invalid_argument` if there are too many read models.
  front_state(interface::pointer self, front_settings settings);

  ~front_state();

  interface::behavior_type make_behavior();

private:
  using content_promise = compat::promise<projection_content>;
  using event_promise = compat::promise<event_processed>;
  using rows_promise = compat::promise<read_model_rows>;
  using any_promise
    = std::variant<content_promise, event_promise, rows_promise>;

  content_promise update(const update_projection& x);
  content_promise query(const query_projection& x);
  event_promise process(const process_event& x);
  rows_promise query_rows(const query_read_model& x);

  template <class Promise, class Fill>
  void carry_out(Promise& answer, Fill fill);
  void take_back(const finished_batch& x);

  interface::pointer self_;
  front_settings settings_;
  registry_actor registry_;
  projector_actor projector_;

  /// Who is owed an answer, by the sequence of the chunk that has the request.
  std::unordered_map<uint64_t, any_promise> waiting_;
  uint64_t chunks_made_ = 0;
};

} // namespace projections
