// Goal: every event is applied by every read model that it concerns, once, and
// answered right, whatever fails. Method: the class that decides it, without
// actors; the test carries out the rounds and fails where it wants to.
#include "projections/actors/node/event_dispatcher.hpp"

#include "tests/actors/node/test_node.hpp"
#include "tests/messages/protocol/decoding.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <set>

using namespace projections;
using namespace projections::test;

namespace {

/// A read model of which only the name and what it takes are asked.
class named_model : public read_model {
public:
  named_model(std::string name, std::set<std::string, std::less<>> types)
    : read_model(std::move(name)), types_(std::move(types)) {
    // nop
  }

  bool concerns(std::string_view event_type) const override {
    return types_.count(event_type) > 0;
  }

  size_t text_bytes() const override {
    return 0;
  }

  char* write_rows(char* out) const override {
    return out;
  }

  bool find(std::string_view, std::string&) const override {
    return false;
  }

private:
  bool fold(const model_event&) override {
    return true;
  }

  std::set<std::string, std::less<>> types_;
};

/// Read models `a`, which takes the types T and A, and `b`, which takes T and
/// B.
struct fixture {
  /// A read model by its place, and a request by its place in the group.
  using step = std::pair<size_t, uint32_t>;

  static std::vector<std::shared_ptr<read_model>> two_models() {
    using types = std::set<std::string, std::less<>>;
    return {std::make_shared<named_model>("a", types{"T", "A"}),
            std::make_shared<named_model>("b", types{"T", "B"})};
  }

  /// Carries out `text` as one group, in which the read models fail at
  /// `failures`, and returns the replies.
  std::vector<std::string> carry_out(const std::string& text,
                                     const std::set<step>& failures = {}) {
    for (auto& x : applied)
      x.clear();
    chunk_ptr in = decode(text);
    auto batch = std::make_shared<request_batch>(in, 0);
    for (uint32_t i = 0; i < in->requests.size(); ++i) {
      batch->add_one();
      if (i > 0)
        in->requests[i - 1].next = i;
    }
    dispatcher.begin(batch, 0);
    for (;;) {
      auto rounds = dispatcher.next_wave();
      BOOST_TEST(dispatcher.is_waiting() == !rounds.empty());
      if (rounds.empty())
        break;
      // They may come back in any order.
      for (auto i = rounds.rbegin(); i != rounds.rend(); ++i) {
        carry_out(**i, failures);
        dispatcher.take_back(**i);
      }
    }
    std::vector<std::string> result;
    for (auto& r : in->requests) {
      BOOST_REQUIRE(r.reply.ends_with('\n'));
      result.emplace_back(r.reply.substr(0, r.reply.size() - 1));
    }
    return result;
  }

  void carry_out(model_round& round, const std::set<step>& failures) {
    for (auto i : round.requests) {
      if (failures.count({round.model, i}) > 0)
        return;
      if (round.batch->at(i).kind == request_kind::process_event) {
        applied[round.model].push_back(i);
        round.outcomes.push_back(model_round::outcome::taken);
      } else {
        round.batch->answer(i, "rows\n");
        round.outcomes.push_back(model_round::outcome::answered);
      }
    }
  }

  void expect(const std::vector<std::string>& replies,
              const std::vector<std::string>& expected) {
    BOOST_CHECK_EQUAL_COLLECTIONS(replies.begin(), replies.end(),
                                  expected.begin(), expected.end());
  }

  void expect_applied(const std::vector<uint32_t>& by_a,
                      const std::vector<uint32_t>& by_b) {
    BOOST_CHECK_EQUAL_COLLECTIONS(applied[0].begin(), applied[0].end(),
                                  by_a.begin(), by_a.end());
    BOOST_CHECK_EQUAL_COLLECTIONS(applied[1].begin(), applied[1].end(),
                                  by_b.begin(), by_b.end());
  }

  event_dispatcher dispatcher{two_models(), spaced_style, 0};

