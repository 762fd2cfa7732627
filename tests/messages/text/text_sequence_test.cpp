// Goal: a sequence is the list of its texts, in time, order and memory. Method:
// cases by hand, random operations against a std::list of strings, and every
// allocation made to fail.
#include "projections/messages/text/text_sequence.hpp"

#include "tests/folds/states/fail_each_allocation.hpp"
#include "tests/folds/states/written.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>
#include <malloc.h>

#include <list>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace projections;
using projections::test::fail_each_allocation;
using projections::test::written;

namespace {

using item = text_sequence::item;

/// A tail whose text a test may change.
struct plain_tail final : text_source {
  explicit plain_tail(std::string x) : text(std::move(x)) {
    // nop
  }

  size_t bytes() const override {
    return text.size();
  }

  char* write(char* out) const override {
    return out + text.copy(out, text.size());
  }

  std::string text;
};

/// A sequence together with a plain list of what must be in it.
class modelled_sequence {
public:
  explicit modelled_sequence(uint64_t seed) : random_(seed) {
    // nop
  }

  void step() {
    switch (entries_.empty() ? 0 : random_() % 8) {
      case 0:
      case 1:
      case 2: {
        auto text = random_text();
        entries_.push_back({sequence_.append(text), text, {}, false});
        break;
      }
      case 3:
      case 4: {
        auto& x = any();
        x.text = random_text();
        x.tail.clear();
        x.has_tail = false;
        sequence_.replace(x.name, x.text);
        break;
      }
      case 5: {
        auto& x = any();
        x.text = random_text();
        x.tail = random_text();
        x.has_tail = true;
        sequence_.replace(x.name, x.text, std::make_unique<plain_tail>(x.tail));
        break;
      }
      case 6: {
        auto& x = any();
        if (!x.has_tail)
          break;
        auto tail = static_cast<plain_tail*>(sequence_.tail(x.name));
        auto before = tail->bytes();
        tail->text = x.tail = random_text();
        sequence_.tail_changed(x.name, before);
        break;
      }
      default: {
        auto chosen = place_of_any();
        sequence_.erase(chosen->name);
        entries_.erase(chosen);
      }
    }
  }

  void check() const {
    std::string expected;
    for (auto& x : entries_) {
      if (&x != &entries_.front())
        expected += ", ";
      expected += x.text + x.tail;
      BOOST_REQUIRE_EQUAL(sequence_.at(x.name), x.text);
      auto tail = static_cast<plain_tail*>(sequence_.tail(x.name));
      BOOST_REQUIRE_EQUAL(tail != nullptr, x.has_tail);
      if (tail != nullptr)
        BOOST_REQUIRE_EQUAL(tail->text, x.tail);
    }
    BOOST_REQUIRE_EQUAL(sequence_.size(), entries_.size());
    BOOST_REQUIRE_EQUAL(written(sequence_), expected);
  }

private:
  struct entry {
    item name;
    std::string text;
    std::string tail;
    bool has_tail;
  };

  std::list<entry>::iterator place_of_any() {
    return std::next(entries_.begin(),
                     static_cast<ptrdiff_t>(random_() % entries_.size()));
  }

  entry& any() {
    return *place_of_any();
  }

  /// Mostly short; sometimes near the size of a piece or beyond it.
  std::string random_text() {
    auto size = random_() % 10 == 0 ? random_() % 9000 : random_() % 300;
    return std::string(size, static_cast<char>('a' + random_() % 26));
  }

  std::mt19937_64 random_;
  text_sequence sequence_{", "};
  std::list<entry> entries_;
};

/// A sequence and the names of its texts in order. The last text has a tail.
struct named_texts {
  explicit named_texts(const std::vector<size_t>& sizes) {
    for (auto size : sizes)
      names.push_back(texts.append(std::string(size, 'x')));
    if (!names.empty())
      texts.replace(names.back(), "x",
                    std::make_unique<plain_tail>("the tail of the last text"));
  }

  text_sequence texts{","};
  std::vector<item> names;
};

} // namespace

BOOST_AUTO_TEST_SUITE(text_sequence_test)

