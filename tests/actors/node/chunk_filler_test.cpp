// Goal: input becomes chunks of whole requests, at once where it pauses, large
// where it does not, and bounded whatever comes. Method: pipes that are written
// in pieces, left open, closed or stopped; what comes out is decoded and
// compared with the whole input decoded at once.
#include "projections/actors/node/chunk_filler.hpp"

#include "tests/actors/node/pipe.hpp"
#include "tests/messages/protocol/decoding.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <future>
#include <optional>
#include <random>

using namespace projections;
using namespace projections::test;

namespace {

std::string text_of(const chunk& in) {
  return {in.text.begin(), in.text_bytes};
}

/// A filler that reads a pipe.
struct fixture {
  std::string fill() {
    taken.clear();
    filler->fill(taken);
    return text_of(taken);
  }

  /// Makes a filler with other limits.
  void limit(size_t request_bytes_max, size_t chunk_bytes) {
    limits.request_bytes_max = request_bytes_max;
    filler.emplace(source, limits, chunk_bytes);
  }

  /// Writes `text` in a thread of its own, in pieces of up to `piece_bytes`,
  /// and closes the pipe.
  std::future<void> write_all(const std::string& text, size_t piece_bytes) {
    return std::async(std::launch::async, [this, text, piece_bytes] {
      for (size_t i = 0; i < text.size(); i += piece_bytes)
        input.write(std::string_view{text}.substr(i, piece_bytes));
      input.close_in();
    });
  }

  /// Takes chunks up to the end and returns what the requests in them are.
  std::vector<std::string> requests_to_end() {
    request_decoder decoder{spaced_style, limits};
    std::vector<std::string> result;
    chunks = 0;
    bytes_max = 0;
    do {
      fill();
      decoder.decode(taken);
      for (auto& x : described(taken))
        result.push_back(x);
      ++chunks;
      bytes_max = std::max(bytes_max, taken.text.capacity());
    } while (!taken.last);
    return result;
  }

  test_pipe input;
  test_pipe stop;
  interruptible_input source{input.out(), stop.out()};
  request_limits limits;
  std::optional<chunk_filler> filler{std::in_place, source, limits,
                                     size_t{512} << 10};
  chunk taken;

  /// What `requests_to_end` saw: how many chunks, and the largest one's room.
  size_t chunks = 0;
  size_t bytes_max = 0;
};

const std::string a = "{\"type\": \"list\", \"msg_id\": 1}\n";
const std::string b = "{\"type\": \"list\", \"msg_id\": 2}\n";

} // namespace

BOOST_FIXTURE_TEST_SUITE(chunk_filler_test, fixture)

// -- while the input stays open ----------------------------------------------------

BOOST_AUTO_TEST_CASE(lone_request_is_handed_over_at_once) {
  input.write(a);
  BOOST_TEST(fill() == a);
  BOOST_TEST(!taken.last);
  input.write(b);
  BOOST_TEST(fill() == b);
}

BOOST_AUTO_TEST_CASE(requests_that_are_there_come_together) {
  input.write(a + b + "\n" + a);
  BOOST_TEST(fill() == a + b + "\n" + a);
}

BOOST_AUTO_TEST_CASE(unfinished_request_stays_back) {
  input.write(a + "{\"type\":");
  BOOST_TEST(fill() == a);
  input.write(" \"list\"}\n");
  BOOST_TEST(fill() == "{\"type\": \"list\"}\n");
}

BOOST_AUTO_TEST_CASE(request_without_its_line_break_stays_back) {
  input.write(a + "{}");
  BOOST_TEST(fill() == a);
  input.write("\n");
  BOOST_TEST(fill() == "{}\n");
}

BOOST_AUTO_TEST_CASE(request_over_several_lines_is_waited_for) {
  const std::string pretty = "{\n  \"type\":\n  \"list\"\n}\n";
  for (size_t cut = 1; cut < pretty.size(); ++cut) {
    input.write(pretty.substr(0, cut));
    auto filling = std::async(std::launch::async, [this] { return fill(); });
    input.write(pretty.substr(cut));
    BOOST_TEST(filling.get() == pretty);
  }
}

BOOST_AUTO_TEST_CASE(line_with_a_brace_ends_the_request_before_it) {
  input.write("{\"type\":\n" + a);
  BOOST_TEST(fill() == "{\"type\":\n" + a);
}

BOOST_AUTO_TEST_CASE(line_that_cannot_become_a_request_is_handed_over) {
  input.write("nonsense\n");
  BOOST_TEST(fill() == "nonsense\n");
  input.write("{\"a\" 1}\n");
  BOOST_TEST(fill() == "{\"a\" 1}\n");
}

// -- the end -----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(empty_input_is_an_empty_last_chunk) {
  input.close_in();
  BOOST_TEST(fill().empty());
  BOOST_TEST(taken.last);
}

