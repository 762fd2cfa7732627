// Goal: the events of the load example are as large as it says and read back,
// and what a projection keeps of them tells which came and in which order.
// Method: each part alone, with values that are given.
#include "examples/multi_projection_load/load_event.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace load;

namespace {

stream_state folded(const std::vector<int64_t>& values) {
  stream_state result;
  for (auto x : values)
    result.fold({result.events + 1, 0, x});
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(load_events)

BOOST_AUTO_TEST_CASE(event_has_its_size_and_reads_back) {
  load_event small{1, 0, 0};
  load_event large{1'000'000'000, 900'000'000'000'000'000, value_end - 1};
  for (auto& event : {small, large})
    for (size_t bytes : {64, 65, 100, 70'000}) {
      projections::recorded_event recorded{1, "s", 1, "t",
                                           encode(event, bytes)};
      BOOST_TEST(recorded.payload.size() == bytes);
      auto read = projections::decode<load_event>(recorded);
      BOOST_TEST(read.number == event.number);
      BOOST_TEST(read.due_ns == event.due_ns);
      BOOST_TEST(read.value == event.value);
    }
}

BOOST_AUTO_TEST_CASE(state_counts_and_sums_up) {
  auto state = folded({5, 7, 9});
  BOOST_TEST(state.events == 3);
  BOOST_TEST(state.sum == 21);
  // 1 * 5 + 2 * 7 + 3 * 9
  BOOST_TEST(state.checksum == 46);
}

BOOST_AUTO_TEST_CASE(checksum_tells_the_order) {
  auto in_order = folded({5, 7});
  auto swapped = folded({7, 5});
  BOOST_TEST(in_order.sum == swapped.sum);
  BOOST_TEST((in_order != swapped));
}

BOOST_AUTO_TEST_CASE(checksum_stays_below_its_modulus) {
  stream_state state{1'000'000'000, 0, 2'147'483'646};
  state.fold({1, 0, value_end - 1});
  // 2,147,483,646 + 1,000,000,001 * 9,999 modulo 2^31 - 1, by another program.
  BOOST_TEST(state.checksum == 316'149'566);
}

BOOST_AUTO_TEST_SUITE_END()
