// Goal: every type of request comes out with its fields, and every field that
// is missing or of the wrong kind is named. Method: a table of requests and the
// exact texts of their errors.
#include "projections/messages/protocol/request_interpreter.hpp"

#include "tests/messages/protocol/decoding.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace projections;
using projections::test::decode;
using projections::test::error_text;

namespace {

/// A request that is kept together with the chunk that its texts are in.
struct kept_request {
  explicit kept_request(const std::string& text) : in(decode(text)) {
    BOOST_REQUIRE_EQUAL(in->requests.size(), 1);
  }

  const request* operator->() const {
    return &in->requests.front();
  }

  std::unique_ptr<chunk> in;
};

/// Returns a request of type `type` with further `fields`.
std::string text_of(const std::string& type, const std::string& fields) {
  return R"({"type": ")" + type + "\"" + (fields.empty() ? "" : ", ") + fields
         + "}";
}

std::string event_with(const std::string& fields) {
  return text_of("event", R"("event": {)" + fields + "}");
}

} // namespace

BOOST_AUTO_TEST_SUITE(request_interpreter_test)

BOOST_AUTO_TEST_CASE(every_type_has_its_kind_and_fields) {
  kept_request create{text_of("create", R"("name": "p", "initial_state": {})")};
  BOOST_TEST((create->kind == request_kind::create_projection));
  BOOST_TEST(create->name == "p");
  BOOST_TEST(create->value == "{}");

  kept_request update{text_of("update",
                              R"("projection": "p", "include_state": false,)"
                              R"( "event": {"event_type": "T",)"
                              R"( "event_data": {"id": "x"}})")};
  BOOST_TEST((update->kind == request_kind::update_projection));
  BOOST_TEST(update->name == "p");
  BOOST_TEST(!update->include_state);
  BOOST_TEST(update->event_type == "T");
  BOOST_TEST(update->value == R"({"id": "x"})");
  BOOST_TEST(update->identity == R"("x")");

  kept_request rebuild{
    text_of("rebuild", R"("projection": "p", "events": [])")};
  BOOST_TEST((rebuild->kind == request_kind::rebuild_projection));
  BOOST_TEST(rebuild->event_count == 0);

  kept_request query{text_of("query", R"("projection": "p", "min_version": 3,)"
                                      R"( "timeout_ms": 20)")};
  BOOST_TEST((query->kind == request_kind::query_projection));
  BOOST_TEST(query->has_min_version);
  BOOST_TEST(query->min_version == 3);
  BOOST_TEST(query->timeout_ms == 20);

  kept_request list{text_of("list", "")};
  BOOST_TEST((list->kind == request_kind::list_projections));

  kept_request removal{text_of("delete", R"("projection": "p")")};
  BOOST_TEST((removal->kind == request_kind::delete_projection));
  BOOST_TEST(removal->name == "p");

  kept_request subscribe{text_of("subscribe", R"("event_types": ["T","U"])")};
  BOOST_TEST((subscribe->kind == request_kind::subscribe));
  BOOST_TEST(subscribe->value == R"(["T", "U"])");

  kept_request unsubscribe{text_of("unsubscribe", R"("event_types": ["T"])")};
  BOOST_TEST((unsubscribe->kind == request_kind::unsubscribe));

  kept_request event{event_with(R"("type": "T", "id": "e-1", "payload": 5)")};
  BOOST_TEST((event->kind == request_kind::process_event));
  BOOST_TEST(event->event_type == "T");
  BOOST_TEST(event->event_id == "e-1");
  BOOST_TEST(event->value == "5");

  kept_request read_model{text_of("read_model", R"("name": "m", "key": [1])")};
  BOOST_TEST((read_model->kind == request_kind::query_read_model));
  BOOST_TEST(read_model->name == "m");
  BOOST_TEST(read_model->value == "[1]");

  kept_request init{text_of("init", R"("node_id": "n1", "node_ids": ["n1"])")};
  BOOST_TEST((init->kind == request_kind::init));
  BOOST_TEST(init->name == "n1");
}

BOOST_AUTO_TEST_CASE(absent_fields_have_their_defaults) {
  BOOST_TEST(kept_request { text_of("create", R"("name": "p")") } -> value
             == "[]");
  kept_request query{text_of("query", R"("projection": "p")")};
  BOOST_TEST(!query->has_min_version);
  BOOST_TEST(query->timeout_ms == 1000);
  BOOST_TEST(kept_request { text_of("read_model", R"("name": "m")") } -> value
             == "");
  BOOST_TEST(kept_request { text_of("list", "") } -> msg_id == "");
  BOOST_TEST(kept_request {
    text_of("update", R"("projection": "p", "event":)"
                      R"( {"type": "T", "payload": 1})")
  } -> include_state);
}

BOOST_AUTO_TEST_CASE(null_is_a_value_where_any_json_is) {
  BOOST_TEST(kept_request {
    text_of("create", R"("name": "p", "initial_state": null)")
  } -> value == "null");
  BOOST_TEST(kept_request {
    text_of("read_model", R"("name": "m", "key": null)")
  } -> value == "null");
  BOOST_TEST(kept_request {
    event_with(R"("type": "T", "payload": null)")
  } -> value == "null");
}

