// The hash that every table over texts from outside uses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace projections {

/// Returns a hash of `text` that is keyed anew in every process, so that nobody
/// can choose texts that fall into one place. Source: XXH3 with a random seed.
[[nodiscard]] uint64_t keyed_hash(std::string_view text);

/// `keyed_hash` for the standard library's containers.
struct keyed_text_hash {
  using is_transparent = void;

  size_t operator()(std::string_view text) const {
    return keyed_hash(text);
  }
};

} // namespace projections
