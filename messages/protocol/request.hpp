// A request as the decoder makes it: every text validated and normalised once,
// ready to be carried out. Views point into the chunk that the request is in.
#pragma once

#include "projections/messages/protocol/error_code.hpp"

#include <cstdint>
#include <string_view>

namespace projections {

/// What a request asks for.
enum class request_kind : uint8_t {
  /// Nothing: it is answered with `error` and the text in `name`.
  refused,
  /// Nothing: a reply that came in; it is logged.
  stray_reply,
  init,
  create_projection,
  update_projection,
  rebuild_projection,
  query_projection,
  list_projections,
  delete_projection,
  subscribe,
  unsubscribe,
  process_event,
  query_read_model,
  get_status,
};

/// The event data of one event of a rebuild, as places in the chunk's
/// normalised text: a million of them stand in one request.
struct rebuild_event {
  /// Where the data begins, and its length in bytes.
  uint32_t data_begin;
  uint32_t data_length;
  /// The same for the data's identity; no length if it has none.
  uint32_t identity_begin;
  uint32_t identity_length;
};

/// A rebuild that is being decoded: where its events begin in the chunk, and
/// how many of them there are so far.
struct long_rebuild {
  /// How many events are decoded before somebody may begin with them, and then
  /// again and again.
  static constexpr uint32_t step = 16'384;

  uint32_t first_event;
  uint32_t decoded;
};

/// One request. Fields that its kind does not have are empty.
struct request {
  /// Ends a list of requests.
  static constexpr uint32_t none = UINT32_MAX;

  request_kind kind = request_kind::refused;

  /// Whether it came in an envelope.
  bool enveloped = false;

  /// `update_projection`: whether the reply carries the state.
  bool include_state = true;

  /// `query_projection`: whether there is a `min_version`.
  bool has_min_version = false;

  /// `refused`: why.
  error_code error = error_code::none;

  /// The next request for the same actor within a batch, or `none`.
  uint32_t next = none;

  /// `rebuild_projection`: the first of its events in the chunk, and how many.
  uint32_t first_event = 0;
  uint32_t event_count = 0;

  /// `query_projection`: the version to wait for, and how long, in
  /// milliseconds.
  uint64_t min_version = 0;
  uint64_t timeout_ms = 1000;

  /// The digits of `msg_id`; empty if it has none.
  std::string_view msg_id;

  /// Envelope: `src` and `dest` as JSON strings; empty if absent or no string.
  std::string_view source;
  std::string_view destination;

  /// The projection or read model, or the node id of an `init`, as text between
  /// quotes; `refused`: the error text, likewise.
  std::string_view name;

  /// The event's type, as text between quotes.
  std::string_view event_type;

  /// The event's own id, as text between quotes; empty if it has none.
  std::string_view event_id;

  /// The initial state, event data, event types, or key; empty if absent.
  std::string_view value;

  /// The identity of the event's data; empty if it has none.
  std::string_view identity;

  /// By how much it may make a state's text grow, in bytes. Set by the
  /// registry.
  uint64_t growth_bytes = 0;

  /// Whether the reply goes in an envelope, and from which node, as a JSON
  /// string. Set by the registry.
  bool answer_in_envelope = false;
  std::string_view node;

  /// The answer, newline included; empty until there is one.
  std::string_view reply;
};

} // namespace projections
