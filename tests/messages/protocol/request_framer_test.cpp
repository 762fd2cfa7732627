// Goal: the framer and the decoder agree on where requests end, however the
// input comes in. Method: inputs are cut into frames while they come in pieces,
// as the reader does it; decoding frame by frame must give what decoding the
// whole gives.
#include "projections/messages/protocol/request_framer.hpp"

#include "tests/messages/protocol/decoding.hpp"
#include "tests/messages/protocol/random_input.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace projections;
using namespace std::string_literals;
using projections::test::described;
using projections::test::random_json;
using ending = request_frame::ending;

namespace {

using texts = std::vector<std::string>;

/// Cuts `text` into frames. It comes in pieces: `next_piece` returns how many
/// more bytes there are when the framer asks, 0 for none yet.
texts frames_of(std::string_view text, request_limits limits,
                const std::function<size_t()>& next_piece) {
  request_framer framer{limits};
  texts result;
  size_t seen = 0;
  size_t begin = 0;
  auto see_more
    = [&](size_t bytes) { seen = std::min(text.size(), seen + bytes); };
  auto pull = [&] {
    see_more(next_piece());
    return text.substr(0, seen);
  };
  while (begin < text.size()) {
    auto frame = framer.find_end(text.substr(0, seen), begin, pull);
    switch (frame.how) {
      case ending::blank:
        if (frame.end == begin)
          see_more(1);
        break;
      case ending::unfinished:
        if (seen == text.size())
          frame.end = text.size();
        else
          frame.end = begin;
        see_more(1);
        break;
      default:
        break;
    }
    result.emplace_back(text.substr(begin, frame.end - begin));
    begin = frame.end;
    if (frame.how == ending::too_long) {
      auto line_end = text.find('\n', begin);
      begin = line_end == text.npos ? text.size() : line_end + 1;
    }
    seen = std::max(seen, begin);
  }
  return result;
}

/// Returns what the requests of all frames are.
texts decoded(const texts& frames, request_limits limits) {
  texts result;
  for (auto& x : frames)
    for (auto& request : described(x, limits))
      result.push_back(request);
  return result;
}

/// Returns how the first request of `text` ends, which comes in at once.
request_frame first_frame(std::string_view text, request_limits limits = {}) {
  request_framer framer{limits};
  return framer.find_end(text, 0, [text] { return text; });
}

/// What framing has to get right, one after the other.
const std::string& tricky_input() {
  static const auto text
    = "{\"type\": \"list\", \"msg_id\": 1}\n\r\n \n"
      "{\n  \"type\": \"list\"\n, \"x\": {\n }}\r\n"
      "{\"type\": \n{\"type\": \"list\"} x\n[1,\n2]\n3 4\n\"a\nb\"\n"
      "[\"\xF0\n\"\xE4\"\n{\"\xC3\xA9\": \"\xF0\x9F\x98\x80\"}\n"
      "\"\\uD83D\\uDE00\"\n\"\\uD83D\\\n\"\\u00\n{\0}\n-\n1e5\n1.\ntru\n"
      "{\"event\": {}, \"type\": \"update\"}\n[[[[[[[]]]]]]]\n {}\n{\"a\": \""s;
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(request_framer_test)

BOOST_AUTO_TEST_CASE(complete_request_ends_behind_its_line) {
  auto frame = first_frame("{}  \n{}\n");
  BOOST_TEST((frame.how == ending::complete));
  BOOST_TEST(frame.end == 5);
}

BOOST_AUTO_TEST_CASE(request_is_open_until_its_line_ends) {
  BOOST_TEST((first_frame("{}").how == ending::unfinished));
  BOOST_TEST((first_frame("{} ").how == ending::unfinished));
  BOOST_TEST((first_frame("{x").how == ending::unfinished));
  BOOST_TEST((first_frame("{\n\"a\":\n").how == ending::unfinished));
}

BOOST_AUTO_TEST_CASE(text_that_ends_within_a_character_is_unfinished) {
  for (std::string text :
       {"\"\xC3", "\"\xE2", "\"\xE2\x82", "\"\xF0", "\"\xF0\x9F\x98"}) {
    auto frame = first_frame(text);
    BOOST_TEST((frame.how == ending::unfinished), text);
    BOOST_TEST(frame.end == text.size(), text);
  }
}

BOOST_AUTO_TEST_CASE(brace_at_the_start_of_a_line_ends_what_is_pending) {
  auto frame = first_frame("{\"a\":\n{");
  BOOST_TEST((frame.how == ending::complete));
  BOOST_TEST(frame.end == 6);
}

BOOST_AUTO_TEST_CASE(mistake_ends_with_its_line) {
  auto frame = first_frame("{x\n}\n");
  BOOST_TEST((frame.how == ending::complete));
  BOOST_TEST(frame.end == 3);
}

BOOST_AUTO_TEST_CASE(white_space_alone_is_blank) {
  auto frame = first_frame(" \r\n\t\n");
  BOOST_TEST((frame.how == ending::blank));
  BOOST_TEST(frame.end == 5);
}

BOOST_AUTO_TEST_CASE(long_request_is_given_up) {
  const request_limits limits{.request_bytes_max = 4};
  BOOST_TEST((first_frame("[1]\n", limits).how == ending::complete));
  BOOST_TEST((first_frame("[12]\n", limits).how == ending::complete));
  auto frame = first_frame("[123]\n", limits);
  BOOST_TEST((frame.how == ending::too_long));
  BOOST_TEST(frame.end == 5);
  BOOST_TEST((first_frame("[1]  \n", limits).how == ending::too_long));
  // Nothing is lost of a request that begins where another one is too long.
  frame = first_frame("[\n\n\n\n{}\n", limits);
  BOOST_TEST((frame.how == ending::complete));
  BOOST_TEST(frame.end == 5);
}

BOOST_AUTO_TEST_CASE(text_is_asked_for_only_while_the_end_is_open) {
  request_framer framer{{}};
  for (auto text :
       {"{}\n", "{x\n", "{} x\n", "\"a\n", "\"\\\n", "\"\xE4\n", "\"\xF0\n",
        "\"\xF0\"\n", "\"\xF0\n{", "\"\xF0\nx", "\"\\u00\n", "1\n", "tru\n"}) {
    auto asked = 0;
    auto frame = framer.find_end(text, 0, [&] {
      ++asked;
      return std::string_view{text};
    });
    BOOST_TEST((frame.how == ending::complete), text);
    BOOST_TEST(asked == 0, text);
  }
}

BOOST_AUTO_TEST_CASE(frames_are_the_requests_for_every_cut_in_two) {
  auto& text = tricky_input();
  auto whole = described(text);
  BOOST_TEST(whole.size() > 20);
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    auto is_first = true;
    auto frames = frames_of(text, {}, [&] {
      return std::exchange(is_first, false) ? cut : text.size();
    });
    BOOST_REQUIRE(decoded(frames, {}) == whole);
  }
}

BOOST_AUTO_TEST_CASE(frames_are_the_requests_for_pieces_of_any_size) {
  auto& text = tricky_input();
  auto whole = described(text);
  for (size_t bytes = 1; bytes < 20; ++bytes) {
    auto frames = frames_of(text, {}, [bytes] { return bytes; });
    BOOST_REQUIRE(decoded(frames, {}) == whole);
  }
  // Nothing ever comes while the framer asks.
  BOOST_REQUIRE(decoded(frames_of(text, {}, [] { return size_t{0}; }), {})
                == whole);
}

BOOST_AUTO_TEST_CASE(frames_of_random_input_are_its_requests) {
  test::check_random_seeds(1000, [](uint64_t seed) {
    random_json random{seed};
    auto text = test::random_input(random);
    request_limits limits;
    if (random.below(2) == 0)
      limits.request_bytes_max = 1 + random.below(80);
    if (random.below(2) == 0)
      limits.depth_max = 1 + random.below(5);
    auto frames = frames_of(text, limits, [&] { return random.below(20); });
    BOOST_TEST_CONTEXT("limit " << limits.request_bytes_max << ": " << text) {
      BOOST_TEST(decoded(frames, limits) == described(text, limits),
                 boost::test_tools::per_element());
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()
