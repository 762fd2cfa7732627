// Goal: a projection that fails answers with error 13, goes on from its last
// good state, and takes nobody with it. Method: a fold that fails on demand, in
// every way a fold can, and exit messages that come in between.
#include "tests/actors/node/test_node.hpp"
#include "tests/failing_allocation.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace projections;
using namespace projections::test;

namespace {

/// Folds as usual, except for events that say how to fail.
class fragile_projection : public named_projection {
public:
  using named_projection::named_projection;

private:
  void fold(json_state& into, event_data event) override {
    if (event.data == R"("throw")")
      throw std::runtime_error{"a \"fragile\" fold"};
    if (event.data == R"("end")")
      throw 42;
    if (event.data.find("tear") != std::string_view::npos)
      return tear(into, event);
    named_projection::fold(into, event);
  }

  // Runs out of memory as late as possible, so that a part is carried out.
  void tear(json_state& into, event_data event) {
    for (int successes = 0;; ++successes) {
      json_state copy{into.text(), spaced_style};
      try {
        failing_allocation failure{successes};
        copy.apply(event.data, event.identity);
        throw std::logic_error{"it cannot be torn"};
      } catch (const std::bad_alloc&) {
        if (!copy.torn())
          continue;
        into = std::move(copy);
        throw;
      }
    }
  }
};

struct fixture {
  static test_node_settings settings() {
    test_node_settings result;
    result.make_projection
      = [](std::string name, std::string_view initial, json_style style) {
          return std::make_unique<fragile_projection>(std::move(name), initial,
                                                      style);
        };
    return result;
  }

  void expect(std::string_view text, const std::vector<std::string>& expected) {
    auto replies = node.answers(text);
    BOOST_CHECK_EQUAL_COLLECTIONS(replies.begin(), replies.end(),
                                  expected.begin(), expected.end());
  }

  /// Expects that `list` and a query say that `p` has `version` and `state`.
  void expect_state(uint64_t version, std::string_view state) {
    auto replies = node.answers(list_request + ask("query", "projection", "p"));
    BOOST_REQUIRE_EQUAL(replies.size(), 2);
    BOOST_TEST(replies[0] == listed(version));
    BOOST_TEST(replies[1]
               == R"({"type": "projection_state", "projection": "p", )"
                  R"("version": )"
                    + std::to_string(version) + R"(, "state": )"
                    + std::string{state} + "}");
  }

  static std::string listed(uint64_t version) {
    return R"({"type": "projection_list", "projections": )"
           R"([{"name": "p", "version": )"
           + std::to_string(version) + "}]}";
  }

  const std::string list_request = "{\"type\": \"list\"}\n";

  test_node node{settings()};
};

const std::string throwing = R"("throw")";
const std::string ending = R"("end")";
const std::string fold_failed
  = error_reply(13, R"(projection \"p\": the fold failed: a \"fragile\" fold)");
const std::string actor_ended
  = error_reply(13, "the actor that should answer has ended");
const std::string state_lost
  = error_reply(13, R"(projection \"p\": its state was lost in a failure; )"
                    "rebuild or delete it");

std::string rebuild(std::string_view last) {
  return R"({"type": "rebuild", "projection": "p", "events": [)"
         R"({"type": "T", "payload": 8}, {"type": "T", "payload": )"
         + std::string{last} + "}]}\n";
}

const std::string rebuilt = R"({"type": "projection_rebuilt", "projection": )"
                            R"("p", "events_processed": 2, "version": 2})";

} // namespace

BOOST_FIXTURE_TEST_SUITE(failing_projection_test, fixture)

// -- a fold that throws ----------------------------------------------------------

BOOST_AUTO_TEST_CASE(fold_that_throws_changes_nothing) {
  expect(update("p", "1") + update("p", throwing) + update("p", "2"),
         {updated("p", 1, "[1]"), fold_failed, updated("p", 2, "[1, 2]")});
  expect_state(2, "[1, 2]");
}

BOOST_AUTO_TEST_CASE(rebuild_that_throws_changes_nothing) {
  expect(update("p", "1") + rebuild(throwing) + update("p", "2"),
         {updated("p", 1, "[1]"), fold_failed, updated("p", 2, "[1, 2]")});
  expect_state(2, "[1, 2]");
  expect(rebuild("9") + rebuild(throwing), {rebuilt, fold_failed});
  expect_state(2, "[8, 9]");
}

BOOST_AUTO_TEST_CASE(failure_before_a_rebuild_does_not_count_after_it) {
  expect(update("p", throwing) + rebuild("9") + update("p", throwing),
         {fold_failed, rebuilt, fold_failed});
  expect_state(2, "[8, 9]");
  expect(rebuild(throwing) + rebuild("9"), {fold_failed, rebuilt});
  expect_state(2, "[8, 9]");
}

BOOST_AUTO_TEST_CASE(query_behind_a_failure_does_not_outlive_the_input) {
  // The registry takes the version for reached when it sends the query.
  node.send(update("p", throwing)
            + R"({"type": "query", "projection": "p", "min_version": 1, )"
              R"("timeout_ms": 1000000})"
              "\n");
  node.end_input();
  node.run();
  auto replies = node.replies();
  BOOST_REQUIRE_EQUAL(replies.size(), 2);
  BOOST_TEST(replies[0] == fold_failed);
  BOOST_TEST(is_error(replies[1], 0));
  BOOST_TEST((node.seen().exit_code == 0));
}

