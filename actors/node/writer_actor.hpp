// The actor that writes replies to stdout, in the order of the requests. It
// gets batches when all their replies are there.
#pragma once

#include "projections/actors/node/arrival_order.hpp"
#include "projections/actors/node/buffered_output.hpp"
#include "projections/messages/interfaces/message_types.hpp"
#include "projections/messages/interfaces/node_interfaces.hpp"
#include "projections/messages/protocol/reply_encoder.hpp"

namespace projections {

/// Orders batches and writes their replies. Requests that nobody answered,
/// since their message was lost with an actor, are answered with error 13 here.
/// When the output is closed it tells the observer and drops what comes later.
struct writer_state {
  using interface = writer_actor;

  static constexpr const char* actor_name = "writer";

  /// Writes to `descriptor`, which stays the caller's.
  writer_state(interface::pointer self, int descriptor, json_style style,
               node_observer observer);

  interface::behavior_type make_behavior();

private:
  bool write(request_batch& batch);

  interface::pointer self_;
  buffered_output output_;
  arrival_order<batch_ptr> order_;
  reply_encoder encoder_;
  node_observer observer_;
  bool closed_ = false;
};

} // namespace projections