BOOST_AUTO_TEST_CASE(message_id_is_any_integer) {
  for (std::string id : {"0", "-5", "-0", "123456789012345678901234567890"})
    BOOST_TEST(kept_request { text_of("list", "\"msg_id\": " + id) } -> msg_id
               == id);
}

BOOST_AUTO_TEST_CASE(message_in_reply_to_another_is_a_stray_reply) {
  for (auto fields : {R"("in_reply_to": 1)", R"("in_reply_to": "x")"}) {
    kept_request reply{text_of("projection_created", fields)};
    BOOST_TEST((reply->kind == request_kind::stray_reply));
  }
}

BOOST_AUTO_TEST_CASE(first_present_spelling_counts) {
  kept_request all{event_with(
    R"("eventType": "C", "type": "B", "event_type": "A", "payload": 2,)"
    R"( "event_data": {"id": 1}, "id": "i", "event_id": "e")")};
  BOOST_TEST(all->event_type == "A");
  BOOST_TEST(all->value == R"({"id": 1})");
  BOOST_TEST(all->identity == "1");
  BOOST_TEST(all->event_id == "e");
  kept_request some{event_with(
    R"("eventType": "C", "type": "B", "payload": {"id": 2}, "id": "i")")};
  BOOST_TEST(some->event_type == "B");
  BOOST_TEST(some->value == R"({"id": 2})");
  BOOST_TEST(some->identity == "2");
  BOOST_TEST(some->event_id == "i");
  kept_request last{event_with(R"("eventType": "C", "payload": 1)")};
  BOOST_TEST(last->event_type == "C");
  BOOST_TEST(last->event_id == "");
}

BOOST_AUTO_TEST_CASE(null_id_is_absent) {
  auto with_ids = [](const std::string& of_event, const std::string& of_body) {
    kept_request result{
      text_of("event", R"("event": {"type": "T", "payload": 1)" + of_event + "}"
                         + of_body)};
    BOOST_TEST((result->kind == request_kind::process_event));
    return result;
  };
  BOOST_TEST(with_ids(R"(, "event_id": null, "id": "i")", "")->event_id == "i");
  BOOST_TEST(with_ids(R"(, "id": null)", R"(, "event_id": "b")")->event_id
             == "b");
  BOOST_TEST(with_ids("", R"(, "event_id": "b")")->event_id == "b");
  BOOST_TEST(with_ids("", R"(, "event_id": null)")->event_id == "");
  // Once there is an id, a spelling further back is not looked at.
  BOOST_TEST(with_ids(R"(, "id": "i")", R"(, "event_id": "b")")->event_id
             == "i");
  BOOST_TEST(with_ids(R"(, "id": "i")", R"(, "event_id": 5)")->event_id == "i");
  BOOST_TEST(with_ids(R"(, "event_id": "e", "id": 5)", "")->event_id == "e");
}

BOOST_AUTO_TEST_CASE(numbers_too_large_for_64_bits_count_as_the_largest) {
  kept_request query{text_of("query", R"("projection": "p", "min_version": )"
                                      R"(99999999999999999999999,)"
                                      R"( "timeout_ms": -0)")};
  BOOST_TEST(query->min_version == UINT64_MAX);
  BOOST_TEST(query->timeout_ms == 0);
}

