// A keyed hash that keeps its word against people who choose what is hashed.
// The projector knows events by it: their ids and what they say. Ours, since
// OpenSSL's takes one and a half times as long for an id, needs a context for
// each thread and can fail; libsodium would be here for this function alone.
#pragma once

#include <cstdint>
#include <string_view>

namespace projections {

/// 128 bits of hash.
struct hash_128 {
  uint64_t low = 0;
  uint64_t high = 0;

  friend bool operator==(const hash_128&, const hash_128&) = default;
};

/// What a hash is keyed with.
struct hash_key {
  uint64_t low = 0;
  uint64_t high = 0;
};

/// Returns a key from the operating system's source of randomness.
[[nodiscard]] hash_key random_hash_key();

/// Returns SipHash-2-4 of `text` with 128 bits of output, the same on every
/// machine. Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF",
/// and the 128-bit output of its reference implementation.
/// Without the key, nobody finds two texts of one hash but by luck; faster
/// hashes such as XXH3 fall to texts that are made to collide under every key.
[[nodiscard]] hash_128 sip_hash(hash_key key, std::string_view text);

} // namespace projections
