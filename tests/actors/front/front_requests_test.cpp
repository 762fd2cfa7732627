// Goal: every request of the line protocol has a typed one that means the same,
// also when many of them reach the node at once, and all messages survive the
// way to another process. Method: a node behind its front actor on the
// deterministic scheduler; requests that are sent before anything runs.
#include "tests/actors/front/front_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace {

struct renamed {
  std::string id;
  std::string name;
};

} // namespace

template <>
struct projections::event_type<renamed> {
  static constexpr std::string_view topic = "UserRenamed";
  static constexpr auto fields
    = std::tuple{field("id", &renamed::id), field("name", &renamed::name)};
};

namespace {

using namespace projections;
using namespace projections::test;

constexpr auto malformed = error_code::malformed_request;

/// A node that takes more requests at once.
struct roomy_fixture : front_fixture {
  roomy_fixture() {
    end();
    system.run();
    auto settings = settings_of_the_test();
    settings.requests_in_flight_max = 10'000;
    settings.value_bytes_max = 10'000;
    front = compat::spawn_state<front_state>(system.get(), settings);
    system.run();
  }
};

/// Becomes whatever a member is.
struct anything {
  template <class T>
  operator T() const;
};

template <class T, size_t... Is>
constexpr bool takes_as_many(std::index_sequence<Is...>) {
  return requires {
    T{(static_cast<void>(Is), anything{})...};
  };
}

/// Returns how many members the aggregate `T` has.
template <class T, size_t Count = 0>
constexpr size_t member_count() {
  if constexpr (takes_as_many<T>(std::make_index_sequence<Count + 1>{}))
    return member_count<T, Count + 1>();
  else
    return Count;
}

/// Returns the values of the fields of `x`.
template <class Message>
auto values_of(const Message& x) {
  return std::apply(
    [&](const auto&... fields) { return std::tuple{x.*fields.member...}; },
    shape_of<Message>.fields);
}

/// Returns whether `x` is the same when another process has got it.
template <class Message>
bool travels(deterministic_system& system, const Message& x) {
  static_assert(
    std::tuple_size_v<decltype(values_of(x))> == member_count<Message>(),
    "every member has to travel");
  return values_of(compat::sent_elsewhere(system.get(), x)) == values_of(x);
}

} // namespace

BOOST_AUTO_TEST_SUITE(front_requests_test)

// -- named projections -----------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(projection_begins_as_it_was_created, front_fixture) {
  auto made = ask(create_projection{"p", R"({"a":1})"});
  BOOST_REQUIRE(made.answer);
  BOOST_TEST(made.answer->projection == "p");
  BOOST_TEST(made.answer->version == 0u);
  BOOST_TEST(ask(query_projection{"p"}).answer->state == R"({"a": 1})");
  BOOST_TEST(ask(create_projection{"p"})
               .failed(error_code::key_already_exists,
                       "there is a projection \"p\" already"));
  BOOST_TEST(ask(create_projection{"q"}).answer.has_value());
  BOOST_TEST(ask(query_projection{"q"}).answer->state == "[]");
}

BOOST_FIXTURE_TEST_CASE(projection_that_cannot_begin_is_not_made,
                        front_fixture) {
  BOOST_TEST(ask(create_projection{""})
               .failed(malformed, "projection must not be empty"));
  BOOST_TEST(
    ask(create_projection{"p", "[}"})
      .failed(malformed,
              "initial_state: malformed JSON at byte 1: expected a value"));
  BOOST_TEST(
    ask(create_projection{"p", std::string(41, '1')})
      .failed(malformed, "initial_state must have at most 40 bytes, not 41"));
  BOOST_TEST(ask(list_projections{}).answer->projections.empty());
}

