// What is wrong with an append whatever the backend. Backends check requests
// with it before they write.
#pragma once

#include "storage/event_store.hpp"

#include <cstddef>
#include <string_view>

namespace projections {

/// The largest payload of an event, in bytes.
inline constexpr size_t payload_bytes_max = size_t{64} << 20;

/// Returns an outcome that refuses `request` if it is malformed in itself: it
/// has no stream, no event, an event without topic, a payload that is too
/// large, anything but a payload that is no storable text, or a key that occurs
/// twice.
[[nodiscard]] append_outcome check_form(const append_request& request);

/// Returns an outcome that refuses `request` if it does not expect `actual`,
/// which is what the stream has; else one with that version.
[[nodiscard]] append_outcome check_version(const append_request& request,
                                           stream_version actual);

/// Returns an outcome that refuses `request` because `key` is in the store at
/// `position`.
[[nodiscard]] append_outcome refuse_key(const append_request& request,
                                        std::string_view key,
                                        log_position position,
                                        stream_version actual);

} // namespace projections
