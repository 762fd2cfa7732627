// Goal: a read model that fails answers with error 13, keeps its rows, applies
// the redelivery once, and holds nobody up. Method: a read model that fails on
// demand beside one that counts, and exit messages that come in between.
#include "projections/folds/read_models/read_model_file.hpp"
#include "projections/folds/read_models/row_read_model.hpp"
#include "tests/actors/node/test_node.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>

using namespace projections;
using namespace projections::test;

namespace {

/// Keeps every payload as a row. Fails as often as it is told to.
class fragile_model : public read_model {
public:
  fragile_model() : read_model("fragile") {
    // nop
  }

  bool concerns(std::string_view) const override {
    return true;
  }

  size_t text_bytes() const override {
    return rows_.size() + 2;
  }

  char* write_rows(char* out) const override {
    *out++ = '[';
    out = std::copy(rows_.begin(), rows_.end(), out);
    *out++ = ']';
    return out;
  }

  bool find(std::string_view, std::string&) const override {
    throw std::runtime_error{"it finds nothing"};
  }

  int throw_next = 0;
  int end_next = 0;

private:
  bool fold(const model_event& event) override {
    if (throw_next > 0) {
      --throw_next;
      throw std::runtime_error{"it was told to"};
    }
    if (end_next > 0) {
      --end_next;
      throw 42;
    }
    rows_ += rows_.empty() ? "" : ", ";
    rows_ += event.payload;
    return true;
  }

  std::string rows_;
};

struct fixture {
  fixture() : node(settings()) {
    node.run();
  }

  test_node_settings settings() {
    test_node_settings result;
    auto counting = parse_read_models(
      R"({"read_models": [{"name": "counting", "on": {"T": {"n": "count"}}}]})");
    result.read_models
      = {fragile,
         std::make_shared<row_read_model>(counting.front(), spaced_style)};
    return result;
  }

  void expect(std::string_view text, const std::vector<std::string>& expected) {
    auto replies = node.answers(text);
    BOOST_CHECK_EQUAL_COLLECTIONS(replies.begin(), replies.end(),
                                  expected.begin(), expected.end());
  }

  /// Expects the rows of both read models, each of which took `version` events.
  void expect_rows(uint64_t version, std::string_view rows) {
    auto reply = [&](std::string_view name, std::string_view state) {
      return R"({"type": "read_model_state", "name": ")" + std::string{name}
             + R"(", "version": )" + std::to_string(version) + R"(, "state": )"
             + std::string{state} + "}";
    };
    expect(ask("read_model", "name", "fragile")
             + ask("read_model", "name", "counting"),
           {reply("fragile", rows),
            reply("counting",
                  R"([{"id": 1, "n": )" + std::to_string(version) + "}]")});
  }

  std::shared_ptr<fragile_model> fragile = std::make_shared<fragile_model>();
  test_node node;
};

const std::string row = R"({"id": 1})";
const std::string both = R"(["fragile", "counting"])";
const std::string failed = error_reply(13, R"(read model \"fragile\" failed)");