BOOST_FIXTURE_TEST_CASE(rebuild_folds_all_events_anew, front_fixture) {
  ask(create_projection{"p", R"([{"id":0}])"});
  ask(update_projection{"p", R"({"id":1})"});
  auto done
    = ask(rebuild_projection{"p", {R"({"id":2,"n":1})", R"({"n":2,"id":0})"}});
  BOOST_REQUIRE(done.answer);
  BOOST_TEST(done.answer->projection == "p");
  BOOST_TEST(done.answer->version == 2u);
  auto now = ask(query_projection{"p"});
  BOOST_TEST(now.answer->version == 2u);
  BOOST_TEST(now.answer->state == R"([{"id": 0, "n": 2}, {"id": 2, "n": 1}])");
  BOOST_TEST(ask(rebuild_projection{"p", {}}).answer->version == 0u);
  BOOST_TEST(ask(query_projection{"p"}).answer->state == R"([{"id": 0}])");
}

BOOST_FIXTURE_TEST_CASE(rebuild_with_a_malformed_event_changes_nothing,
                        front_fixture) {
  ask(update_projection{"p", "1"});
  BOOST_TEST(
    ask(rebuild_projection{"p", {"2", "]"}})
      .failed(malformed,
              "payloads[1]: malformed JSON at byte 0: expected a value"));
  BOOST_TEST(
    ask(rebuild_projection{"p", {std::string(30, '1'), std::string(11, '1')}})
      .failed(malformed, "payloads must have at most 40 bytes, not 41"));
  BOOST_TEST(ask(query_projection{"p"}).answer->state == "[1]");
}

BOOST_FIXTURE_TEST_CASE(list_names_all_projections_in_order, front_fixture) {
  ask(create_projection{"b \"\\"});
  ask(update_projection{"a", "1"});
  auto all = ask(list_projections{});
  BOOST_REQUIRE(all.answer);
  BOOST_REQUIRE_EQUAL(all.answer->projections.size(), 2u);
  BOOST_TEST(all.answer->projections[0].projection == "a");
  BOOST_TEST(all.answer->projections[0].version == 1u);
  BOOST_TEST(all.answer->projections[1].projection == "b \"\\");
  BOOST_TEST(all.answer->projections[1].version == 0u);
}

BOOST_FIXTURE_TEST_CASE(deleted_projection_is_gone, front_fixture) {
  ask(update_projection{"p", "1"});
  auto gone = ask(delete_projection{"p"});
  BOOST_REQUIRE(gone.answer);
  BOOST_TEST(gone.answer->projection == "p");
  BOOST_TEST(gone.answer->version == 1u);
  BOOST_TEST(
    ask(delete_projection{"p"})
      .failed(error_code::key_does_not_exist, "there is no projection \"p\""));
}

// -- the projector ---------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(only_events_subscribed_to_are_taken, front_fixture) {
  const std::vector<std::string> types{"UserCreated", "say \"T\""};
  auto added = ask(subscribe_to{types});
  BOOST_REQUIRE(added.answer);
  BOOST_TEST(added.answer->event_types == types,
             boost::test_tools::per_element());
  auto skipped = ask(process_event{"e1", "UserRenamed", "{}"});
  BOOST_TEST(skipped.answer->skipped == "not_subscribed");
  auto taken = ask(process_event{"e2", "UserCreated", R"({"id":1})"});
  BOOST_TEST(taken.answer->skipped == "");
  auto removed = ask(unsubscribe_from{{"UserCreated"}});
  BOOST_REQUIRE(removed.answer);
  BOOST_TEST(removed.answer->event_types.size() == 1u);
  skipped = ask(process_event{"e3", "UserCreated", R"({"id":1})"});
  BOOST_TEST(skipped.answer->skipped == "not_subscribed");
  // The quotes are part of the type.
  BOOST_TEST(ask(process_event{"e4", types[1], "1"}).answer->skipped == "");
}

