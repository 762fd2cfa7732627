// Ids of aggregates, and whatever else is known by a UUID. Used by aggregates,
// and by events that have them among their fields.
#pragma once

#include <boost/uuid/uuid.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace projections {

/// 16 bytes that nothing else is known by.
using uuid = boost::uuids::uuid;

/// Returns a new random UUID (RFC 9562, version 4).
[[nodiscard]] uuid random_uuid();

/// Returns the 32 digits of `x`, in lower case and without dashes.
[[nodiscard]] std::string hex_of(const uuid& x);

/// Returns the UUID of 32 hexadecimal digits in either case; nothing if `text`
/// is anything else.
[[nodiscard]] std::optional<uuid> uuid_of(std::string_view text);

/// Returns the UUID that RFC 9562 writes as `text`, in lower case; nothing if
/// it writes none so.
[[nodiscard]] std::optional<uuid> uuid_of_dashed(std::string_view text);

/// Returns `x` as RFC 9562 writes it, in lower case.
[[nodiscard]] std::string dashed(const uuid& x);

} // namespace projections
