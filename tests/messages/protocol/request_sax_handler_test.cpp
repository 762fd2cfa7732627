// Goal: the known keys of a request are found wherever they stand, the last one
// of a repeated key counts, and nothing else is kept. Strings come out the same
// whether they stay in place or are copied. Method: requests by hand, with the
// fields that come out, among neighbours of every kind.
#include "projections/messages/protocol/request_sax_handler.hpp"

#include "tests/messages/protocol/decoding.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace projections;
using projections::test::decode;
using projections::test::described;
using projections::test::error_text;

namespace {

/// Returns the only request of `in`.
const request& only(const std::unique_ptr<chunk>& in) {
  BOOST_REQUIRE_EQUAL(in->requests.size(), 1);
  return in->requests.front();
}

/// A request and what comes out of it, in words.
struct sample_request {
  std::string text;
  request_kind kind;
  std::string fields;

  /// Returns what `described` should say of it in `style`.
  [[nodiscard]] std::string expected(json_style style) const {
    auto result = "kind=" + std::to_string(static_cast<int>(kind)) + fields;
    if (kind == request_kind::refused)
      return result;
    constexpr std::string_view colon = ": ";
    for (auto i = result.find(colon); i != result.npos;
         i = result.find(colon, i + style.colon.size()))
      result.replace(i, colon.size(), style.colon);
    return result;
  }
};

/// Requests whose strings need not be copied, and others that look like them.
const std::vector<sample_request> plain_requests{
  {R"({"src":"c1","dest":"n1","body":{"type":"update","msg_id":1,)"
   R"("projection":"p","event":{"type":"T","payload":"scalar"}}})",
   request_kind::update_projection,
   R"( enveloped=yes msg_id=1 source="c1" destination="n1" name=p)"
   R"( event_type=T value="scalar")"},
  {R"({"src":"","src":"c2","body":{"type":"x","type":"list"},"dest":1,)"
   R"("dest":"n2"})",
   request_kind::list_projections,
   R"( enveloped=yes source="c2" destination="n2")"},
  {R"({"type":"create","name":"p","name":"q","initial_state":"a { state"})",
   request_kind::create_projection, R"( name=q value="a { state")"},
  {R"({"type":"create","name":"p","initial_state":[1],"initial_state":""})",
   request_kind::create_projection, R"( name=p value="")"},
  {R"({"type":"event","event_id":"outer","event":{"event_type":"T","id":"e-1",)"
   R"("id":"e-2","event_data":"first","event_data":"last"}})",
   request_kind::process_event, R"( event_type=T event_id=e-2 value="last")"},
  {R"({"type":"event","event_id":"outer","event":{"eventType":"T",)"
   R"("payload":{"id":"x"},"payload":"last"}})",
   request_kind::process_event, R"( event_type=T event_id=outer value="last")"},
  {R"({"type":"event","event":{"type":"T","payload":"x","payload":{"id":"y"}}})",
   request_kind::process_event,
   R"( event_type=T value={"id": "y"} identity="y")"},
  {R"({"type":"read_model","name":"m","key":"first","key":"last"})",
   request_kind::query_read_model, R"( name=m value="last")"},
  {R"({"type":"init","node_id":"n0","node_id":"n1","node_ids":["n1"]})",
   request_kind::init, R"( name=n1)"},
  {R"({"type":"subscribe","event_types":"T","event_types":["T"]})",
   request_kind::subscribe, R"( value=["T"])"},
  {R"({"type":"rebuild","projection":"p","events":[)"
   R"({"type":"T","payload":"scalar"},{"payload":{"id":"x"},"type":"T",)"
   R"("payload":"last"},{"type":"T","payload":"x","payload":{"id":"y"}},)"
   R"({"id":"e","type":"T","type":"U","event_data":"","payload":"z"}]})",
   request_kind::rebuild_projection,
   R"( name=p event="scalar" event="last" event={"id": "y"} known_by="y")"
   R"( event="")"},
};

/// Requests that stand next to others: plain, with escapes, refused.
const std::vector<sample_request> neighbours{
  {R"({"type":"create","name":"other","initial_state":"yyyy"})",
   request_kind::create_projection, R"( name=other value="yyyy")"},
  {R"({"type":"create","name":"\u006fther\n","initial_state":"\"y\\"})",
   request_kind::create_projection, R"( name=other\n value="\"y\\")"},
  {R"({"type":"create","name":"other","initial_state":"yyyy)",
   request_kind::refused,
   " name=malformed JSON at byte 53: unexpected end of the line"},
  {R"({"type":"create","name":"other","initial_state":"yyyy"} "y")",
   request_kind::refused,
   " name=malformed JSON at byte 56: unexpected text behind the request"},
  {R"({"type":"rebuild","projection":"other","events":[{"type":"T",)"
   R"("payload":"yyyy"},"yyyy"]})",
   request_kind::refused, R"( name=field \"events[1]\" must be an object)"},
};

