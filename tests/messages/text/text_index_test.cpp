// Goal: the index finds exactly what was added and not taken out. Method: cases
// by hand, and random operations against std::unordered_multimap.
#include "projections/messages/text/text_index.hpp"

#include "tests/failing_allocation.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <new>
#include <random>
#include <unordered_map>
#include <vector>

using namespace projections;

namespace {

using item = text_index::item;

/// A hash of which the part that the index keeps is `tag`.
uint64_t hash_of(uint64_t tag) {
  return tag << 32 | 7;
}

bool has(const text_index& index, uint64_t hash, item value) {
  return index.find(hash, [=](item x) { return x == value; }).has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(text_index_test)

BOOST_AUTO_TEST_CASE(new_index_is_empty) {
  text_index index;
  BOOST_TEST(index.size() == 0);
  BOOST_TEST(!index.find(hash_of(1), [](item) { return true; }).has_value());
}

BOOST_AUTO_TEST_CASE(equal_hashes_are_told_apart_by_the_caller) {
  text_index index;
  index.insert(hash_of(1), 10);
  index.insert(hash_of(1), 11);
  index.insert(hash_of(2), 12);
  BOOST_TEST(index.size() == 3);
  BOOST_TEST(has(index, hash_of(1), 10));
  BOOST_TEST(has(index, hash_of(1), 11));
  BOOST_TEST(!has(index, hash_of(1), 12));
  BOOST_TEST(!has(index, hash_of(3), 10));
  BOOST_TEST(*index.find(hash_of(1), [](item) { return true; }) == 10);
}

BOOST_AUTO_TEST_CASE(erased_item_leaves_its_neighbours) {
  // All in one cluster, which also goes around the end of the table.
  for (auto tag : {uint64_t{0}, uint64_t{UINT32_MAX}}) {
    text_index index;
    for (item i = 0; i < 5; ++i)
      index.insert(hash_of(tag), i);
    index.erase(hash_of(tag), 0);
    index.erase(hash_of(tag), 3);
    BOOST_TEST(index.size() == 3);
    for (item i = 0; i < 5; ++i)
      BOOST_TEST(has(index, hash_of(tag), i) == (i != 0 && i != 3));
  }
}

BOOST_AUTO_TEST_CASE(insert_behind_reserve_does_not_allocate) {
  text_index index;
  for (item i = 0; i < 1000; ++i) {
    index.reserve_one();
    test::failing_allocation memory{0};
    index.insert(hash_of(i * 4'000'000), i);
  }
  BOOST_TEST(index.size() == 1000);
}

BOOST_AUTO_TEST_CASE(any_item_can_be_kept) {
  text_index index;
  for (auto value : {item{0}, item{UINT32_MAX}}) {
    index.insert(hash_of(1), value);
    BOOST_TEST(has(index, hash_of(1), value));
    index.erase(hash_of(1), value);
    BOOST_TEST(!has(index, hash_of(1), value));
  }
}

BOOST_AUTO_TEST_CASE(item_is_erased_under_its_own_hash) {
  text_index index;
  index.insert(hash_of(1), 10);
  index.insert(hash_of(3), 10);
  index.erase(hash_of(3), 10);
  BOOST_TEST(has(index, hash_of(1), 10));
  BOOST_TEST(!has(index, hash_of(3), 10));
}

BOOST_AUTO_TEST_CASE(table_grows_as_it_is_told) {
  // 17 of 20 places are taken at the most: 13 of 16, then 20 of 24.
  constexpr text_index_growth how{16, 85, 150};
  text_index index;
  item next = 0;
  for (size_t room : {13, 20}) {
    index.reserve_one(how);
    try {
      test::failing_allocation memory{0};
      for (;;) {
        index.reserve_one(how);
        index.insert_reserved(hash_of(next * 4'000'000), next);
        ++next;
      }
    } catch (const std::bad_alloc&) {
      BOOST_TEST(index.size() == room);
    }
  }
  for (item i = 0; i < next; ++i)
    BOOST_TEST(has(index, hash_of(i * 4'000'000), i));
}

BOOST_AUTO_TEST_CASE(random_operations_agree_with_a_multimap) {
  test::check_random_seeds(50, [](uint64_t seed) {
    std::mt19937_64 random{seed};
    // Few hashes make long clusters, many make the table grow.
    auto hashes = 1 + random() % (random() % 2 == 0 ? 8 : 5000);
    auto random_hash
      = [&] { return (random() % hashes) * (UINT64_MAX / hashes); };
    text_index index;
    std::unordered_multimap<uint64_t, item> model;
    std::vector<std::pair<uint64_t, item>> all;
    for (item i = 0; i < 2000; ++i) {
      if (random() % 3 != 0 || all.empty()) {
        auto hash = random_hash();
        index.insert(hash, i);
        model.emplace(hash, i);
        all.emplace_back(hash, i);
      } else {
        auto& erased = all[random() % all.size()];
        index.erase(erased.first, erased.second);
        auto [first, last] = model.equal_range(erased.first);
        model.erase(std::find_if(
          first, last, [&](auto& x) { return x.second == erased.second; }));
        erased = all.back();
        all.pop_back();
      }
      BOOST_REQUIRE_EQUAL(index.size(), model.size());
    }
    for (auto& [hash, value] : all)
      BOOST_REQUIRE(has(index, hash, value));
    // Only what is there is offered to the caller, and nothing twice.
    for (int i = 0; i < 100; ++i) {
      auto hash = random_hash();
      std::vector<item> offered;
      static_cast<void>(index.find(hash, [&](item x) {
        offered.push_back(x);
        return false;
      }));
      BOOST_REQUIRE_EQUAL(offered.size(), model.count(hash));
      std::sort(offered.begin(), offered.end());
      BOOST_REQUIRE(std::adjacent_find(offered.begin(), offered.end())
                    == offered.end());
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()
