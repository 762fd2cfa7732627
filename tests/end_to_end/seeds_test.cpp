// Goal: the node answers the task descriptions it was made for as they print
// it. Method: their sample requests, line breaks included, each to a fresh
// node; then their protocol examples in sequence to one node.
#include "tests/end_to_end/node_process.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace projections::test;

void check(const std::string& input, const std::string& expected) {
  auto run = run_node({}, input);
  BOOST_TEST(run.out == expected);
  BOOST_TEST(run.exit_status == 0, run.err);
}

} // namespace

BOOST_AUTO_TEST_SUITE(seeds)

BOOST_AUTO_TEST_CASE(create_listing_projection) {
  check(
    R"({
"src": "projector",
"dest": "projection",
"body": {
"type": "create",
"msg_id": 1,
"name": "user-listing",
"initial_state": []
}
})",
    R"({"type": "projection_created", "in_reply_to": 1, "name": "user-listing", "version": 0})"
    "\n");
}

BOOST_AUTO_TEST_CASE(update_projection_with_event) {
  check(
    R"({
"src": "eventstore",
"dest": "projection",
"body": {
"type": "update",
"msg_id": 1,
"projection": "user-listing",
"event": {
"event_type": "UserCreated",
"event_data": {
"id": "user-123",
"name": "John"
}
}
}
})",
    R"({"type": "projection_updated", "in_reply_to": 1, "projection": "user-listing", "version": 1, "state": [{"id": "user-123", "name": "John"}]})"
    "\n");
}

BOOST_AUTO_TEST_CASE(subscribe_to_events) {
  check(
    R"({
"src": "projector",
"dest": "eventbus",
"body": {
"type": "subscribe",
"msg_id": 1,
"event_types": [
"UserCreated",
"UserUpdated"
]
}
})",
    R"({"type": "subscribed", "in_reply_to": 1, "event_types": ["UserCreated", "UserUpdated"]})"
    "\n");
}

BOOST_AUTO_TEST_CASE(update_read_models_on_event) {
  check(
    R"({
"src": "eventbus",
"dest": "projector",
"body": {
"type": "event",
"msg_id": 1,
"event": {
"type": "UserCreated",
"payload": {
"id": "user-123",
"name": "John"
}
}
}
})",
    R"({"type": "read_models_updated", "in_reply_to": 1, "event_id": "evt-123", "updated_models": ["user_listing", "user_by_email"]})"
    "\n");
}

BOOST_AUTO_TEST_CASE(indented_sample) {
  check(
    R"({
  "src": "eventstore",
  "dest": "projection",
  "body": {
    "type": "update",
    "msg_id": 1,
    "projection": "user-listing",
    "event": {
      "event_type": "UserCreated",
      "event_data": {
        "id": "user-123",
        "name": "John"
      }
    }
  }
}
)",
    R"({"type": "projection_updated", "in_reply_to": 1, "projection": "user-listing", "version": 1, "state": [{"id": "user-123", "name": "John"}]})"
    "\n");
}

BOOST_AUTO_TEST_CASE(named_projections_in_sequence) {
  check(
    R"({ "type": "create", "msg_id": 1,
"name": "user-listing", "initial_state": [] }
{ "type": "update", "msg_id": 2,
"projection": "user-listing",
"event": {"event_type": "UserCreated",
"event_data": {"id": "user-123", "name": "John"}} }
{ "type": "rebuild", "msg_id": 3,
"projection": "user-listing",
"events": [{"event_type": "UserCreated", "event_data": {"id": "user-123"}}] }
)",
    R"({"type": "projection_created", "in_reply_to": 1, "name": "user-listing", "version": 0}
{"type": "projection_updated", "in_reply_to": 2, "projection": "user-listing", "version": 1, "state": [{"id": "user-123", "name": "John"}]}
{"type": "projection_rebuilt", "in_reply_to": 3, "projection": "user-listing", "events_processed": 1, "version": 1}
)");
}

BOOST_AUTO_TEST_CASE(projector_in_sequence) {
  check(
    R"({ "type": "subscribe", "msg_id": 1,
"event_types": ["UserCreated", "UserUpdated"] }
{ "type": "event", "msg_id": 2,
"event": {"type": "UserCreated",
"payload": {"id": "user-123", "name": "John"}} }
{ "type": "event", "msg_id": 3,
"event": {"type": "UserCreated", "id": "evt-123",
"payload": {"id": "user-123"}} }
)",
    R"({"type": "subscribed", "in_reply_to": 1, "event_types": ["UserCreated", "UserUpdated"]}
{"type": "read_models_updated", "in_reply_to": 2, "event_id": "evt-123", "updated_models": ["user_listing", "user_by_email"]}
{"type": "event_skipped", "in_reply_to": 3, "event_id": "evt-123", "reason": "already_processed"}
)");
}

BOOST_AUTO_TEST_SUITE_END()
