// Goal: the hash is SipHash-2-4-128. Method: vectors of its reference
// implementation, whose key is the bytes 0 to 15 and whose texts count up from
// 0.
#include "projections/messages/text/sip_hash.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>

using namespace projections;

namespace {

constexpr hash_key reference_key{0x0706050403020100, 0x0f0e0d0c0b0a0908};

/// Returns the text of `size` bytes 0, 1, 2, ...
std::string counting(size_t size) {
  std::string result;
  for (size_t i = 0; i < size; ++i)
    result += static_cast<char>(i);
  return result;
}

void check(size_t size, uint64_t low, uint64_t high) {
  auto hash = sip_hash(reference_key, counting(size));
  BOOST_TEST(hash.low == low);
  BOOST_TEST(hash.high == high);
}

} // namespace

BOOST_AUTO_TEST_SUITE(sip_hash_test)

BOOST_AUTO_TEST_CASE(reference_vectors_are_met) {
  check(0, 0xe6a825ba047f81a3, 0x930255c71472f66d);
  check(1, 0x44af996bd8c187da, 0x45fc229b11597634);
  check(15, 0x11a8b03399e99354, 0xd9c3cf970fec087e);
}

BOOST_AUTO_TEST_CASE(keys_are_random) {
  BOOST_TEST(random_hash_key().low != random_hash_key().low);
  BOOST_TEST(random_hash_key().high != random_hash_key().high);
}

BOOST_AUTO_TEST_SUITE_END()