/// Returns `described` of the chunk of `text`, without the errors, which have
/// no meaning unless a request is refused.
std::vector<std::string> fields_in(const std::string& text, json_style style) {
  auto result = described(*decode(text, {}, style));
  constexpr std::string_view error = " error=malformed_request";
  for (auto& x : result)
    if (auto place = x.find(error); place != x.npos)
      x.erase(place, error.size());
  return result;
}

bool is_within(const raw_buffer& room, std::string_view text) {
  return text.data() >= room.begin()
         && text.data() + text.size() <= room.begin() + room.capacity();
}

} // namespace

BOOST_AUTO_TEST_SUITE(request_sax_handler_test)

BOOST_AUTO_TEST_CASE(keys_may_come_in_any_order_and_among_unknown_ones) {
  auto in = decode(
    R"({"x": {"type": "list", "msg_id": 8}, "event": {"event_data": [1],)"
    R"( "y": [[{"event_data": 2}]], "event_type": "T"}, "msg_id": 5,)"
    R"( "z": [{"projection": "q"}], "projection": "p", "type": "update"})");
  auto& r = only(in);
  BOOST_TEST((r.kind == request_kind::update_projection));
  BOOST_TEST(r.msg_id == "5");
  BOOST_TEST(r.name == "p");
  BOOST_TEST(r.event_type == "T");
  BOOST_TEST(r.value == "[1]");
}

BOOST_AUTO_TEST_CASE(escaped_key_is_the_key_that_it_means) {
  auto in = decode(R"({"typ\u0065": "list", "m\u0073g_id": 1})");
  BOOST_TEST((only(in).kind == request_kind::list_projections));
  BOOST_TEST(only(in).msg_id == "1");
}

BOOST_AUTO_TEST_CASE(last_one_of_a_repeated_key_counts) {
  auto in = decode(R"({"type": "delete", "msg_id": 1, "type": "query",)"
                   R"( "projection": "p", "msg_id": 2, "projection": "q"})");
  BOOST_TEST((only(in).kind == request_kind::query_projection));
  BOOST_TEST(only(in).msg_id == "2");
  BOOST_TEST(only(in).name == "q");
}

BOOST_AUTO_TEST_CASE(later_event_takes_the_place_of_the_whole_earlier_one) {
  auto in = decode(R"({"type": "event", "event": {"type": "T", "id": "e-1",)"
                   R"( "payload": {"id": 1}}, "event": {"type": "U",)"
                   R"( "payload": {"id": 2}}})");
  BOOST_TEST(only(in).event_type == "U");
  BOOST_TEST(only(in).event_id == "");
  BOOST_TEST(only(in).identity == "2");
  BOOST_TEST(error_text(R"({"type": "event", "event": {"type": "T",)"
                        R"( "payload": 1}, "event": {}})")
             == "missing field \"event.event_type\"");
  BOOST_TEST(error_text(R"({"type": "event", "event": {"type": "T",)"
                        R"( "payload": 1}, "event": null})")
             == "field \"event\" must be an object, not null");
  BOOST_TEST(error_text(R"({"type": "event", "event": 7, "event": )"
                        R"({"type": "T", "payload": 1}})")
             == "");
}

