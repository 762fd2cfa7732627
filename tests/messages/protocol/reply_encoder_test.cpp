// Goal: replies are written byte for byte as the protocol prints them. Method:
// whole replies by hand, bare and in envelopes, in both styles.
#include "projections/messages/protocol/reply_encoder.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace projections;

namespace {

request bare(std::string_view msg_id) {
  request result;
  result.msg_id = msg_id;
  return result;
}

request enveloped(std::string_view msg_id) {
  auto result = bare(msg_id);
  result.enveloped = true;
  result.answer_in_envelope = true;
  result.source = R"("c1")";
  result.node = R"("n1")";
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(reply_encoder_test)

BOOST_AUTO_TEST_CASE(bare_reply_is_spaced_as_the_seeds_print_it) {
  reply_encoder encoder{spaced_style};
  BOOST_TEST(encoder.begin(bare("1"), "projection_created")
               .string(name_key, "user-listing")
               .number(version_key, 0)
               .end()
             == R"({"type": "projection_created", "in_reply_to": 1, )"
                R"("name": "user-listing", "version": 0})"
                "\n");
}

BOOST_AUTO_TEST_CASE(compact_reply_has_no_spaces) {
  reply_encoder encoder{compact_style};
  BOOST_TEST(encoder.begin(bare("1"), "projection_updated")
               .string(projection_key, "p")
               .number(version_key, UINT64_MAX)
               .raw(state_key, "[1,2]")
               .end()
             == R"({"type":"projection_updated","in_reply_to":1,)"
                R"("projection":"p","version":18446744073709551615,)"
                R"("state":[1,2]})"
                "\n");
}

BOOST_AUTO_TEST_CASE(reply_to_a_request_without_msg_id_names_none) {
  reply_encoder encoder{spaced_style};
  BOOST_TEST(encoder.begin(bare(""), "init_ok").end()
             == "{\"type\": \"init_ok\"}\n");
}

BOOST_AUTO_TEST_CASE(envelope_goes_around_the_body) {
  reply_encoder encoder{spaced_style};
  BOOST_TEST(encoder.begin(enveloped("-7"), "init_ok").end()
             == R"({"src": "n1", "dest": "c1", )"
                R"("body": {"type": "init_ok", "in_reply_to": -7}})"
                "\n");
  encoder.use(compact_style);
  BOOST_TEST((encoder.style().comma == ","));
  BOOST_TEST(
    encoder.begin(enveloped("-7"), "init_ok").end()
    == R"({"src":"n1","dest":"c1","body":{"type":"init_ok","in_reply_to":-7}})"
       "\n");
}

BOOST_AUTO_TEST_CASE(unknown_ends_of_an_envelope_are_empty_strings) {
  reply_encoder encoder{compact_style};
  request to;
  to.answer_in_envelope = true;
  BOOST_TEST(encoder.begin(to, "x").end()
             == R"({"src":"","dest":"","body":{"type":"x"}})"
                "\n");
}

BOOST_AUTO_TEST_CASE(head_and_tail_stand_around_a_state) {
  reply_encoder encoder{compact_style};
  encoder.begin(enveloped("1"), "projection_state").name(state_key);
  BOOST_TEST(encoder.head()
             == R"({"src":"n1","dest":"c1","body":{"type":"projection_state",)"
                R"("in_reply_to":1,"state":)");
  BOOST_TEST(encoder.tail() == "}}\n");
  encoder.begin(bare("1"), "projection_state");
  BOOST_TEST(encoder.tail() == "}\n");
}

BOOST_AUTO_TEST_CASE(error_carries_its_number_and_text) {
  reply_encoder encoder{spaced_style};
  BOOST_TEST(
    encoder.error(bare("3"), error_code::key_does_not_exist, R"(no \"p\")")
    == R"({"type": "error", "in_reply_to": 3, "code": 20, "text": "no \"p\""})"
       "\n");
}

BOOST_AUTO_TEST_CASE(shown_name_is_quoted_escaped_and_cut_short) {
  BOOST_TEST(shown_name("p") == R"(\"p\")");
  BOOST_TEST(shown_name(R"(a\"b)") == R"(\"a\"b\")");
  BOOST_TEST(shown_name(std::string(81, 'x'))
             == R"(\")" + std::string(80, 'x') + R"(...\")");
}

BOOST_AUTO_TEST_CASE(frame_of_a_reply_stays_below_its_limit) {
  reply_encoder encoder{spaced_style};
  auto to = enveloped("123456789012345678901234567890");
  auto text = encoder.begin(to, "projection_updated")
                .string(projection_key, "")
                .number(version_key, UINT64_MAX)
                .raw(state_key, "")
                .end();
  BOOST_TEST(text.size() <= reply_frame_bytes_max(to));
}

BOOST_AUTO_TEST_SUITE_END()