  /// The events of the last group that each read model applied, in order.
  std::array<std::vector<uint32_t>, 2> applied;
};

constexpr size_t a = 0;
constexpr size_t b = 1;

const std::string both = R"(["a", "b"])";
const std::string known = "already_processed";
const std::string failed_a = error_reply(13, R"(read model \"a\" failed)");
const std::string failed_b = error_reply(13, R"(read model \"b\" failed)");

std::string t(std::string_view id) {
  return event_request(id, "T", "{}");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(event_dispatcher_test, fixture)

// -- without failures ------------------------------------------------------------

BOOST_AUTO_TEST_CASE(event_goes_to_those_that_it_concerns) {
  expect(carry_out(t("e1") + event_request("e2", "A", "1")
                   + event_request("e3", "B", "1")
                   + event_request("e4", "C", "1")),
         {models_updated("e1", both), models_updated("e2", R"(["a"])"),
          models_updated("e3", R"(["b"])"), models_updated("e4", "[]")});
  expect_applied({0, 1}, {0, 2});
  expect(carry_out(event_request("e4", "C", "1")), {skipped("e4", known)});
}

BOOST_AUTO_TEST_CASE(duplicate_in_flight_is_skipped) {
  expect(carry_out(t("e1") + t("e2") + t("e1") + t("e1")),
         {models_updated("e1", both), models_updated("e2", both),
          skipped("e1", known), skipped("e1", known)});
  expect_applied({0, 1}, {0, 1});
  expect(carry_out(t("e2")), {skipped("e2", known)});
  expect_applied({}, {});
}

BOOST_AUTO_TEST_CASE(events_without_an_id_are_told_apart_in_one_group) {
  auto nameless = [](std::string_view payload) {
    return R"({"type": "event", "event": {"type": "T", "payload": )"
           + std::string{payload} + "}}\n";
  };
  auto replies = carry_out(nameless(R"({"id": "u-1", "n": 1})")
                           + nameless(R"({"n": 1, "id": "u-1"})")
                           + nameless(R"({"id": "u-1", "n": 2})") + t("evt-1")
                           + nameless(R"({"id": "u-1", "n": 2})"));
  BOOST_TEST(replies[0] == models_updated("evt-1", both));
  BOOST_TEST(replies[1] == skipped("evt-1", known));
  BOOST_TEST(replies[2].starts_with(
    R"({"type": "read_models_updated", "event_id": "evt-1-)"));
  BOOST_TEST(replies[3] == skipped("evt-1", known));
  BOOST_TEST(
    replies[4].starts_with(R"({"type": "event_skipped", "event_id": "evt-1-)"));
  expect_applied({0, 2}, {0, 2});
}

BOOST_AUTO_TEST_CASE(queries_see_the_events_before_them) {
  auto query = ask("read_model", "name", "a");
  expect(carry_out(t("e1") + query + t("e2") + ask("read_model", "name", "c")),
         {models_updated("e1", both), "rows", models_updated("e2", both),
          error_reply(20, R"(there is no read model \"c\")")});
}

BOOST_AUTO_TEST_CASE(full_window_forgets_within_a_group) {
  dispatcher = event_dispatcher{two_models(), spaced_style, 1};
  expect(carry_out(t("e1") + t("e1") + t("e2") + t("e1") + t("e1")),
         {models_updated("e1", both), skipped("e1", known),
          models_updated("e2", both), models_updated("e1", both),
          skipped("e1", known)});
  expect_applied({0, 2, 3}, {0, 2, 3});
}

// -- failures --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(redelivery_goes_to_those_that_did_not_apply_it) {
  expect(carry_out(t("e1"), {{a, 0}}), {failed_a});
  expect_applied({}, {0});
  expect(carry_out(t("e1")), {models_updated("e1", both)});
  expect_applied({0}, {});
  expect(carry_out(t("e1")), {skipped("e1", known)});
}

BOOST_AUTO_TEST_CASE(redelivery_in_the_same_group_is_applied) {
  expect(carry_out(t("e1") + t("e2") + t("e1") + t("e1"), {{a, 0}}),
         {failed_a, models_updated("e2", both), models_updated("e1", both),
          skipped("e1", known)});
  expect_applied({1, 2}, {0, 1});
}

BOOST_AUTO_TEST_CASE(redelivery_may_fail_again) {
  expect(carry_out(t("e1") + t("e1") + t("e1"), {{a, 0}, {a, 1}}),
         {failed_a, failed_a, models_updated("e1", both)});
  expect_applied({2}, {0});
  expect(carry_out(t("e2") + t("e2"), {{b, 0}, {b, 1}}), {failed_b, failed_b});
  expect_applied({0}, {});
  expect(carry_out(t("e2")), {models_updated("e2", both)});
  expect_applied({}, {0});
}

BOOST_AUTO_TEST_CASE(read_models_fail_at_different_events) {
  expect(carry_out(t("e1") + t("e2") + t("e3"), {{a, 0}, {b, 1}}),
         {failed_a, failed_b, models_updated("e3", both)});
  expect_applied({1, 2}, {0, 2});
  expect(carry_out(t("e3") + t("e2") + t("e1")),
         {skipped("e3", known), models_updated("e2", both),
          models_updated("e1", both)});
  expect_applied({2}, {1});
}

BOOST_AUTO_TEST_CASE(event_that_fails_in_both_is_applied_by_both) {
  expect(carry_out(t("e1") + t("e1"), {{a, 0}, {b, 0}}),
         {failed_b, models_updated("e1", both)});
  expect_applied({1}, {1});
}

BOOST_AUTO_TEST_CASE(every_event_of_a_group_may_fail) {
  expect(carry_out(t("e1") + t("e2") + t("e3"), {{a, 0}, {a, 1}, {a, 2}}),
         {failed_a, failed_a, failed_a});
  expect_applied({}, {0, 1, 2});
  expect(carry_out(t("e1") + t("e2") + t("e3")),
         {models_updated("e1", both), models_updated("e2", both),
          models_updated("e3", both)});
  expect_applied({0, 1, 2}, {});
}

BOOST_AUTO_TEST_CASE(queries_between_failures_are_answered_in_their_place) {
  auto query = ask("read_model", "name", "a");
  expect(carry_out(t("e1") + query + t("e1") + query + t("e2"), {{a, 0}}),
         {failed_a, "rows", models_updated("e1", both), "rows",
          models_updated("e2", both)});
  expect_applied({2, 4}, {0, 4});
}

BOOST_AUTO_TEST_CASE(failing_query_fails_alone) {
  auto query = ask("read_model", "name", "a");
  expect(carry_out(t("e1") + query + t("e2"), {{a, 1}}),
         {models_updated("e1", both), failed_a, models_updated("e2", both)});
  expect_applied({0, 2}, {0, 2});
}

BOOST_AUTO_TEST_CASE(event_without_an_id_keeps_its_derived_one) {
  const std::string nameless
    = R"({"type": "event", "event": {"type": "T", "payload": {"id": "u-7"}}})"
      "\n";
  expect(carry_out(nameless, {{a, 0}}), {failed_a});
  expect(carry_out(nameless + nameless),
         {models_updated("evt-7", both), skipped("evt-7", known)});
  expect_applied({0}, {});
}

BOOST_AUTO_TEST_CASE(failed_event_that_left_the_window_is_no_redelivery) {
  dispatcher = event_dispatcher{two_models(), spaced_style, 1};
  // The second event takes the place of the first one before that fails.
  expect(carry_out(t("e1") + t("e2"), {{a, 0}}),
         {failed_a, models_updated("e2", both)});
  expect(carry_out(t("e2") + t("e1")),
         {skipped("e2", known), models_updated("e1", both)});
  expect_applied({1}, {});
}

// -- subscriptions ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(event_that_is_not_subscribed_to_is_not_remembered) {
  auto subscribe = [](std::string_view type) {
    return R"({"type": "subscribe", "event_types": [")" + std::string{type}
           + "\"]}\n";
  };
  auto replies = carry_out(subscribe("A") + t("e1") + subscribe("T") + t("e1"));
  BOOST_TEST(replies[1] == skipped("e1", "not_subscribed"));
  BOOST_TEST(replies[3] == models_updated("e1", both));
  expect_applied({3}, {3});
}

BOOST_AUTO_TEST_CASE(subscriptions_count_where_the_redelivery_stands) {
  auto change = [](std::string_view how) {
    return R"({"type": ")" + std::string{how} + R"(", "event_types": ["T"]})"
           + "\n";
  };
  auto group = change("subscribe") + t("e1") + change("unsubscribe") + t("e1")
               + change("subscribe") + t("e1") + t("e1");
  // Whether the second delivery is a duplicate is known only when the first one
  // is applied, after the subscription has changed twice.
  auto replies = carry_out(group, {{a, 1}});
  BOOST_TEST(replies[1] == failed_a);
  BOOST_TEST(replies[3] == skipped("e1", "not_subscribed"));
  BOOST_TEST(replies[5] == models_updated("e1", both));
  BOOST_TEST(replies[6] == skipped("e1", known));
  expect_applied({5}, {1});
}

BOOST_AUTO_TEST_CASE(duplicate_is_known_before_subscriptions_are_asked) {
  auto change = [](std::string_view how) {
    return R"({"type": ")" + std::string{how} + R"(", "event_types": ["T"]})"
           + "\n";
  };
  auto replies = carry_out(change("subscribe") + t("e1") + change("unsubscribe")
                           + t("e1") + t("e2"));
  BOOST_TEST(replies[3] == skipped("e1", known));
  BOOST_TEST(replies[4] == skipped("e2", "not_subscribed"));
}

BOOST_AUTO_TEST_SUITE_END()
