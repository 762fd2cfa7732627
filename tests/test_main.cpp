// The main function of every test executable; the build names the executable.
#define BOOST_TEST_MODULE PROJECTIONS_TEST_NAME
#include <boost/test/unit_test.hpp>