BOOST_AUTO_TEST_CASE(empty_sequence_writes_nothing) {
  text_sequence texts{", "};
  BOOST_TEST(texts.size() == 0);
  BOOST_TEST(written(texts) == "");
}

BOOST_AUTO_TEST_CASE(texts_stand_in_order_between_separators) {
  text_sequence texts{", "};
  texts.append("a");
  auto b = texts.append("");
  texts.append("c");
  BOOST_TEST(written(texts) == "a, , c");
  texts.replace(b, "bb");
  BOOST_TEST(written(texts) == "a, bb, c");
  BOOST_TEST(texts.at(b) == "bb");
}

BOOST_AUTO_TEST_CASE(first_and_last_text_can_be_erased) {
  text_sequence texts{", "};
  auto a = texts.append("a");
  auto b = texts.append("b");
  auto c = texts.append("c");
  texts.erase(a);
  BOOST_TEST(written(texts) == "b, c");
  texts.erase(c);
  BOOST_TEST(written(texts) == "b");
  texts.erase(b);
  BOOST_TEST(written(texts) == "");
  texts.append("d");
  BOOST_TEST(written(texts) == "d");
}

BOOST_AUTO_TEST_CASE(tail_follows_its_text) {
  text_sequence texts{","};
  texts.append("a");
  auto b = texts.append("b");
  texts.append("c");
  BOOST_TEST(texts.tail(b) == nullptr);
  texts.replace(b, "b=", std::make_unique<plain_tail>("tail"));
  BOOST_TEST(written(texts) == "a,b=tail,c");
  BOOST_TEST(texts.at(b) == "b=");
  auto tail = static_cast<plain_tail*>(texts.tail(b));
  auto before = tail->bytes();
  tail->text = "a longer tail";
  texts.tail_changed(b, before);
  BOOST_TEST(written(texts) == "a,b=a longer tail,c");
  texts.replace(b, "b=", std::make_unique<plain_tail>("x"));
  BOOST_TEST(written(texts) == "a,b=x,c");
  texts.replace(b, "b");
  BOOST_TEST(texts.tail(b) == nullptr);
  BOOST_TEST(written(texts) == "a,b,c");
}

BOOST_AUTO_TEST_CASE(nothing_is_appended_to_a_tail) {
  text_sequence texts{","};
  auto a = texts.append("a");
  texts.replace(a, "a=", std::make_unique<plain_tail>("tail"));
  texts.append("b");
  BOOST_TEST(written(texts) == "a=tail,b");
  texts.erase(a);
  BOOST_TEST(written(texts) == "b");
}

BOOST_AUTO_TEST_CASE(piece_is_split_around_a_text_that_outgrows_it) {
  for (auto place : {0, 1, 50, 98, 99}) {
    text_sequence texts{","};
    std::string before;
    std::string after;
    item chosen = 0;
    for (int i = 0; i < 100; ++i) {
      auto name = texts.append("text " + std::to_string(i));
      if (i == place)
        chosen = name;
      else
        (i < place ? before : after) += "text " + std::to_string(i) + ",";
    }
    const std::string large(text_sequence::piece_bytes_max, 'x');
    texts.replace(chosen, large);
    after = after.empty() ? after : "," + after.substr(0, after.size() - 1);
    BOOST_TEST(written(texts) == before + large + after);
    texts.replace(chosen, "small again");
    BOOST_TEST(written(texts) == before + "small again" + after);
  }
}

BOOST_AUTO_TEST_CASE(random_operations_agree_with_a_list) {
  test::check_random_seeds(40, [](uint64_t seed) {
    modelled_sequence sequence{seed};
    for (int i = 0; i < 1000; ++i) {
      sequence.step();
      if (i % 10 == 0)
        sequence.check();
    }
    sequence.check();
  });
}

