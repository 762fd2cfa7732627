// The actor of an event store. Applications append and read through it.
#pragma once

#include "projections/messages/interfaces/message_types.hpp"
#include "projections/storage/log/event_store.hpp"
#include "projections/storage/log/group_commit.hpp"
#include "projections/storage/log/shared_event_store.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace projections {

/// Commits the appends that have come together, as `append_jointly` does, and
/// answers each sender for itself.
struct event_store_state {
  using interface = event_store_actor;

  static constexpr const char* actor_name = "event_store";

  /// `store` may be used by others at the same time.
  event_store_state(interface::pointer self,
                    std::shared_ptr<shared_event_store> store);

  /// Commits what has come together.
  ~event_store_state();

  event_store_state(const event_store_state&) = delete;
  event_store_state& operator=(const event_store_state&) = delete;

  interface::behavior_type make_behavior();

private:
  compat::promise<append_results> append(append_events& x);
  void order_commit(size_t appends);
  void commit_unless_more();
  void commit();

  interface::pointer self_;
  std::shared_ptr<shared_event_store> store_;

  /// What waits to be committed, and whom to answer.
  std::vector<group_commit> appends_;
  std::vector<compat::promise<append_results>> answers_;
  size_t waiting_requests_ = 0;
  size_t waiting_bytes_ = 0;

  /// How many appends waited when the commit was ordered.
  size_t ordered_ = 0;

  /// How many appends the last commit had, and how often the next one was put
  /// off since the last append.
  size_t last_committed_ = 0;
  size_t passes_ = 0;
};

} // namespace projections
