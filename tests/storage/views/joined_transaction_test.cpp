// Goal: a transaction begins and ends once, whatever its parts do. Method: one
// that notes what it is told.
#include "projections/storage/views/joined_transaction.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <thread>

namespace {

using namespace projections;

class odd_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Writes down the ends of its transactions, and fails where it is told to.
class noted_transaction final : public joined_transaction {
public:
  void note(const std::string& word) {
    notes += word + ' ';
    if (word == fails_at)
      throw odd_error{word};
  }

  std::string notes;
  std::string fails_at;

private:
  void begin() override {
    note("begin");
  }

  void commit() override {
    note(is_doomed() ? "doomed" : "commit");
  }

  void roll_back() override {
    note("roll_back");
  }

  void committed() override {
    note(is_inside() ? "inside" : "committed");
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(joined_transaction_test)

BOOST_AUTO_TEST_CASE(nested_run_is_a_part) {
  noted_transaction x;
  BOOST_TEST(!x.is_inside());
  x.run([&] {
    BOOST_TEST(x.is_inside());
    x.run([&] { x.run([&] { x.note("part"); }); });
    x.note("more");
  });
  BOOST_TEST(!x.is_inside());
  BOOST_TEST(x.notes == "begin part more commit committed ");
}

BOOST_AUTO_TEST_CASE(failure_rolls_back_once_and_comes_out) {
  for (auto* place : {"part", "commit"}) {
    noted_transaction x;
    x.fails_at = place;
    BOOST_CHECK_THROW(x.run([&] { x.run([&] { x.note("part"); }); }),
                      odd_error);
    BOOST_TEST(!x.is_inside());
    BOOST_TEST(x.notes
               == (x.fails_at == "part" ? "begin part roll_back "
                                        : "begin part commit roll_back "));
  }
}

BOOST_AUTO_TEST_CASE(part_that_fails_in_silence_is_told_to_the_commit) {
  noted_transaction x;
  x.fails_at = "part";
  x.run([&] { BOOST_CHECK_THROW(x.run([&] { x.note("part"); }), odd_error); });
  BOOST_TEST(x.notes == "begin part doomed committed ");
  // The next one has not failed.
  x.notes.clear();
  x.run([] {});
  BOOST_TEST(x.notes == "begin commit committed ");
}

BOOST_AUTO_TEST_CASE(transaction_that_cannot_begin_is_none) {
  noted_transaction x;
  x.fails_at = "begin";
  BOOST_CHECK_THROW(x.run([&] { x.note("part"); }), odd_error);
  BOOST_TEST(!x.is_inside());
  BOOST_TEST(x.notes == "begin ");
}

BOOST_AUTO_TEST_CASE(other_thread_waits_for_its_turn) {
  noted_transaction x;
  std::jthread other;
  x.run([&] {
    other = std::jthread{[&] { x.run([&] { x.note("other"); }); }};
    BOOST_TEST(x.is_inside());
    x.run([&] { x.note("one"); });
  });
  other.join();
  BOOST_TEST(x.notes
             == "begin one commit committed begin other commit committed ");
}

BOOST_AUTO_TEST_SUITE_END()
