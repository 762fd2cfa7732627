// Which texts every backend can keep as text.
#pragma once

#include <string_view>

namespace projections {

/// Returns whether `text` is valid UTF-8 (RFC 3629) without a zero character,
/// which PostgreSQL cannot keep.
[[nodiscard]] bool is_storable_text(std::string_view text);

} // namespace projections
