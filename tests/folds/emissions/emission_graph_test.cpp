// Goal: projections that would answer each other for ever are refused when the
// last of them starts, and nobody else is. Method: declarations, one by one.
#include "projections/folds/emissions/emission_graph.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using namespace projections;

namespace {

struct fixture {
  /// Declares a projection within the log of one application.
  std::shared_ptr<void> declare(const std::string& name, const std::string& in,
                                const std::string& out,
                                const std::string& from = "app",
                                const std::string& to = "app") {
    return graph.declare({name, {{from, in}}, {{to, out}}});
  }

  emission_graph graph;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(emission_graph_test, fixture)

BOOST_AUTO_TEST_CASE(chain_is_taken) {
  auto a = declare("a", "A", "B");
  auto b = declare("b", "B", "C");
  auto c = declare("c", "B", "D");
  BOOST_TEST((a && b && c));
}

BOOST_AUTO_TEST_CASE(circle_is_refused_with_the_way_round) {
  auto a = declare("a", "A", "B");
  auto b = declare("b", "B", "C");
  BOOST_CHECK_EXCEPTION(
    (void) declare("c", "C", "A"), emission_cycle, [](const emission_cycle& e) {
      return std::string{e.what()}
             == "projection \"c\" would process its own emissions, for ever: "
                "projection \"c\" emits \"A\" in the log of \"app\"; "
                "projection \"a\" emits \"B\" in the log of \"app\"; "
                "projection \"b\" emits \"C\" in the log of \"app\"";
    });
}

BOOST_AUTO_TEST_CASE(projection_that_takes_what_it_emits_is_refused) {
  BOOST_CHECK_THROW((void) declare("a", "A", "A"), emission_cycle);
  // It takes all topics.
  BOOST_CHECK_THROW((void) declare("a", "", "A"), emission_cycle);
}

BOOST_AUTO_TEST_CASE(same_topic_in_another_log_is_another_one) {
  auto there = declare("there", "A", "A", "one", "other");
  BOOST_TEST((there != nullptr));
  BOOST_CHECK_THROW((void) declare("back", "A", "A", "other", "one"),
                    emission_cycle);
}

BOOST_AUTO_TEST_CASE(declaration_ends_with_the_run) {
  auto a = declare("a", "A", "B");
  BOOST_CHECK_THROW((void) declare("b", "B", "A"), emission_cycle);
  a.reset();
  BOOST_TEST((declare("b", "B", "A") != nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