BOOST_AUTO_TEST_CASE(query_behind_a_failure_is_told_of_the_end_later) {
  node.send(update("p", throwing)
            + R"({"type": "query", "projection": "p", "min_version": 1, )"
              R"("timeout_ms": 1000000})"
              "\n");
  node.run();
  BOOST_TEST(node.replies().empty());
  node.end_input();
  node.run();
  BOOST_TEST(node.replies().size() == 2u);
  BOOST_TEST((node.seen().exit_code == 0));
}

// -- an actor that ends ----------------------------------------------------------

BOOST_AUTO_TEST_CASE(actor_that_ends_in_a_fold_is_replaced) {
  expect(
    update("p", "1") + update("q", "1") + update("p", ending)
      + update("p", "2"),
    {updated("p", 1, "[1]"), updated("q", 1, "[1]"), actor_ended, actor_ended});
  expect(update("p", "3") + update("q", "2"),
         {updated("p", 2, "[1, 3]"), updated("q", 2, "[1, 2]")});
}

BOOST_AUTO_TEST_CASE(killed_actor_loses_what_it_had_not_carried_out) {
  expect(update("p", "1"), {updated("p", 1, "[1]")});
  node.send(update("p", "2"));
  node.send(update("q", "1") + update("p", "3"));
  node.system().run_until_ready("projection");
  node.kill("projection");
  node.run();
  auto replies = node.replies();
  BOOST_REQUIRE_EQUAL(replies.size(), 3);
  BOOST_TEST(replies[0] == actor_ended);
  BOOST_TEST(replies[1] == updated("q", 1, "[1]"));
  BOOST_TEST(replies[2] == actor_ended);
  expect(update("p", "4") + update("q", "2"),
         {updated("p", 2, "[1, 4]"), updated("q", 2, "[1, 2]")});
}

BOOST_AUTO_TEST_CASE(versions_count_on_from_the_last_good_state) {
  expect(rebuild("9"), {rebuilt});
  node.send(update("p", "3") + update("p", "4"));
  node.system().run_until_ready("projection");
  node.kill("projection");
  node.run();
  BOOST_TEST(node.replies().size() == 2u);
  expect_state(2, "[8, 9]");
  expect(update("p", throwing), {fold_failed});
  expect_state(2, "[8, 9]");
}

BOOST_AUTO_TEST_CASE(waiting_query_of_a_killed_actor_gets_an_error) {
  node.send(update("p", "1")
            + R"({"type": "query", "projection": "p", "min_version": 3})"
              "\n");
  node.run();
  BOOST_TEST(node.replies().size() == 1u);
  node.send(update("p", "2"));
  node.system().run_until_ready("projection");
  node.kill("projection");
  node.run();
  auto replies = node.replies();
  BOOST_REQUIRE_EQUAL(replies.size(), 2);
  BOOST_TEST(replies[0] == actor_ended);
  BOOST_TEST(replies[1] == actor_ended);
  node.end_input();
  node.run();
  BOOST_TEST((node.seen().exit_code == 0));
}

BOOST_AUTO_TEST_CASE(actor_may_end_again_and_again) {
  for (uint64_t i = 1; i <= 20; ++i) {
    expect(update("p", ending), {actor_ended});
    BOOST_TEST(node.answers(update("p", "1")).size() == 1u);
    expect(list_request, {listed(i)});
  }
}

// -- a state that is lost --------------------------------------------------------

/// A projection whose state is an object large enough to be changed in place,
/// and an event in the middle of which memory runs out.
struct torn_fixture : fixture {
  torn_fixture() {
    node.answers(
      R"({"type": "create", "name": "p", "initial_state": {"long": ")"
      + std::string(4096, 'x') + "\"}}\n");
    auto replies = node.answers(update(
      "p", R"({"tear": 1, "a": {"b": ")" + std::string(100, 'x') + "\"}}"));
    BOOST_REQUIRE_EQUAL(replies.size(), 1);
    BOOST_TEST(is_error(replies[0], 13), replies[0]);
  }
};

BOOST_FIXTURE_TEST_CASE(state_that_was_torn_is_not_shown, torn_fixture) {
  expect(ask("query", "projection", "p"), {state_lost});
  expect(update("p", "{}"), {state_lost});
  expect(list_request, {listed(0)});
}

BOOST_FIXTURE_TEST_CASE(rebuild_makes_a_torn_state_whole, torn_fixture) {
  expect(update("p", "{}") + rebuild(throwing), {state_lost, fold_failed});
  expect(list_request, {listed(0)});
  expect(rebuild("9"), {rebuilt});
  expect_state(2, "9");
}

BOOST_FIXTURE_TEST_CASE(projection_with_a_torn_state_can_be_deleted,
                        torn_fixture) {
  expect(
    ask("delete", "projection", "p"),
    {R"({"type": "projection_deleted", "projection": "p", "version": 0})"});
  expect(update("p", "1"), {updated("p", 1, "[1]")});
}

BOOST_FIXTURE_TEST_CASE(torn_state_stays_lost_when_its_actor_ends,
                        torn_fixture) {
  node.send(ask("query", "projection", "p"));
  node.system().run_until_ready("projection");
  node.kill("projection");
  node.run();
  node.replies();
  expect(ask("query", "projection", "p"), {state_lost});
  expect(list_request, {listed(0)});
}

BOOST_AUTO_TEST_SUITE_END()