BOOST_AUTO_TEST_CASE(refusal_names_the_field_and_what_it_must_be) {
  const std::string p{R"("projection": "p", )"};
  const std::string name{" must be a non-empty string, not "};
  const std::string number{" must be an integer of at least 0, not "};
  const std::string types{" must be an array of at least one non-empty string,"
                          " not "};
  struct row {
    std::string request;
    std::string problem;
  };
  for (auto& [request, problem] : {
         row{"{}", R"(missing field "type")"},
         row{R"({"type": ""})", R"(field "type")" + name + R"("")"},
         row{R"({"type": null})", R"(field "type")" + name + "null"},
         row{R"({"type": "list", "msg_id": "1"})",
             R"(field "msg_id" must be an integer, not "1")"},
         row{R"({"type": "list", "msg_id": 1.0})",
             R"(field "msg_id" must be an integer, not 1.0)"},
         row{R"({"type": "list", "msg_id": null})",
             R"(field "msg_id" must be an integer, not null)"},
         row{R"({"body": "x"})", R"(field "body" must be an object, not "x")"},
         row{text_of("create", ""), R"(missing field "name")"},
         row{text_of("create", R"("name": "")"),
             R"(field "name")" + name + R"("")"},
         row{text_of("create", R"("name": 5)"), R"(field "name")" + name + "5"},
         row{text_of("update", ""), R"(missing field "projection")"},
         row{text_of("update", p + R"("x": 1)"), R"(missing field "event")"},
         row{text_of("update", p + R"("event": [1])"),
             R"(field "event" must be an object, not [1])"},
         row{text_of("update", p + R"("event": {})"),
             R"(missing field "event.event_type")"},
         row{text_of("update", p + R"("event": {"type": 1})"),
             R"(field "event.type")" + name + "1"},
         row{text_of("update", p + R"("event": {"type": "T"})"),
             R"(missing field "event.event_data")"},
         row{text_of("update", p
                                 + R"("include_state": 1, "event":)"
                                   R"( {"type": "T", "payload": 1})"),
             R"(field "include_state" must be true or false, not 1)"},
         row{text_of("update", p
                                 + R"("event": {"type": "T", "payload": 1,)"
                                   R"( "id": ""})"),
             R"(field "event.id" must be a non-empty string or null, not "")"},
         row{text_of("rebuild", R"("events": [])"),
             R"(missing field "projection")"},
         row{text_of("rebuild", p + R"("x": 1)"), R"(missing field "events")"},
         row{text_of("rebuild", p + R"("events": {})"),
             R"(field "events" must be an array, not {})"},
         row{text_of("rebuild", p
                                  + R"("events": [{"type": "T", "payload": 1},)"
                                    R"( {"type": "T"}, 5])"),
             R"(missing field "events[1].event_data")"},
         row{text_of("rebuild", p
                                  + R"("events": [{"type": "T", "payload": 1},)"
                                    R"( [{"type": "T", "payload": 1}]])"),
             R"(field "events[1]" must be an object)"},
         row{text_of("query", ""), R"(missing field "projection")"},
         row{text_of("query", p + R"("min_version": -1)"),
             R"(field "min_version")" + number + "-1"},
         row{text_of("query", p + R"("min_version": null)"),
             R"(field "min_version")" + number + "null"},
         row{text_of("query", p + R"("timeout_ms": 1.5)"),
             R"(field "timeout_ms")" + number + "1.5"},
         row{text_of("delete", ""), R"(missing field "projection")"},
         row{text_of("subscribe", ""), R"(missing field "event_types")"},
         row{text_of("subscribe", R"("event_types": [])"),
             R"(field "event_types")" + types + "[]"},
         row{text_of("unsubscribe", R"("event_types": ["T", ""])"),
             R"(field "event_types")" + types + R"(["T", ""])"},
         row{text_of("unsubscribe", R"("event_types": "T")"),
             R"(field "event_types")" + types + R"("T")"},
         row{text_of("event", ""), R"(missing field "event")"},
         row{event_with(R"("eventType": [], "payload": 1)"),
             R"(field "event.eventType")" + name + "[]"},
         row{event_with(R"("type": "T", "payload": 1, "event_id": 5)"),
             R"(field "event.event_id" must be a non-empty string or null,)"
             " not 5"},
         row{text_of("event", R"("event_id": 7, "event": {"type": "T",)"
                              R"( "payload": 1})"),
             R"(field "event_id" must be a non-empty string or null, not 7)"},
         row{text_of("read_model", ""), R"(missing field "name")"},
         row{text_of("init", ""), R"(missing field "node_id")"},
         row{text_of("init", R"("node_id": "n1", "node_ids": "n1")"),
             R"(field "node_ids" must be an array, not "n1")"},
         row{text_of("constructor", ""), R"(unknown type "constructor")"},
       })
    BOOST_TEST(error_text(request) == problem, request);
}

BOOST_AUTO_TEST_CASE(unknown_type_has_an_error_of_its_own) {
  kept_request unknown{R"({"type": "x\n", "msg_id": 3})"};
  BOOST_TEST((unknown->kind == request_kind::refused));
  BOOST_TEST((unknown->error == error_code::not_supported));
  BOOST_TEST(unknown->msg_id == "3");
  BOOST_TEST(unknown->name == R"(unknown type \"x\\n\")");
  BOOST_TEST((kept_request { "{}" } -> error == error_code::malformed_request));
}

BOOST_AUTO_TEST_CASE(refused_request_keeps_what_its_reply_needs) {
  kept_request refused{R"({"src": "c1", "dest": "n1", "body": {"msg_id": 4,)"
                       R"( "type": "create"}})"};
  BOOST_TEST((refused->kind == request_kind::refused));
  BOOST_TEST(refused->msg_id == "4");
  BOOST_TEST(refused->source == R"("c1")");
  BOOST_TEST(refused->destination == R"("n1")");
  // A message id of another kind is not repeated.
  BOOST_TEST(kept_request { R"({"type": "list", "msg_id": "4"})" } -> msg_id
             == "");
}

BOOST_AUTO_TEST_CASE(quoted_input_is_cut_short_between_characters) {
  BOOST_TEST(cut_short(std::string(80, 'x')) == std::string(80, 'x'));
  BOOST_TEST(cut_short(std::string(81, 'x')) == std::string(80, 'x') + "...");
  // Two bytes a character: one of them reaches from byte 79 to byte 81.
  std::string odd{"x"};
  for (int i = 0; i < 50; ++i)
    odd += "é";
  BOOST_TEST(cut_short(odd) == odd.substr(0, 79) + "...");
  BOOST_TEST(error_text(text_of("create", "\"name\": [\"" + odd + "\"]"))
             == R"(field "name" must be a non-empty string, not [")"
                  + odd.substr(0, 77) + "...");
}

BOOST_AUTO_TEST_SUITE_END()
