// The actor of one named projection. The registry makes it and sends it groups
// of requests.
#pragma once

#include "projections/folds/states/named_projection.hpp"
#include "projections/messages/interfaces/message_types.hpp"
#include "projections/messages/interfaces/node_interfaces.hpp"
#include "projections/messages/protocol/reply_encoder.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// A projection as the registry and its actor share it. Only the actor touches
/// `projection`; when the actor has ended, the next one takes over.
struct shared_projection {
  /// Takes `owned`, which is not null.
  explicit shared_projection(std::unique_ptr<named_projection> owned);

  std::unique_ptr<named_projection> projection;

  /// The size of the initial state and, after each group, of the state, in
  /// bytes.
  const size_t initial_bytes;
  std::atomic<size_t> state_bytes;

  /// The sum of `request::growth_bytes` that `state_bytes` includes. Written
  /// after `state_bytes`, read before it.
  std::atomic<uint64_t> growth_included{0};
};

/// Carries out the requests for one named projection, one after the other. A
/// fold that throws is answered with error 13 and leaves the last good state.
struct projection_state {
  using interface = projection_actor;

  static constexpr const char* actor_name = "projection";

  projection_state(interface::pointer self, registry_actor registry,
                   uint64_t instance, std::shared_ptr<shared_projection> shared,
                   json_style style);

  interface::behavior_type make_behavior();

private:
  /// A query whose version is not reached.
  struct waiting_query {
    /// Keeps the batch unfinished.
    batch_ptr batch;
    uint32_t place;
    std::chrono::steady_clock::time_point deadline;
  };

  void carry_out(const request_group& group);
  void update(request_batch& batch, uint32_t i);
  void rebuild(request_batch& batch, uint32_t i);
  void query(const batch_ptr& batch, uint32_t i);
  void remove(request_batch& batch, uint32_t i);
  void answer_state(request_batch& batch, uint32_t i);
  void refuse(request_batch& batch, uint32_t i, error_code code,
              std::string_view text);
  fold_ahead* find_ahead(const chunk& in, const request& r);
  void check_at(std::chrono::steady_clock::time_point when);
  void check_waiting_queries();
  void refuse_late(request_batch& batch, uint32_t i);
  void let_go(uint64_t batch);
  void refuse_waiting(error_code code, std::string_view text);
  void answer_reached();
  void correct_version(int64_t events);
  bool refuse_if_gone(request_batch& batch, uint32_t i);

  named_projection& projection() {
    return *shared_->projection;
  }

  interface::pointer self_;
  registry_actor registry_;
  /// By which the registry knows this actor.
  uint64_t instance_;
  /// How many rebuilds came, failed ones included.
  uint64_t rebuilds_ = 0;
  std::shared_ptr<shared_projection> shared_;
  json_style style_;
  std::vector<waiting_query> waiting_;

  /// When to look for queries that have waited long enough, if any waits.
  std::optional<std::chrono::steady_clock::time_point> next_check_;
};

} // namespace projections
