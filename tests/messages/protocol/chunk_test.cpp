// Goal: buffers keep their content and give back what they must. Method: small
// cases by hand.
#include "projections/messages/protocol/chunk.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <string>
#include <utility>

using namespace projections;

BOOST_AUTO_TEST_SUITE(chunk_test)

BOOST_AUTO_TEST_CASE(growing_buffer_keeps_its_content) {
  raw_buffer buffer;
  BOOST_TEST(buffer.capacity() == 0);
  buffer.reserve(4);
  std::memcpy(buffer.begin(), "abcd", 4);
  buffer.reserve(size_t{1} << 20);
  BOOST_TEST(std::string(buffer.begin(), 4) == "abcd");
  BOOST_TEST(buffer.capacity() == size_t{1} << 20);
}

BOOST_AUTO_TEST_CASE(buffer_does_not_shrink_before_it_is_released) {
  raw_buffer buffer;
  buffer.reserve(100);
  buffer.reserve(10);
  BOOST_TEST(buffer.capacity() == 100);
  buffer.release();
  BOOST_TEST(buffer.capacity() == 0);
  BOOST_TEST(buffer.begin() == nullptr);
}

BOOST_AUTO_TEST_CASE(moved_buffer_takes_its_memory_along) {
  raw_buffer from;
  from.reserve(1);
  *from.begin() = 'x';
  raw_buffer to{std::move(from)};
  BOOST_TEST(*to.begin() == 'x');
  raw_buffer assigned;
  assigned.reserve(7);
  assigned = std::move(to);
  BOOST_TEST(*assigned.begin() == 'x');
  BOOST_TEST(assigned.capacity() == 1);
}

BOOST_AUTO_TEST_CASE(impossible_size_is_an_exception_and_changes_nothing) {
  raw_buffer buffer;
  buffer.reserve(4);
  std::memcpy(buffer.begin(), "abcd", 4);
  // AddressSanitizer ends the program where `realloc` would return null.
#ifndef PROJECTIONS_SANITIZED
  BOOST_CHECK_THROW(buffer.reserve(SIZE_MAX / 2), std::bad_alloc);
#endif
  BOOST_TEST(std::string(buffer.begin(), 4) == "abcd");
}

BOOST_AUTO_TEST_CASE(cleared_chunk_is_empty_and_keeps_usual_buffers) {
  chunk x;
  x.text.reserve(1000);
  x.text_bytes = 10;
  x.normalised.reserve(2000);
  x.requests.resize(3);
  x.events.resize(2);
  x.texts.emplace_back("wrong");
  x.last = true;
  x.clear();
  BOOST_TEST(x.text_bytes == 0);
  BOOST_TEST(x.requests.empty());
  BOOST_TEST(x.events.empty());
  BOOST_TEST(x.texts.empty());
  BOOST_TEST(!x.last);
  BOOST_TEST(x.text.capacity() == 1000);
  BOOST_TEST(x.normalised.capacity() == 2000);
  BOOST_TEST(x.requests.capacity() >= 3);
}

BOOST_AUTO_TEST_CASE(cleared_chunk_gives_back_what_is_unusually_large) {
  chunk x;
  x.text.reserve(chunk::kept_bytes_max + 1);
  x.normalised.reserve(2 * chunk::kept_bytes_max + 1);
  x.requests.resize(chunk::kept_bytes_max / sizeof(request) + 1);
  x.events.resize(chunk::kept_bytes_max / sizeof(rebuild_event) + 1);
  x.clear();
  BOOST_TEST(x.text.capacity() == 0);
  BOOST_TEST(x.normalised.capacity() == 0);
  BOOST_TEST(x.requests.capacity() == 0);
  BOOST_TEST(x.events.capacity() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
