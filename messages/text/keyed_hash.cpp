#include "projections/messages/text/keyed_hash.hpp"

#include <random>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace projections {

uint64_t keyed_hash(std::string_view text) {
  static const uint64_t seed = [] {
    std::random_device random;
    return uint64_t{random()} << 32 | random();
  }();
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

} // namespace projections
