// The actor that fans events out to read models. The registry sends it groups
// of requests.
#pragma once

#include "projections/actors/node/event_dispatcher.hpp"
#include "projections/folds/read_models/read_model.hpp"
#include "projections/messages/interfaces/message_types.hpp"
#include "projections/messages/interfaces/node_interfaces.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace projections {

/// The read models of a node and what the registry may know of their sizes.
struct shared_models {
  /// Throws `std::invalid_argument` if there are more than
  /// `read_models_max`.
  explicit shared_models(std::vector<std::shared_ptr<read_model>> owned);

  /// Each touched by its actor alone.
  const std::vector<std::shared_ptr<read_model>> models;

  /// What all names take in a reply, in bytes.
  const size_t names_bytes;

  /// The bytes of the rows of the largest read model after the last group.
  std::atomic<size_t> rows_bytes{0};

  /// The sum of `request::growth_bytes` that `rows_bytes` includes. Written
  /// after `rows_bytes`, read before it.
  std::atomic<uint64_t> growth_included{0};
};

/// Carries out groups one after the other, with one actor for every read model;
/// the groups that wait are bounded by what the registry has in flight. Puts a
/// new actor in the place of a read model's that ended: the rows stay.
struct projector_state {
  using interface = projector_actor;

  static constexpr const char* actor_name = "projector";

  projector_state(interface::pointer self,
                  std::shared_ptr<shared_models> models, json_style style,
                  size_t dedup_window);

  interface::behavior_type make_behavior();

private:
  void begin_group();
  void send_wave();
  void end_group();
  void spawn_actor(size_t model);

  interface::pointer self_;
  std::shared_ptr<shared_models> models_;
  json_style style_;
  event_dispatcher dispatcher_;
  std::vector<read_model_actor> actors_;

  /// Groups that wait for the one under way, which is the first.
  std::deque<request_group> groups_;
};

} // namespace projections
