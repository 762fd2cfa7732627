// Goal: a projection counts whole events only, and a failure leaves it as it
// was or not intact. Method: cases by hand with folds that throw, and every
// allocation made to fail.
#include "projections/folds/states/named_projection.hpp"

#include "tests/folds/states/fail_each_allocation.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace projections;
using projections::test::fail_each_allocation;

namespace {

event_data event(std::string_view data) {
  return {data, identity_of(data)};
}

/// Hands out `events` one after the other.
class event_list {
public:
  explicit event_list(std::vector<std::string> events)
    : events_(std::move(events)) {
    // nop
  }

  [[nodiscard]] size_t size() const {
    return events_.size();
  }

  event_data operator()() {
    return event(events_.at(next_++));
  }

private:
  std::vector<std::string> events_;
  size_t next_ = 0;
};

void rebuild(named_projection& projection, std::vector<std::string> events) {
  event_list list{std::move(events)};
  auto count = list.size();
  projection.rebuild(count, list);
}

/// Cannot stand the number 13.
class superstitious_projection : public named_projection {
public:
  using named_projection::named_projection;

protected:
  void fold(json_state& into, event_data x) override {
    if (x.data == "13")
      throw std::runtime_error("an unlucky number");
    named_projection::fold(into, x);
  }
};

const std::string large(json_object::flat_bytes_max + 1, 'x');

} // namespace

BOOST_AUTO_TEST_SUITE(named_projection_test)

BOOST_AUTO_TEST_CASE(new_projection_has_its_initial_state_and_version_zero) {
  named_projection projection{"p", R"({"a": 1})", spaced_style};
  BOOST_TEST(projection.name() == "p");
  BOOST_TEST(projection.version() == 0);
  BOOST_TEST(projection.state().text() == R"({"a": 1})");
  BOOST_TEST(projection.intact());
}

BOOST_AUTO_TEST_CASE(every_event_is_folded_in_and_counted) {
  named_projection projection{"p", "[]", spaced_style};
  projection.apply(event(R"({"id": 1})"));
  projection.apply(event(R"({"id": 1})"));
  projection.apply(event("2"));
  BOOST_TEST(projection.version() == 3);
  BOOST_TEST(projection.state().text() == R"([{"id": 1}, 2])");
}

BOOST_AUTO_TEST_CASE(rebuild_begins_again_from_the_initial_state) {
  for (std::string initial : {"[]", "[0]"}) {
    named_projection projection{"p", initial, spaced_style};
    projection.apply(event("1"));
    projection.apply(event("2"));
    rebuild(projection, {"3"});
    BOOST_TEST(projection.version() == 1);
    BOOST_TEST(projection.state().text()
               == (initial == "[]" ? "[3]" : "[0, 3]"));
    rebuild(projection, {});
    BOOST_TEST(projection.version() == 0);
    BOOST_TEST(projection.state().text() == initial);
  }
}

BOOST_AUTO_TEST_CASE(event_whose_fold_fails_is_not_counted) {
  superstitious_projection projection{"p", "[]", spaced_style};
  projection.apply(event("12"));
  BOOST_CHECK_THROW(projection.apply(event("13")), std::runtime_error);
  BOOST_TEST(projection.intact());
  BOOST_TEST(projection.version() == 1);
  BOOST_TEST(projection.state().text() == "[12]");
  projection.apply(event("14"));
  BOOST_TEST(projection.version() == 2);
  BOOST_TEST(projection.state().text() == "[12, 14]");
}

BOOST_AUTO_TEST_CASE(rebuild_that_fails_changes_nothing) {
  superstitious_projection projection{"p", "[0]", spaced_style};
  projection.apply(event("1"));
  BOOST_CHECK_THROW(rebuild(projection, {"5", "6", "13", "7"}),
                    std::runtime_error);
  BOOST_TEST(projection.intact());
  BOOST_TEST(projection.version() == 1);
  BOOST_TEST(projection.state().text() == "[0, 1]");
  // Neither does one whose events fail to come.
  BOOST_CHECK_THROW(projection.rebuild(3, event_list{{"5", "6"}}),
                    std::out_of_range);
  BOOST_TEST(projection.intact());
  BOOST_TEST(projection.version() == 1);
  BOOST_TEST(projection.state().text() == "[0, 1]");
}

BOOST_AUTO_TEST_CASE(fold_that_is_cut_off_leaves_the_state_or_is_known) {
  const auto initial = R"({"a": ")" + large + R"(", "b": 1})";
  const auto data
    = R"({"b": ")" + large + R"(", "c": {"d": ")" + large + R"("}, "a": null})";
  int torn = 0;
  int intact = 0;
  fail_each_allocation(
    [&] {
      return std::make_unique<named_projection>("p", initial, spaced_style);
    },
    [&](named_projection& projection) {
      projection.apply({data, {}});
    },
    [&](named_projection& projection) {
      BOOST_REQUIRE_EQUAL(projection.version(), 0);
      if (projection.intact()) {
        ++intact;
        BOOST_REQUIRE_EQUAL(projection.state().text(), initial);
        projection.apply({data, {}});
        BOOST_REQUIRE_EQUAL(projection.version(), 1);
        return;
      }
      ++torn;
      // A rebuild makes it whole again.
      rebuild(projection, {R"({"a": 2})"});
      BOOST_REQUIRE(projection.intact());
      BOOST_REQUIRE_EQUAL(projection.state().text(), R"({"a": 2, "b": 1})");
    });
  BOOST_TEST(torn > 0);
  BOOST_TEST(intact > 0);
}

BOOST_AUTO_TEST_CASE(rebuild_changes_nothing_when_memory_runs_out) {
  const std::vector<std::string> events{R"({"id": 1})", R"({"id": 2})",
                                        R"({"id": 1, "t": ")" + large + "\"}",
                                        R"({"id": 1, "u": ")" + large + "\"}"};
  int failures = fail_each_allocation(
    [&] {
      auto result
        = std::make_unique<named_projection>("p", "[0, 0, 0]", spaced_style);
      result->apply(event("1"));
      return result;
    },
    [&](named_projection& projection) {
      auto next = events.begin();
      projection.rebuild(events.size(), [&] { return event(*next++); });
    },
    [](named_projection& projection) {
      BOOST_REQUIRE(projection.intact());
      BOOST_REQUIRE_EQUAL(projection.version(), 1);
      BOOST_REQUIRE_EQUAL(projection.state().text(), "[0, 0, 0, 1]");
    });
  BOOST_TEST(failures > 10);
}

BOOST_AUTO_TEST_SUITE_END()