BOOST_FIXTURE_TEST_CASE(event_types_that_are_no_names_are_refused,
                        front_fixture) {
  BOOST_TEST(
    ask(subscribe_to{}).failed(malformed, "event_types must not be empty"));
  BOOST_TEST(ask(subscribe_to{{"T", ""}})
               .failed(malformed, "event_types[1] must not be empty"));
  BOOST_TEST(ask(unsubscribe_from{{"\xff"}})
               .failed(malformed, "event_types must be UTF-8"));
  BOOST_TEST(
    ask(subscribe_to{{std::string(41, 'T')}})
      .failed(malformed, "event_types must have at most 40 bytes, not 44"));
  BOOST_TEST(ask(process_event{"e1", "T", "1"}).answer->skipped == "");
}

BOOST_AUTO_TEST_CASE(structs_make_requests) {
  auto made = create("p", std::vector{renamed{"1", "Ada"}});
  BOOST_TEST(made.projection == "p");
  BOOST_TEST(made.initial_state == R"([{"id":"1","name":"Ada"}])");
  auto folded
    = rebuild("p", std::vector{renamed{"1", "Ada"}, renamed{"2", ""}});
  BOOST_TEST(folded.projection == "p");
  BOOST_REQUIRE_EQUAL(folded.payloads.size(), 2u);
  BOOST_TEST(folded.payloads[1] == R"({"id":"2","name":""})");
  const std::vector<std::string> types{"UserRenamed"};
  BOOST_TEST(subscribe<renamed>().event_types == types,
             boost::test_tools::per_element());
  BOOST_TEST(unsubscribe<renamed>().event_types == types,
             boost::test_tools::per_element());
}

// -- status ----------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(status_counts_what_was_done, front_fixture) {
  auto before = ask(get_node_status{});
  BOOST_REQUIRE(before.answer);
  BOOST_TEST(before.answer->requests == 0u);
  BOOST_TEST(before.answer->last_error == "");
  ask(update_projection{"p", "1"});
  ask(update_projection{"q", "1"});
  ask(rebuild_projection{"p", {"2"}});
  ask(process_event{"e1", "T", "1"});
  ask(delete_projection{"a \"b\""});
  ask(update_projection{"p", "["});
  ask(update_projection{"", "1"});
  auto now = ask(get_node_status{});
  BOOST_REQUIRE(now.answer);
  BOOST_TEST(now.answer->projections == 2u);
  BOOST_TEST(now.answer->requests == 8u);
  BOOST_TEST(now.answer->refused == 3u);
  BOOST_TEST(now.answer->updates == 2u);
  BOOST_TEST(now.answer->rebuilds == 1u);
  BOOST_TEST(now.answer->events == 1u);
  BOOST_TEST(now.answer->requests_in_flight == 0u);
  BOOST_TEST(now.answer->bytes_in_flight == 0u);
  BOOST_TEST(now.answer->actors_replaced == 0u);
  BOOST_TEST(now.answer->last_error == "projection must not be empty");
}

