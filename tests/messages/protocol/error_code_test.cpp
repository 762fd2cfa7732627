// Goal: the wire carries Maelstrom's numbers. Method: the whole table by hand.
#include "projections/messages/protocol/error_code.hpp"

#include <boost/test/unit_test.hpp>

using namespace projections;

BOOST_AUTO_TEST_SUITE(error_code_test)

BOOST_AUTO_TEST_CASE(every_error_has_its_number_and_name) {
  struct row {
    error_code code;
    int wire;
    const char* name;
  };
  for (auto& [code, wire, name] :
       {row{error_code::timeout, 0, "timeout"},
        row{error_code::not_supported, 10, "not_supported"},
        row{error_code::malformed_request, 12, "malformed_request"},
        row{error_code::crash, 13, "crash"},
        row{error_code::key_does_not_exist, 20, "key_does_not_exist"},
        row{error_code::key_already_exists, 21, "key_already_exists"},
        row{error_code::precondition_failed, 22, "precondition_failed"}}) {
    BOOST_TEST(wire_code(code) == wire);
    BOOST_TEST(to_string(code) == name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
