// From the fields of a request to what it asks for. The second half of
// decoding.
#pragma once

#include "projections/messages/protocol/chunk.hpp"
#include "projections/messages/protocol/request_sax_handler.hpp"

namespace projections {

/// Appends to `in.requests` what the object that `from` has read means: a
/// request whose fields are all there and of the right kind, or a refused one
/// whose text names the field.
void interpret(chunk& in, request_sax_handler& from);

} // namespace projections