BOOST_AUTO_TEST_CASE(later_events_take_the_place_of_the_earlier_ones) {
  auto rebuild = [](const std::string& events) {
    return R"({"type": "rebuild", "projection": "p", )" + events + "}";
  };
  auto in = decode(rebuild(
    R"("events": [{"type": "T", "payload": 1}, {"type": "T", "payload": 2}],)"
    R"( "events": [{"type": "T", "payload": {"id": "x"}}])"));
  auto& r = only(in);
  BOOST_REQUIRE_EQUAL(r.event_count, 1);
  auto& event = in->events.at(r.first_event);
  BOOST_TEST(in->normalised_text(event.data_begin, event.data_length)
             == R"({"id": "x"})");
  BOOST_TEST(in->normalised_text(event.identity_begin, event.identity_length)
             == R"("x")");
  // What was wrong with the earlier ones is forgotten with them.
  BOOST_TEST(error_text(rebuild(R"("events": [1], "events": [])")) == "");
  BOOST_TEST(error_text(rebuild(R"("events": [], "events": {"a": 1})"))
             == R"(field "events" must be an array, not {"a": 1})");
  BOOST_TEST(error_text(rebuild(R"("events": 5, "events": [])")) == "");
}

BOOST_AUTO_TEST_CASE(repeated_keys_of_an_event_count_once) {
  auto in = decode(R"({"type": "event", "event": {"type": "T", "payload": 1,)"
                   R"( "type": "U", "payload": {"id": 3}, "payload": 4}})");
  BOOST_TEST(only(in).event_type == "U");
  BOOST_TEST(only(in).value == "4");
  BOOST_TEST(only(in).identity == "");
}

BOOST_AUTO_TEST_CASE(envelope_carries_source_and_destination) {
  auto in = decode(R"({"dest": "n1", "id": 4, "body": {"msg_id": 1,)"
                   R"( "type": "list", "src": "x"}, "src": "c\u00e9"})");
  auto& r = only(in);
  BOOST_TEST(r.enveloped);
  BOOST_TEST((r.kind == request_kind::list_projections));
  BOOST_TEST(r.source == R"("cé")");
  BOOST_TEST(r.destination == R"("n1")");
  BOOST_TEST(r.msg_id == "1");
}

BOOST_AUTO_TEST_CASE(bare_request_has_no_source) {
  auto in = decode(R"({"type": "list", "src": "c1", "dest": "n1"})");
  BOOST_TEST(!only(in).enveloped);
  BOOST_TEST(only(in).source.empty());
  BOOST_TEST(only(in).destination.empty());
}

BOOST_AUTO_TEST_CASE(source_that_is_no_string_is_as_if_absent) {
  auto in = decode(R"({"src": 1, "dest": null, "body": {"type": "list"}})");
  BOOST_TEST(only(in).enveloped);
  BOOST_TEST(only(in).source.empty());
  BOOST_TEST(only(in).destination.empty());
}

BOOST_AUTO_TEST_CASE(fields_outside_of_the_body_are_not_the_requests) {
  BOOST_TEST(error_text(R"({"type": "list", "body": {}})")
             == "missing field \"type\"");
  auto in = decode(R"({"msg_id": 1, "event": {"type": "T", "payload": 1},)"
                   R"( "body": {"type": "list"}, "msg_id": 2})");
  BOOST_TEST(only(in).msg_id == "");
}

BOOST_AUTO_TEST_CASE(body_within_the_body_is_an_unknown_key) {
  auto in = decode(R"({"body": {"type": "list", "body": {"type": "x"}}})");
  BOOST_TEST((only(in).kind == request_kind::list_projections));
}

