// What is wrong with an append whatever the backend. Backends check requests
// with it before they write.
#pragma once

#include "storage/event_store.hpp"

#include <string_view>

namespace projections {

/// Returns an outcome that refuses `request` if it is malformed in itself: no
/// stream, no event, no topic, text that is not UTF-8, or a key that occurs
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