BOOST_AUTO_TEST_CASE(sequence_is_as_before_when_memory_runs_out) {
  // Within a piece, filling one, with a large text, and with a tail.
  const std::vector<size_t> sizes{10, 8000, 10, 170, 9000, 20, 30};
  auto before = written(named_texts{sizes}.texts);
  auto make = [&] { return std::make_unique<named_texts>(sizes); };
  int failures = 0;
  auto check = [&](named_texts& x) {
    BOOST_REQUIRE_EQUAL(written(x.texts), before);
    BOOST_REQUIRE_EQUAL(x.texts.size(), sizes.size());
    // And it goes on as if nothing had happened.
    x.texts.append("more");
    BOOST_REQUIRE_EQUAL(written(x.texts), before + ",more");
  };
  for (size_t size : {5, 500, 9000}) {
    const std::string text(size, 'y');
    failures += fail_each_allocation(
      [] { return std::make_unique<text_sequence>(","); },
      [&](text_sequence& texts) { texts.append(text); },
      [](text_sequence& texts) {
        BOOST_REQUIRE_EQUAL(written(texts), "");
        texts.append("first");
        BOOST_REQUIRE_EQUAL(written(texts), "first");
      });
    failures += fail_each_allocation(
      make, [&](named_texts& x) { x.texts.append(text); }, check);
    for (size_t i = 0; i < sizes.size(); ++i) {
      failures += fail_each_allocation(
        make, [&](named_texts& x) { x.texts.replace(x.names[i], text); },
        check);
      failures += fail_each_allocation(
        make,
        [&](named_texts& x) {
          x.texts.replace(x.names[i], text, std::make_unique<plain_tail>(text));
        },
        check);
    }
  }
  BOOST_TEST(failures > 50);
}

BOOST_AUTO_TEST_CASE(erasing_needs_no_memory) {
  named_texts x{{10, 8000, 10, 9000, 20}};
  for (auto name : x.names) {
    test::failing_allocation memory{0};
    x.texts.erase(name);
  }
  BOOST_TEST(written(x.texts) == "");
}

// Sanitizers replace the allocator whose count these tests read.
#ifndef PROJECTIONS_SANITIZED

namespace {

size_t bytes_on_the_heap() {
  auto all = mallinfo2();
  return all.uordblks + all.hblkhd;
}

} // namespace

BOOST_AUTO_TEST_CASE(memory_is_that_of_the_texts_and_little_more) {
  constexpr size_t count = 100'000;
  auto before = bytes_on_the_heap();
  text_sequence texts{", "};
  for (size_t i = 0; i < count; ++i)
    texts.append(std::string(50, 'x'));
  // About 16 bytes a text are promised; vectors that double may hold as much
  // again.
  BOOST_TEST(bytes_on_the_heap() - before < count * (52 + 2 * 16));
}

BOOST_AUTO_TEST_CASE(memory_of_erased_texts_is_given_back) {
  constexpr size_t count = 100'000;
  std::vector<item> names(count);
  auto before = bytes_on_the_heap();
  text_sequence texts{", "};
  for (auto& name : names)
    name = texts.append(std::string(200, 'x'));
  BOOST_TEST(bytes_on_the_heap() - before > count * 200);
  for (size_t i = 0; i < count; ++i)
    if (i % 50 != 0)
      texts.erase(names[i]);
  BOOST_TEST(texts.size() == count / 50);
  // Names are kept, in 12 bytes each and room for as many again; the rest is
  // what is left of the pieces, most of which hold one text.
  BOOST_TEST(bytes_on_the_heap() - before < count * 40);
  for (size_t i = 0; i < count; i += 50)
    texts.erase(names[i]);
  BOOST_TEST(bytes_on_the_heap() - before < count * 30);
}

BOOST_AUTO_TEST_CASE(memory_of_replaced_texts_is_given_back) {
  constexpr size_t count = 2000;
  std::vector<item> names(count);
  auto before = bytes_on_the_heap();
  text_sequence texts{", "};
  for (auto& name : names)
    name = texts.append(std::string(5000, 'x'));
  for (auto name : names)
    texts.replace(name, "small");
  // What is left is a piece each, of some 200 bytes.
  BOOST_TEST(bytes_on_the_heap() - before < count * 500);
}

#endif

BOOST_AUTO_TEST_SUITE_END()
