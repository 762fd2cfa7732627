// Goal: replies reach the descriptor whole and in order, whatever it does to
// those who write. Method: pipes that are small, full, non-blocking or closed.
#include "projections/actors/node/buffered_output.hpp"

#include "tests/actors/node/pipe.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <future>

using namespace projections;
using namespace projections::test;

namespace {

/// Texts below and above what goes past the buffer, many times the pipe.
std::vector<std::string> texts() {
  std::vector<std::string> result;
  for (size_t i = 0; i < 200; ++i)
    result.emplace_back(i * i * 7 % 30'011, static_cast<char>('a' + i % 26));
  return result;
}

bool write_all(buffered_output& output) {
  for (auto& text : texts())
    if (!output.write(text))
      return false;
  return output.flush();
}

std::string all_text() {
  std::string result;
  for (auto& text : texts())
    result += text;
  return result;
}

/// Lets a write to a closed pipe be an error.
struct without_pipe_signal {
  without_pipe_signal() : before(std::signal(SIGPIPE, SIG_IGN)) {
    // nop
  }

  ~without_pipe_signal() {
    std::signal(SIGPIPE, before);
  }

  void (*before)(int);
};

} // namespace

BOOST_AUTO_TEST_SUITE(buffered_output_test)

BOOST_AUTO_TEST_CASE(nothing_is_written_before_it_is_worth_it) {
  test_pipe pipe;
  buffered_output output{pipe.in()};
  BOOST_TEST(output.write("one\n"));
  BOOST_TEST(output.write("two\n"));
  BOOST_TEST(pipe.bytes_ready() == 0u);
  BOOST_TEST(output.flush());
  BOOST_TEST(pipe.read_some() == "one\ntwo\n");
}

BOOST_AUTO_TEST_CASE(large_text_follows_what_was_buffered) {
  test_pipe pipe;
  buffered_output output{pipe.in()};
  auto large = std::string(50'000, 'x');
  BOOST_TEST(output.write("small"));
  BOOST_TEST(output.write(large));
  BOOST_TEST(output.flush());
  BOOST_TEST(pipe.read_some() == "small" + large);
}

BOOST_AUTO_TEST_CASE(slow_reader_gets_everything) {
  for (bool non_blocking : {false, true}) {
    test_pipe pipe;
    pipe.make_small();
    if (non_blocking)
      pipe.make_non_blocking();
    auto reading
      = std::async(std::launch::async, [&] { return pipe.read_to_end(); });
    buffered_output output{pipe.in()};
    BOOST_TEST(write_all(output));
    pipe.close_in();
    BOOST_TEST((reading.get() == all_text()));
  }
}

BOOST_AUTO_TEST_CASE(closed_reader_is_told_of_for_good) {
  without_pipe_signal guard;
  test_pipe pipe;
  buffered_output output{pipe.in()};
  BOOST_TEST(output.write("one\n"));
  pipe.close_out();
  BOOST_TEST(!output.flush());
  BOOST_TEST(!output.write("two\n"));
  BOOST_TEST(!output.write(std::string(50'000, 'x')));
  BOOST_TEST(!output.flush());
}

BOOST_AUTO_TEST_CASE(nothing_follows_what_was_lost) {
  without_pipe_signal guard;
  test_pipe lost;
  test_pipe other;
  buffered_output output{lost.in()};
  lost.close_out();
  BOOST_TEST(output.write("one\n"));
  BOOST_TEST(!output.flush());
  // Even if the descriptor could be written again.
  lost.replace_in_by(other);
  BOOST_TEST(!output.write("two\n"));
  BOOST_TEST(!output.flush());
  BOOST_TEST(other.bytes_ready() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
