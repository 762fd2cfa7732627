// Goal: single typed requests are carried out like those of the line protocol,
// none is left without an answer, and no text of a sender gets past the checks.
// Method: a node behind its front actor on the deterministic scheduler.
#include "tests/actors/front/front_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace projections;
using namespace projections::test;

BOOST_FIXTURE_TEST_SUITE(front_actor_test, front_fixture)

BOOST_AUTO_TEST_CASE(update_is_answered_with_the_content_after_it) {
  auto first = ask(update_projection{"p", R"({"id":1,"a":2})"});
  BOOST_REQUIRE(first.answer);
  BOOST_TEST(first.answer->projection == "p");
  BOOST_TEST(first.answer->version == 1u);
  BOOST_TEST(first.answer->state == R"([{"id": 1, "a": 2}])");
  auto second = ask(update_projection{"p", R"({"id":1,"a":3})", false});
  BOOST_REQUIRE(second.answer);
  BOOST_TEST(second.answer->version == 2u);
  BOOST_TEST(second.answer->state == "");
  auto now = ask(query_projection{"p"});
  BOOST_REQUIRE(now.answer);
  BOOST_TEST(now.answer->state == R"([{"id": 1, "a": 3}])");
}

BOOST_AUTO_TEST_CASE(event_goes_to_the_read_models_once) {
  process_event event{"e1", "UserCreated", R"({"id":1,"name":"Ada"})"};
  auto first = ask(event);
  BOOST_REQUIRE(first.answer);
  BOOST_TEST(first.answer->id == "e1");
  BOOST_TEST(first.answer->skipped == "");
  BOOST_TEST(first.answer->updated_models == std::vector<std::string>{"users"},
             boost::test_tools::per_element());
  auto again = ask(event);
  BOOST_REQUIRE(again.answer);
  BOOST_TEST(again.answer->skipped == "already_processed");
  BOOST_TEST(again.answer->updated_models.empty());
  auto rows = ask(query_read_model{"users", R"("Ada")"});
  BOOST_REQUIRE(rows.answer);
  BOOST_TEST(rows.answer->name == "users");
  BOOST_TEST(rows.answer->version == 1u);
  BOOST_TEST(rows.answer->rows == R"([{"id": 1, "name": "Ada"}])");
}

BOOST_AUTO_TEST_CASE(event_without_an_id_is_known_by_its_content) {
  process_event event{"", "UserCreated", R"({"id":1})"};
  auto first = ask(event);
  auto again = ask(event);
  BOOST_REQUIRE(first.answer);
  BOOST_REQUIRE(again.answer);
  BOOST_TEST(!first.answer->id.empty());
  BOOST_TEST(again.answer->id == first.answer->id);
  BOOST_TEST(again.answer->skipped == "already_processed");
}

BOOST_AUTO_TEST_CASE(names_come_back_as_they_were_sent) {
  std::string name = "say \"\\\n\u00e9\"";
  auto done = ask(update_projection{name, "{}"});
  BOOST_REQUIRE(done.answer);
  BOOST_TEST(done.answer->projection == name);
  auto event = ask(process_event{name, "T", "{}"});
  BOOST_REQUIRE(event.answer);
  BOOST_TEST(event.answer->id == name);
}

BOOST_AUTO_TEST_CASE(what_does_not_exist_is_refused_in_the_protocols_words) {
  BOOST_TEST(
    ask(query_projection{"p"})
      .failed(error_code::key_does_not_exist, "there is no projection \"p\""));
  BOOST_TEST(ask(query_read_model{"users", "7"})
               .failed(error_code::key_does_not_exist,
                       "read model \"users\" has no row for the key"));
}

BOOST_AUTO_TEST_CASE(texts_that_are_no_names_or_values_are_refused) {
  constexpr auto malformed = error_code::malformed_request;
  BOOST_TEST(ask(update_projection{"", "{}"})
               .failed(malformed, "projection must not be empty"));
  BOOST_TEST(ask(query_projection{"\xff"})
               .failed(malformed, "projection must be UTF-8"));
  BOOST_TEST(ask(process_event{"e", "", "{}"})
               .failed(malformed, "event_type must not be empty"));
  BOOST_TEST(ask(process_event{"\xff", "T", "{}"})
               .failed(malformed, "id must be UTF-8"));
  BOOST_TEST(
    ask(query_read_model{"", ""}).failed(malformed, "name must not be empty"));
  BOOST_TEST(
    ask(update_projection{"p", std::string(41, '1')})
      .failed(malformed, "payload must have at most 40 bytes, not 41"));
  // Nothing of it may be taken for the rest of a request.
  for (auto payload : {"", "{", "1}, \"projection\": \"q\"", "{}\n{}"}) {
    auto refused = ask(update_projection{"p", payload});
    BOOST_TEST((code_of(refused.error) == malformed));
    BOOST_TEST(compat::text_of(refused.error).starts_with("payload: "));
  }
  BOOST_TEST(ask(query_projection{"p"}).answer.has_value() == false);
}

BOOST_AUTO_TEST_CASE(query_that_waits_is_overtaken_and_answered_in_the_end) {
  ask(update_projection{"p", "{}"});
  auto waiting = send(query_projection{"p", 2, 1000});
  system.run();
  BOOST_TEST(waiting->is_open());
  BOOST_TEST(ask(query_projection{"p"}).answer.has_value());
  ask(update_projection{"p", "{}"});
  BOOST_REQUIRE(waiting->answer);
  BOOST_TEST(waiting->answer->version == 2u);
}

BOOST_AUTO_TEST_CASE(query_that_waits_too_long_is_refused) {
  ask(update_projection{"p", "{}"});
  auto waiting = send(query_projection{"p", 2, 1000});
  system.run();
  system.advance(std::chrono::milliseconds{1000});
  system.run();
  BOOST_TEST(waiting->failed(
    error_code::timeout,
    "projection \"p\": version 2 was not reached within 1000 ms"));
}

BOOST_AUTO_TEST_CASE(more_requests_than_may_be_under_way_are_refused) {
  ask(update_projection{"p", "{}"});
  for (int i = 0; i < 3; ++i)
    send(query_projection{"p", 2, 1000});
  system.run();
  BOOST_TEST(ask(query_projection{"p"})
               .failed(error_code::precondition_failed,
                       "3 requests are under way already"));
}

BOOST_AUTO_TEST_CASE(request_lost_with_its_actor_is_answered) {
  ask(update_projection{"p", "{}"});
  auto lost = send(update_projection{"p", "{}"});
  kill("projection");
  BOOST_TEST(
    lost->failed(error_code::crash, "the actor that should answer has ended"));
  BOOST_TEST(ask(query_projection{"p"}).answer.has_value());
}

BOOST_AUTO_TEST_CASE(requests_under_way_fail_when_the_front_ends) {
  ask(update_projection{"p", "{}"});
  auto waiting = send(query_projection{"p", 2, 1000});
  system.run();
  end();
  system.run();
  BOOST_TEST(!waiting->answer);
  BOOST_TEST(static_cast<bool>(waiting->error));
  BOOST_TEST((code_of(waiting->error) == error_code::none));
}

BOOST_AUTO_TEST_CASE(front_ends_with_its_registry) {
  auto lost = send(update_projection{"p", "{}"});
  kill("registry");
  BOOST_TEST(static_cast<bool>(lost->error));
  BOOST_TEST(static_cast<bool>(ask(query_projection{"p"}).error));
}

BOOST_AUTO_TEST_SUITE_END()
