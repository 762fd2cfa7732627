// What the reply to a typed request is as a typed answer. The front actor reads
// every reply with it.
#pragma once

#include "projections/messages/interfaces/front_messages.hpp"
#include "projections/messages/protocol/reply_reader.hpp"

#include <caf/error.hpp>

namespace projections {

// Each takes the fields behind the type of the reply, which is no error.
void read(reply_reader& reply, projection_content& out);
void read(reply_reader& reply, projection_version& out);
void read(reply_reader& reply, projection_list& out);
void read(reply_reader& reply, event_processed& out);
void read(reply_reader& reply, subscription_changed& out);
void read(reply_reader& reply, read_model_rows& out);
void read(reply_reader& reply, node_status& out);

/// Takes the fields of a reply that is an error.
[[nodiscard]] caf::error error_in(reply_reader& reply);

} // namespace projections
