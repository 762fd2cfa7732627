// Goal: what a reply says is read as it was written, in both styles, and fields
// that are not there are told from those that are. Method: replies of a
// `reply_encoder`.
#include "projections/messages/protocol/reply_reader.hpp"

#include "projections/messages/protocol/reply_encoder.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace projections;

/// Returns a reply with a text, a number, and a state at its end.
std::string reply_in(json_style style) {
  reply_encoder encoder{style};
  encoder.begin({}, "projection_state")
    .string(projection_key, R"(a \"name\")")
    .number(version_key, 7)
    .raw(state_key, R"([{"a":1}, {"b":"]}"}])");
  return std::string{encoder.end()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(reply_reader_test)

BOOST_AUTO_TEST_CASE(fields_are_read_as_they_were_written) {
  for (auto style : {spaced_style, compact_style}) {
    auto reply = reply_in(style);
    reply_reader reader{reply};
    BOOST_TEST(reader.take("type") == R"("projection_state")");
    BOOST_TEST(reader.take_string("projection") == "a \"name\"");
    BOOST_TEST(reader.take_number("version") == 7u);
    BOOST_TEST(reader.take_last("state") == R"([{"a":1}, {"b":"]}"}])");
    BOOST_TEST(reader.take("state") == "");
  }
}

BOOST_AUTO_TEST_CASE(field_that_is_absent_leaves_the_next_one) {
  auto reply = reply_in(spaced_style);
  reply_reader reader{reply};
  BOOST_TEST(reader.take("code") == "");
  // As long as the key that is there, and one with its beginning.
  BOOST_TEST(reader.take("text") == "");
  BOOST_TEST(reader.take("typ") == "");
  BOOST_TEST(reader.take_number("version") == 0u);
  BOOST_TEST(reader.take_strings("event_types").empty());
  BOOST_TEST(reader.take_last("state") == "");
  BOOST_TEST(reader.take("type") == R"("projection_state")");
}

BOOST_AUTO_TEST_CASE(arrays_of_strings_lose_their_escapes) {
  reply_reader reader{R"({"names": ["a", "\n\"", ""], "none": []})"};
  auto names = reader.take_strings("names");
  BOOST_REQUIRE_EQUAL(names.size(), 3u);
  BOOST_TEST(names[1] == "\n\"");
  BOOST_TEST(names[2] == "");
  BOOST_TEST(reader.take_strings("none").empty());
}

BOOST_AUTO_TEST_CASE(reply_without_fields_has_none) {
  reply_reader reader{"{}\n"};
  BOOST_TEST(reader.take("type") == "");
  BOOST_TEST(reader.take_last("state") == "");
}

BOOST_AUTO_TEST_SUITE_END()
