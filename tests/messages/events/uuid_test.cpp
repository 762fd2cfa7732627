// Goal: UUIDs are read and written as the header says, and nothing else is read
// as one. Method: spellings by hand, and random UUIDs there and back.
#include "projections/messages/events/uuid.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace projections;

namespace {

const uuid some_id{{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23,
                    0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}};

} // namespace

BOOST_AUTO_TEST_SUITE(uuid_test)

BOOST_AUTO_TEST_CASE(uuid_is_written_in_lower_case) {
  BOOST_TEST(hex_of(some_id) == "0123456789abcdef0123456789abcdef");
  BOOST_TEST(dashed(some_id) == "01234567-89ab-cdef-0123-456789abcdef");
  BOOST_TEST(hex_of({}) == "00000000000000000000000000000000");
}

BOOST_AUTO_TEST_CASE(only_32_digits_are_a_uuid) {
  BOOST_TEST((uuid_of("0123456789abcdef0123456789abcdef") == some_id));
  BOOST_TEST((uuid_of("0123456789ABCDEF0123456789abcdef") == some_id));
  for (auto text :
       {"", "0123456789abcdef0123456789abcde",
        "0123456789abcdef0123456789abcdef0",
        "01234567-89ab-cdef-0123-456789abcdef",
        "{0123456789abcdef0123456789abcd}",
        "{0123456789abcdef0123456789abcdef}",
        "0123456789abcdef0123456789abcdeg", "0123456789abcdef0123456789abcd e",
        "0123456789abcdef0123456789abcd\xc3\xa4"})
    BOOST_TEST(!uuid_of(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(only_the_form_with_dashes_in_lower_case_is_dashed) {
  BOOST_TEST(
    (uuid_of_dashed("01234567-89ab-cdef-0123-456789abcdef") == some_id));
  for (auto text : {"", "0123456789abcdef0123456789abcdef",
                    "01234567-89ab-cdef-0123-456789ABCDEF",
                    "01234567-89ab-cdef-0123-456789abcde",
                    "01234567-89ab-cdef-0123-456789abcdef0",
                    "01234567-89ab-cdef-0123-456789abcdeg",
                    "01234567-89ab-cdef-01234-56789abcdef",
                    "01234567-89ab-cdef-0123456789abcdef0",
                    "0123456-789ab-cdef-0123-456789abcdef",
                    "0123456789ab-cdef-0123-456789abcdef0",
                    "{0123456-789ab-cdef-0123-456789abcde}",
                    "{01234567-89ab-cdef-0123-456789abcdef}",
                    "{0123456789abcdef0123456789abcdef}  "})
    BOOST_TEST(!uuid_of_dashed(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(random_uuids_are_read_as_they_were_written) {
  std::set<uuid> all;
  for (int i = 0; i < 1000; ++i) {
    auto id = random_uuid();
    BOOST_TEST((id.version() == uuid::version_random_number_based));
    BOOST_TEST((uuid_of(hex_of(id)) == id), hex_of(id));
    BOOST_TEST((uuid_of_dashed(dashed(id)) == id), dashed(id));
    all.insert(id);
  }
  BOOST_TEST(all.size() == 1000);
}

BOOST_AUTO_TEST_SUITE_END()
