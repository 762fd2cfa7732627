// Goal: ids are remembered exactly, and as long and as cheaply as promised.
// Method: small cases by hand, many ids against std::set and std::deque, and a
// count of allocated bytes.
#include "projections/folds/deliveries/processed_ids.hpp"

#include <boost/test/unit_test.hpp>
#include <malloc.h>

#include <cstddef>
#include <deque>
#include <random>
#include <set>
#include <string>

using namespace projections;

namespace {

std::string nth_id(size_t i) {
  return "evt-" + std::to_string(i);
}

} // namespace

BOOST_AUTO_TEST_SUITE(processed_ids_test)

BOOST_AUTO_TEST_CASE(inserted_id_is_found) {
  processed_ids ids;
  BOOST_TEST(!ids.contains("evt-1"));
  BOOST_TEST(ids.insert("evt-1"));
  BOOST_TEST(ids.contains("evt-1"));
  BOOST_TEST(!ids.contains("evt-2"));
  BOOST_TEST((ids.find("evt-1").use == id_use::own));
}

BOOST_AUTO_TEST_CASE(second_insert_changes_nothing) {
  processed_ids ids;
  ids.insert("evt-1");
  BOOST_TEST(!ids.insert("evt-1"));
  BOOST_TEST(!ids.insert_derived("evt-1", {1, 2}));
  BOOST_TEST((ids.find("evt-1").use == id_use::own));
  BOOST_TEST(ids.size() == 1);
}

BOOST_AUTO_TEST_CASE(derived_id_keeps_its_content) {
  processed_ids ids;
  BOOST_TEST(ids.insert_derived("evt-1", {1, 2}));
  BOOST_TEST(ids.insert("evt-2"));
  auto record = ids.find("evt-1");
  BOOST_TEST((record.use == id_use::derived));
  BOOST_TEST((record.content == hash_128{1, 2}));
  BOOST_TEST(!ids.insert("evt-1"));
  BOOST_TEST((ids.find("evt-2").use == id_use::own));
}

