#include "projections/messages/text/sip_hash.hpp"

#include <bit>
#include <cstddef>
#include <cstring>
#include <random>

namespace projections {

namespace {

/// Returns the eight bytes at `text` as a little-endian number.
uint64_t word_at(const char* text) {
  uint64_t result;
  std::memcpy(&result, text, sizeof(result));
  if constexpr (std::endian::native == std::endian::big)
    result = __builtin_bswap64(result);
  return result;
}

/// The four words that SipHash mixes.
struct sip_state {
  uint64_t v0;
  uint64_t v1;
  uint64_t v2;
  uint64_t v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void add(uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }

  uint64_t finish() {
    for (int i = 0; i < 4; ++i)
      round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

} // namespace

hash_key random_hash_key() {
  std::random_device random;
  auto word = [&random] {
    auto high = uint64_t{random()};
    return high << 32 | random();
  };
  auto low = word();
  return {low, word()};
}

hash_128 sip_hash(hash_key key, std::string_view text) {
  // The four constants spell "somepseudorandomlygeneratedbytes"; 0xee and 0xdd
  // set the 128-bit output apart from the 64-bit one.
  sip_state state{key.low ^ 0x736f6d6570736575, key.high ^ 0x646f72616e646f6d,
                  key.low ^ 0x6c7967656e657261, key.high ^ 0x7465646279746573};
  state.v1 ^= 0xee;
  auto whole = text.size() & ~size_t{7};
  for (size_t i = 0; i < whole; i += 8)
    state.add(word_at(text.data() + i));
  char last[8] = {};
  auto left = text.size() - whole;
  if (left > 0)
    std::memcpy(last, text.data() + whole, left);
  last[7] = static_cast<char>(text.size());
  state.add(word_at(last));
  state.v2 ^= 0xee;
  hash_128 result;
  result.low = state.finish();
  state.v1 ^= 0xdd;
  result.high = state.finish();
  return result;
}

} // namespace projections
