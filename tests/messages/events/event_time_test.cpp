// Goal: times are those of ISO 8601 as Python writes and reads them. Method:
// texts that are times, texts that are none, and both ends of what has a form.
#include "projections/messages/events/event_time.hpp"

#include "tests/messages/events/codec_events.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace projections;
using namespace projections::test;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(event_time_suite)

BOOST_AUTO_TEST_CASE(times_are_read_in_the_forms_of_iso_8601) {
  auto at = time_at(example_time);
  for (auto text :
       {"2026-01-02T03:04:05.000006+00:00", "2026-01-02 03:04:05.000006Z",
        "2026-01-02T05:34:05.000006+02:30", "2026-01-01T23:04:05.000006-04:00",
        "2026-01-02T03:04:06.000006+00:00:01"})
    BOOST_TEST((time_of(text) == at), text);
  auto tenth = time_at(100'000);
  for (auto text : {"1970-01-01T00:00:00.1Z", "1970-01-01T00:00:00.100Z"})
    BOOST_TEST((time_of(text) == tenth), text);
  // The 29th of February of a leap year is day 59 after the 1st of January.
  BOOST_TEST((time_of("1972-02-29T00:00:00Z")
              == time_at((730 + 59) * int64_t{86'400'000'000})));
}

BOOST_AUTO_TEST_CASE(other_texts_are_no_times) {
  for (auto text : {"",
                    "2026",
                    "2026-01-02",
                    "2026-01-02T03:04:05",
                    "2026-01-02T03:04Z",
                    "2026-13-02T03:04:05Z",
                    "2026-02-29T03:04:05Z",
                    "2026-01-00T00:00:00Z",
                    "2026-01-02T24:00:00Z",
                    "2026-01-02T03:60:05Z",
                    "2026-01-02T03:04:60Z",
                    "2026-01-02T03:04:05.Z",
                    "2026-01-02T03:04:05.0000001Z",
                    "2026-01-02T03:04:05+1:00",
                    "2026-01-02T03:04:05+24:00",
                    "2026-01-02T03:04:05Z ",
                    " 2026-01-02T03:04:05Z",
                    "0000-01-01T00:00:00Z",
                    "-026-01-02T03:04:05Z",
                    "20260102T030405Z",
                    "2026-01-02T03:04:05.000006+00:00:00.0000001"})
    BOOST_TEST(!time_of(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(times_have_a_form_in_the_years_1_to_9999_only) {
  auto first = time_of("0001-01-01T00:00:00Z");
  auto last = time_of("9999-12-31T23:59:59.999999Z");
  BOOST_TEST((iso_of(*first) == "0001-01-01T00:00:00+00:00"));
  BOOST_TEST((iso_of(*last) == "9999-12-31T23:59:59.999999+00:00"));
  auto tick = std::chrono::microseconds{1};
  BOOST_TEST(!iso_of(*first - tick).has_value());
  BOOST_TEST(!iso_of(*last + tick).has_value());
  BOOST_TEST((iso_of(time_at(-1)) == "1969-12-31T23:59:59.999999+00:00"));
}

BOOST_AUTO_TEST_SUITE_END()