BOOST_AUTO_TEST_CASE(ids_of_any_bytes_and_length_differ) {
  processed_ids ids;
  const std::string long_id(100'000, 'x');
  BOOST_TEST(ids.insert(""));
  BOOST_TEST(ids.insert(std::string(1, '\0')));
  BOOST_TEST(ids.insert(std::string(2, '\0')));
  BOOST_TEST(ids.insert(long_id));
  BOOST_TEST(ids.insert(long_id + 'y'));
  BOOST_TEST(!ids.insert(long_id));
}

BOOST_AUTO_TEST_CASE(oldest_id_leaves_a_full_window) {
  processed_ids ids{2};
  ids.insert("evt-1");
  ids.insert("evt-2");
  ids.insert("evt-3");
  BOOST_TEST(!ids.contains("evt-1"));
  BOOST_TEST(ids.contains("evt-2"));
  BOOST_TEST(ids.contains("evt-3"));
  BOOST_TEST(ids.size() == 2);
}

BOOST_AUTO_TEST_CASE(redelivery_does_not_renew_an_id_in_the_window) {
  processed_ids ids{2};
  ids.insert("evt-1");
  ids.insert("evt-2");
  ids.insert("evt-1");
  ids.insert("evt-3");
  BOOST_TEST(!ids.contains("evt-1"));
}

BOOST_AUTO_TEST_CASE(derived_ids_count_once_in_the_window) {
  processed_ids ids{2};
  ids.insert_derived("evt-1", {1, 1});
  ids.insert_derived("evt-2", {2, 2});
  BOOST_TEST(ids.contains("evt-1"));
  ids.insert("evt-3");
  BOOST_TEST(!ids.contains("evt-1"));
  BOOST_TEST((ids.find("evt-2").content == hash_128{2, 2}));
}

BOOST_AUTO_TEST_CASE(forgotten_id_is_as_if_it_had_never_come) {
  processed_ids ids{2};
  ids.insert("evt-1");
  ids.insert_derived("evt-2", {2, 2});
  ids.forget(ids.find("evt-2").number);
  BOOST_TEST(!ids.contains("evt-2"));
  BOOST_TEST(ids.contains("evt-1"));
  BOOST_TEST(ids.size() == 1);
  BOOST_TEST(ids.insert("evt-3"));
  BOOST_TEST(ids.contains("evt-1"));
  BOOST_TEST(ids.insert("evt-2"));
  BOOST_TEST(!ids.contains("evt-1"));
  BOOST_TEST((ids.find("evt-2").use == id_use::own));
}

BOOST_AUTO_TEST_CASE(numbers_follow_the_order_of_insertion) {
  processed_ids ids;
  auto first = ids.next_number();
  ids.insert("evt-1");
  BOOST_TEST(ids.find("evt-1").number == first);
  auto second = ids.next_number();
  ids.insert_derived("evt-2", {2, 2});
  BOOST_TEST(ids.find("evt-2").number == second);
  BOOST_TEST(second > first);
}

BOOST_AUTO_TEST_CASE(many_ids_are_told_apart) {
  // Enough for every shard of the index to grow several times.
  constexpr size_t count = 100'000;
  processed_ids ids;
  for (size_t i = 0; i < count; ++i)
    BOOST_REQUIRE(ids.insert(nth_id(i)));
  for (size_t i = 0; i < count; ++i) {
    BOOST_REQUIRE(ids.contains(nth_id(i)));
    BOOST_REQUIRE(!ids.contains(nth_id(count + i)));
  }
  BOOST_TEST(ids.size() == count);
}

BOOST_AUTO_TEST_CASE(window_agrees_with_a_simple_model) {
  constexpr size_t window = 500;
  auto seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  BOOST_TEST_CONTEXT("seed " << seed) {
    std::mt19937 random{seed};
    processed_ids ids{window};
    std::deque<std::string> order;
    std::set<std::string> known;
    for (size_t i = 0; i < 50'000; ++i) {
      auto id = nth_id(random() % (3 * window));
      auto is_new = known.insert(id).second;
      if (random() % 2 == 0)
        BOOST_REQUIRE(ids.insert(id) == is_new);
      else
        BOOST_REQUIRE(ids.insert_derived(id, {i, i}) == is_new);
      if (is_new)
        order.push_back(id);
      if (order.size() > window) {
        known.erase(order.front());
        BOOST_REQUIRE(!ids.contains(order.front()));
        order.pop_front();
      }
      if (random() % 8 == 0) {
        auto forgotten = order.begin()
                         + static_cast<std::ptrdiff_t>(random() % order.size());
        ids.forget(ids.find(*forgotten).number);
        BOOST_REQUIRE(!ids.contains(*forgotten));
        known.erase(*forgotten);
        order.erase(forgotten);
        continue;
      }
      BOOST_REQUIRE(ids.contains(id));
      BOOST_REQUIRE(ids.size() == order.size());
    }
    for (auto& id : order)
      BOOST_REQUIRE(ids.contains(id));
  }
}

// Sanitizers replace the allocator whose count this test reads.
#ifndef PROJECTIONS_SANITIZED

BOOST_AUTO_TEST_CASE(million_ids_cost_what_the_protocol_allows) {
  constexpr size_t count = 1'000'000;
  // Bytes an id, from PROTOCOL: own ids, derived ids, own ids in a window.
  auto bytes_per_id = [](size_t window, bool derived) {
    auto before = mallinfo2();
    processed_ids ids{window};
    for (size_t i = 0; i < count + window; ++i) {
      if (derived)
        ids.insert_derived(nth_id(i), {i, i});
      else
        ids.insert(nth_id(i));
    }
    auto after = mallinfo2();
    auto bytes
      = after.uordblks + after.hblkhd - before.uordblks - before.hblkhd;
    return static_cast<double>(bytes) / count;
  };
  BOOST_TEST(bytes_per_id(0, false) < 32);
  BOOST_TEST(bytes_per_id(0, true) < 64);
  BOOST_TEST(bytes_per_id(count, false) < 48);
}

#endif

BOOST_AUTO_TEST_SUITE_END()