// -- many at once ----------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(requests_that_come_together_are_told_apart,
                        roomy_fixture) {
  // Enough for several chunks; some texts do not fit into one.
  constexpr size_t count = 3'000;
  std::string large(9'002, 'x');
  large.front() = large.back() = '"';
  std::vector<std::shared_ptr<asked<projection_content>>> updates;
  std::vector<std::shared_ptr<asked<event_processed>>> events;
  for (size_t i = 0; i < count; ++i) {
    auto number = std::to_string(i);
    auto& payload = i % 500 == 0 ? large : number;
    updates.push_back(send(update_projection{"p" + number, payload}));
    events.push_back(send(process_event{"e" + number, "T", number}));
  }
  auto refused = send(update_projection{"p", "["});
  auto listed = send(list_projections{});
  system.run();
  for (size_t i = 0; i < count; ++i) {
    auto number = std::to_string(i);
    BOOST_REQUIRE(updates[i]->answer);
    BOOST_REQUIRE(events[i]->answer);
    BOOST_TEST(updates[i]->answer->projection == "p" + number);
    if (i % 500 > 0)
      BOOST_TEST(updates[i]->answer->state == "[" + number + "]");
    else
      BOOST_TEST(updates[i]->answer->state.size() == 9'004u);
    BOOST_TEST(events[i]->answer->id == "e" + number);
  }
  BOOST_TEST(static_cast<bool>(refused->error));
  BOOST_REQUIRE(listed->answer);
  BOOST_TEST(listed->answer->projections.size() == count);
}

BOOST_FIXTURE_TEST_CASE(query_that_waits_holds_up_nobody_who_came_with_it,
                        roomy_fixture) {
  ask(update_projection{"p", "1"});
  auto front_of = send(query_projection{"p"});
  auto waiting = send(query_projection{"p", 2, 1000});
  auto behind = send(query_projection{"p"});
  auto rebuilt = send(rebuild_projection{"q", {"1", "2", "3"}});
  auto last = send(query_projection{"q"});
  system.run();
  BOOST_TEST(front_of->answer.has_value());
  BOOST_TEST(waiting->is_open());
  BOOST_TEST(behind->answer.has_value());
  BOOST_TEST(rebuilt->answer.has_value());
  BOOST_REQUIRE(last->answer);
  BOOST_TEST(last->answer->version == 3u);
  ask(update_projection{"p", "2"});
  BOOST_REQUIRE(waiting->answer);
  BOOST_TEST(waiting->answer->state == "[1, 2]");
}

BOOST_FIXTURE_TEST_CASE(requests_not_sent_on_fail_when_the_front_ends,
                        roomy_fixture) {
  std::vector<std::shared_ptr<asked<projection_content>>> all;
  for (int i = 0; i < 10; ++i)
    all.push_back(send(update_projection{"p", "1"}));
  // The first one is at the registry, the others are collected.
  system.run_until_ready("registry");
  for (size_t i = 1; i < all.size(); ++i)
    system.run_one();
  compat::send_urgent_exit(caf::actor_cast<caf::strong_actor_ptr>(front),
                           caf::exit_reason::user_shutdown);
  system.run();
  for (auto& x : all) {
    BOOST_TEST(!x->answer);
    BOOST_TEST((x->error == caf::sec::request_receiver_down));
  }
}

// -- other processes -------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(messages_can_go_to_other_processes, front_fixture) {
  BOOST_TEST(travels(system, create_projection{"p", "{}"}));
  BOOST_TEST(travels(system, update_projection{"p", "1", false}));
  BOOST_TEST(travels(system, rebuild_projection{"p", {"1", "2"}}));
  BOOST_TEST(travels(system, query_projection{"p", 2, 3}));
  BOOST_TEST(travels(system, list_projections{}));
  BOOST_TEST(travels(system, delete_projection{"p"}));
  BOOST_TEST(travels(system, projection_content{"p", 7, "[]"}));
  BOOST_TEST(travels(system, projection_version{"p", 7}));
  BOOST_TEST(travels(system, process_event{"e", "T", "1"}));
  BOOST_TEST(travels(system, subscribe_to{{"a", "b"}}));
  BOOST_TEST(travels(system, unsubscribe_from{{"a", "b"}}));
  BOOST_TEST(travels(system, query_read_model{"m", "1"}));
  BOOST_TEST(travels(system, event_processed{"e", "no", {"a", "b"}}));
  BOOST_TEST(travels(system, subscription_changed{{"a", "b"}}));
  BOOST_TEST(travels(system, read_model_rows{"m", 7, "[]"}));
  BOOST_TEST(travels(system, get_node_status{}));
  BOOST_TEST(
    travels(system, node_status{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "an error"}));
  auto list = compat::sent_elsewhere(system.get(),
                                     projection_list{{{"p", 7}, {"q", 8}}});
  BOOST_REQUIRE_EQUAL(list.projections.size(), 2u);
  BOOST_TEST(travels(system, list.projections[1]));
  BOOST_TEST(list.projections[1].version == 8u);
}

BOOST_AUTO_TEST_SUITE_END()
