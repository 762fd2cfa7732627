// The interface by which programs talk to the actors of a node inside their own
// actor system, or inside that of another process.
#pragma once

#include "messages/front_messages.hpp"
#include "messages/node_interfaces.hpp"

namespace projections {

/// Carries out single requests by the rules of `docs/protocol.md`, those of one
/// sender in order; only queries that wait for a version are overtaken. What is
/// refused is answered with an error that has the protocol's words and code
/// (`code_of` in `actors/request_failure.hpp`). Messages can come from other
/// processes.
using front_actor = compat::typed_interface<
  // Folds an event into a named projection.
  projection_content(update_projection),
  // Gives the content of a named projection, waiting for a version if asked to.
  projection_content(query_projection),
  // Hands an event on to the read models.
  event_processed(process_event),
  // Gives rows of a read model.
  read_model_rows(query_read_model)>;

/// The front actor as the actors behind it see it: to them it stands where
/// reader, writer and observer of a node are.
using front_end_actor = compat::typed_interface<
  projection_content(update_projection), projection_content(query_projection),
  event_processed(process_event), read_model_rows(query_read_model),
  // Turns the replies of a batch into answers.
  void(finished_batch),
  // Are of use to a reader only.
  void(read_input), void(chunk_sent_out), void(free_chunk),
  // Never comes, because no input ends.
  void(node_finished)>;

// -- to other processes --------------------------------------------------------

template <class Inspector>
auto inspect(Inspector& f, update_projection& x) {
  return compat::inspect_fields(
    f, x, "update_projection", compat::named_field{"projection", x.projection},
    compat::named_field{"payload", x.payload},
    compat::named_field{"include_state", x.include_state});
}

template <class Inspector>
auto inspect(Inspector& f, query_projection& x) {
  return compat::inspect_fields(
    f, x, "query_projection", compat::named_field{"projection", x.projection},
    compat::named_field{"min_version", x.min_version},
    compat::named_field{"timeout_ms", x.timeout_ms});
}

template <class Inspector>
auto inspect(Inspector& f, projection_content& x) {
  return compat::inspect_fields(f, x, "projection_content",
                                compat::named_field{"projection", x.projection},
                                compat::named_field{"version", x.version},
                                compat::named_field{"state", x.state});
}

template <class Inspector>
auto inspect(Inspector& f, process_event& x) {
  return compat::inspect_fields(f, x, "process_event",
                                compat::named_field{"id", x.id},
                                compat::named_field{"event_type", x.event_type},
                                compat::named_field{"payload", x.payload});
}

template <class Inspector>
auto inspect(Inspector& f, event_processed& x) {
  return compat::inspect_fields(
    f, x, "event_processed", compat::named_field{"id", x.id},
    compat::named_field{"skipped", x.skipped},
    compat::named_field{"updated_models", x.updated_models});
}

template <class Inspector>
auto inspect(Inspector& f, query_read_model& x) {
  return compat::inspect_fields(f, x, "query_read_model",
                                compat::named_field{"name", x.name},
                                compat::named_field{"key", x.key});
}

template <class Inspector>
auto inspect(Inspector& f, read_model_rows& x) {
  return compat::inspect_fields(f, x, "read_model_rows",
                                compat::named_field{"name", x.name},
                                compat::named_field{"version", x.version},
                                compat::named_field{"rows", x.rows});
}

} // namespace projections