std::string t(std::string_view id) {
  return event_request(id, "T", row);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(failing_read_model_test, fixture)

BOOST_AUTO_TEST_CASE(redelivery_of_a_failed_event_is_applied_once) {
  fragile->throw_next = 1;
  expect(t("e1"), {failed});
  expect(t("e1") + t("e1"),
         {models_updated("e1", both), skipped("e1", "already_processed")});
  expect_rows(1, "[" + row + "]");
}

BOOST_AUTO_TEST_CASE(events_behind_a_failed_one_are_applied) {
  fragile->throw_next = 1;
  expect(t("e1") + t("e2") + t("e1"),
         {failed, models_updated("e2", both), models_updated("e1", both)});
  expect_rows(2, "[" + row + ", " + row + "]");
}

BOOST_AUTO_TEST_CASE(query_that_throws_is_answered) {
  expect(t("e1"), {models_updated("e1", both)});
  expect(R"({"type": "read_model", "name": "fragile", "key": 1})"
           + std::string{"\n"} + t("e2"),
         {failed, models_updated("e2", both)});
  expect_rows(2, "[" + row + ", " + row + "]");
}

BOOST_AUTO_TEST_CASE(actor_that_ends_in_an_event_is_replaced) {
  expect(t("e1"), {models_updated("e1", both)});
  fragile->end_next = 1;
  expect(t("e2"), {failed});
  expect(t("e2") + t("e3"),
         {models_updated("e2", both), models_updated("e3", both)});
  expect_rows(3, "[" + row + ", " + row + ", " + row + "]");
}

BOOST_AUTO_TEST_CASE(killed_actor_keeps_its_rows) {
  expect(t("e1"), {models_updated("e1", both)});
  node.send(t("e2"));
  node.system().run_until_ready("read_model");
  node.kill("read_model");
  node.run();
  auto replies = node.replies();
  BOOST_REQUIRE_EQUAL(replies.size(), 1);
  BOOST_TEST(is_error(replies[0], 13), replies[0]);
  expect(t("e2"), {models_updated("e2", both)});
  expect_rows(2, "[" + row + ", " + row + "]");
}

BOOST_AUTO_TEST_CASE(groups_behind_a_killed_actor_go_on) {
  node.send(t("e1"));
  node.send(t("e2") + update("p", "1"));
  node.send(t("e3") + ask("read_model", "name", "counting"));
  node.system().run_until_ready("read_model");
  node.kill("read_model");
  node.run();
  auto replies = node.replies();
  BOOST_REQUIRE_EQUAL(replies.size(), 5);
  BOOST_TEST(is_error(replies[0], 13), replies[0]);
  BOOST_TEST(replies[2] == updated("p", 1, "[1]"));
  // Those of the next groups that came before its successor failed with it.
  auto again = node.answers(t("e1") + t("e2") + t("e3"));
  BOOST_REQUIRE_EQUAL(again.size(), 3);
  for (auto& reply : again)
    BOOST_TEST(!is_error(reply, 13), reply);
  expect_rows(3, "[" + row + ", " + row + ", " + row + "]");
}

BOOST_AUTO_TEST_CASE(long_group_of_a_killed_actor_is_answered) {
  std::string events;
  for (int i = 0; i < 50; ++i)
    events += t(std::to_string(i));
  node.send(events);
  node.system().run_until_ready("read_model");
  node.kill("read_model");
  node.run();
  BOOST_TEST(node.replies().size() == 50u);
  // What failed is applied now, what did not is skipped.
  for (auto& reply : node.answers(events))
    BOOST_TEST(!is_error(reply, 13), reply);
  auto rows = row;
  for (int i = 1; i < 50; ++i)
    rows.append(", ").append(row);
  expect_rows(50, "[" + rows + "]");
}

BOOST_AUTO_TEST_CASE(projector_that_ends_takes_only_its_requests_along) {
  expect(t("e1") + update("p", "1"),
         {models_updated("e1", both), updated("p", 1, "[1]")});
  node.send(t("e2") + update("p", "2"));
  node.send(t("e3"));
  node.system().run_until_ready("projector");
  node.kill("projector");
  node.run();
  auto ended = error_reply(13, "the actor that should answer has ended");
  auto replies = node.replies();
  BOOST_REQUIRE_EQUAL(replies.size(), 3);
  BOOST_TEST(replies[0] == ended);
  BOOST_TEST(replies[1] == updated("p", 2, "[1, 2]"));
  BOOST_TEST(is_error(replies[2], 13), replies[2]);
  auto gone = error_reply(13, "the projector has ended");
  expect(t("e4") + update("p", "3") + ask("read_model", "name", "counting"),
         {gone, updated("p", 3, "[1, 2, 3]"), gone});
  node.end_input();
  node.run();
  BOOST_TEST((node.seen().exit_code == 0));
}

BOOST_AUTO_TEST_CASE(projector_that_ends_in_the_middle_loses_no_chunk) {
  node.send(t("e1"));
  node.send(t("e2"));
  node.system().run_until_ready("read_model");
  node.system().run_until_ready("projector");
  node.kill("projector");
  node.run();
  auto replies = node.replies();
  BOOST_REQUIRE_EQUAL(replies.size(), 2);
  for (auto& reply : replies)
    BOOST_TEST(is_error(reply, 13), reply);
  BOOST_TEST(node.seen().chunks_back.size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