BOOST_AUTO_TEST_CASE(last_body_counts_whatever_it_is) {
  BOOST_TEST(error_text(R"({"body": {"type": "list"}, "body": 5})")
             == "field \"body\" must be an object, not 5");
  BOOST_TEST(error_text(R"({"body": [1, 2], "body": {"type": "list"}})") == "");
  auto in = decode(R"({"body": {"type": "list", "msg_id": 1},)"
                   R"( "body": {"type": "list"}})");
  BOOST_TEST(only(in).msg_id == "");
}

BOOST_AUTO_TEST_CASE(events_of_refused_requests_are_not_kept) {
  constexpr auto events = R"("events": [{"type": "T", "payload": 1}])";
  auto begin = R"({"type": "rebuild", )" + std::string{events};
  for (auto& text : {begin + "}\n", begin + R"(, "projection": "p"} x)" + "\n",
                     begin + R"(, "projection": )" + "\n",
                     R"({"type": "list", )" + std::string{events} + "}\n"}) {
    auto in = decode(text + R"({"type": "rebuild", "projection": "p", )"
                     + events + "}\n");
    BOOST_TEST(in->events.size() == 1, text);
    BOOST_TEST(in->requests.back().first_event == 0, text);
    BOOST_TEST(in->requests.back().event_count == 1, text);
  }
}

BOOST_AUTO_TEST_CASE(requests_of_one_chunk_keep_to_their_own_texts) {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += R"({"type": "create", "name": "p)" + std::to_string(i)
            + R"(", "initial_state": [{"n": )" + std::to_string(i) + "}]}\n";
  auto in = decode(text);
  BOOST_REQUIRE_EQUAL(in->requests.size(), 100);
  for (size_t i = 0; i < 100; ++i) {
    BOOST_REQUIRE_EQUAL(in->requests[i].name, "p" + std::to_string(i));
    BOOST_REQUIRE_EQUAL(in->requests[i].value,
                        R"([{"n": )" + std::to_string(i) + "}]");
  }
}

// -- strings that stay in place -------------------------------------------------

BOOST_AUTO_TEST_CASE(strings_of_a_plain_request_are_not_copied) {
  auto in
    = decode(R"({"type": "create", "name": "p", "initial_state": "x"})"
             "\n"
             R"({"type": "create", "name": "p", "initial_state": "\u0078"})");
  BOOST_REQUIRE_EQUAL(in->requests.size(), 2);
  BOOST_TEST(is_within(in->text, in->requests[0].name));
  BOOST_TEST(is_within(in->text, in->requests[0].value));
  BOOST_TEST(is_within(in->normalised, in->requests[1].name));
  BOOST_TEST(is_within(in->normalised, in->requests[1].value));
}

BOOST_AUTO_TEST_CASE(strings_come_out_the_same_among_all_neighbours) {
  for (auto style : {spaced_style, compact_style})
    for (auto& before : neighbours)
      for (auto& after : neighbours) {
        std::string text;
        std::vector<std::string> expected;
        auto add = [&](const sample_request& x) {
          text += x.text + "\n";
          expected.push_back(x.expected(style));
        };
        for (auto& x : plain_requests) {
          add(before);
          add(x);
          add(after);
        }
        BOOST_TEST(fields_in(text, style) == expected,
                   boost::test_tools::per_element());
      }
}

BOOST_AUTO_TEST_CASE(strings_come_out_the_same_at_the_end_of_the_input) {
  for (auto style : {spaced_style, compact_style})
    for (auto& x : plain_requests) {
      // A tab takes the request off the path on which strings stay in place.
      for (auto& text : {x.text, x.text + "\n", "{\t" + x.text.substr(1)}) {
        auto found = fields_in(text, style);
        BOOST_REQUIRE_EQUAL(found.size(), 1);
        BOOST_TEST(found.front() == x.expected(style));
      }
    }
}

BOOST_AUTO_TEST_SUITE_END()