BOOST_AUTO_TEST_CASE(last_line_needs_no_break) {
  input.write(a + "{}");
  input.close_in();
  BOOST_TEST(requests_to_end() == described(a + "{}"),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(end_in_the_middle_of_a_request_hands_over_what_there_is) {
  input.write(a + "{\"type\":\n\"li");
  input.close_in();
  auto requests = requests_to_end();
  BOOST_REQUIRE_EQUAL(requests.size(), 2);
  BOOST_TEST(requests == described(a + "{\"type\":\n\"li"),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(stop_ends_the_input_where_it_is) {
  input.write(a + "{\"type\":");
  BOOST_TEST(fill() == a);
  BOOST_TEST(!taken.last);
  stop.write("x");
  // What is in the middle of a request was not accepted.
  input.write(" \"list\"}\n");
  BOOST_TEST(fill().empty());
  BOOST_TEST(taken.last);
  BOOST_TEST(source.is_stopped());
}

BOOST_AUTO_TEST_CASE(stop_wakes_who_waits_for_input) {
  auto filling = std::async(std::launch::async, [this] { return fill(); });
  stop.write("x");
  BOOST_TEST(filling.get().empty());
  BOOST_TEST(taken.last);
}

// -- much input --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(chunks_are_cut_in_front_of_lines_with_a_brace) {
  limit(1 << 20, 1 << 16);
  std::string text;
  for (size_t i = 0; i < 20'000; ++i)
    text += i % 3 == 0 ? "{\"type\":\n\"list\"}\n" : a;
  auto writing = write_all(text, 5000);
  std::string all;
  size_t count = 0;
  do {
    auto piece = fill();
    BOOST_TEST((piece.empty() || piece.front() == '{'));
    all += piece;
    ++count;
  } while (!taken.last);
  BOOST_TEST((all == text));
  BOOST_TEST(count > 2);
}

BOOST_AUTO_TEST_CASE(request_larger_than_a_chunk_comes_whole) {
  limit(1 << 20, 1000);
  auto large = "{\"type\": \"create\", \"name\": \"p\", \"initial_state\": \""
               + std::string(300'000, 'x') + "\"}\n";
  auto writing = write_all(a + large + b, 4096);
  BOOST_TEST((requests_to_end() == described(a + large + b)));
}

BOOST_AUTO_TEST_CASE(too_long_line_is_skipped_in_bounded_memory) {
  const std::pair<std::string, std::string> lines[]
    = {{"{\"a\": \"", "a request of more than 1000 bytes"},
       {"[[", "malformed JSON at byte 2"}};
  for (auto& [begin, problem] : lines) {
    fixture fresh;
    fresh.limit(1000, 10'000);
    auto line = begin + std::string(5'000'000, 'x') + "\n";
    auto writing = fresh.write_all(a + line + a + "nonsense\n" + b, 50'000);
    auto requests = fresh.requests_to_end();
    BOOST_REQUIRE_EQUAL(requests.size(), 5);
    BOOST_TEST(requests[0] == requests[2]);
    BOOST_TEST(requests[1].find(problem) != std::string::npos, requests[1]);
    BOOST_TEST(fresh.bytes_max < 500'000u);
  }
}

BOOST_AUTO_TEST_CASE(too_long_request_may_be_the_last_one) {
  limit(1000, 10'000);
  auto writing = write_all(a + "{\"a\": \"" + std::string(100'000, 'x'), 5000);
  auto requests = requests_to_end();
  BOOST_REQUIRE_EQUAL(requests.size(), 2);
  BOOST_TEST(requests[1].find("a request of more than 1000 bytes")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(chunks_have_the_requests_of_the_whole_input) {
  check_random_seeds(60, [](uint64_t seed) {
    std::mt19937_64 random{seed};
    const std::string lines[]
      = {a,
         b,
         "\n",
         "  \r\n",
         "{\n \"type\": \"list\"\n}\n",
         "{\"type\":\n",
         "\"list\"}\n",
         "[1,\n2]\n",
         "nonsense\n",
         " {\"type\": \"list\"}\n",
         "{\"type\": \"list\"} {}\n",
         "{\"a\": \"" + std::string(3000, 'x') + "\"}\n"};
    std::string text;
    for (size_t i = random() % 400; i > 0; --i)
      text += lines[random() % std::size(lines)];
    if (random() % 2 == 0 && !text.empty())
      text.pop_back();
    fixture fresh;
    fresh.limit(size_t{1} << 20, 1 + random() % 5000);
    auto writing = fresh.write_all(text, 1 + random() % 3000);
    auto requests = fresh.requests_to_end();
    auto expected = described(text);
    BOOST_CHECK_EQUAL_COLLECTIONS(requests.begin(), requests.end(),
                                  expected.begin(), expected.end());
  });
}

BOOST_AUTO_TEST_SUITE_END()
