// Goal: no input crashes the node, makes it grow without bound or keeps it from
// answering the requests that follow. Method: each kind of hostile input goes
// to a node together with good requests, whose replies must be the usual ones.
#include "tests/end_to_end/expected_line.hpp"
#include "tests/end_to_end/node_process.hpp"
#include "tests/end_to_end/simple_json.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace projections::test;
using namespace std::string_literals;

constexpr size_t mebibyte = 1 << 20;

const std::string good_request = "{\"type\": \"list\", \"msg_id\": 1}\n";
const std::string good_reply
  = R"({"type": "projection_list", "in_reply_to": 1, "projections": []})";
const std::string malformed = R"({"type": "error", "code": 12, "text": "*"})";

std::string repeated(std::string_view text, size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  while (times-- > 0)
    result += text;
  return result;
}

std::string create(const std::string& initial_state) {
  return R"({"type": "create", "name": "p", "initial_state": )" + initial_state
         + "}";
}

// Sends each line with a good request behind it. Each must be answered by one
// error of code 12, in valid UTF-8, before the good reply.
void check_malformed(const std::vector<std::string>& lines) {
  std::string input;
  std::vector<std::string> expected;
  for (auto& line : lines) {
    input += line + '\n' + good_request;
    expected.insert(expected.end(), {malformed, good_reply});
  }
  auto run = run_node({}, input);
  auto replies = lines_of(run.out);
  auto difference = first_difference(expected, replies);
  BOOST_TEST(difference.empty(), difference);
  for (auto& reply : replies) {
    json value;
    size_t used = 0;
    BOOST_TEST((read_json(reply + '\n', value, used) == reading::complete),
               reply);
  }
  BOOST_TEST(run.exit_status == 0, run.err);
}

void check_replies(const std::string& input,
                   const std::vector<std::string>& expected) {
  auto run = run_node({}, input);
  auto difference = first_difference(expected, lines_of(run.out));
  BOOST_TEST(difference.empty(), difference);
  BOOST_TEST(run.exit_status == 0, run.err);
}

} // namespace

BOOST_AUTO_TEST_SUITE(hostile_input)

BOOST_AUTO_TEST_CASE(request_cut_anywhere_is_malformed) {
  const std::string whole
    = R"({"src": "c", "body": {"type": "update", "msg_id": 10, "projection": "\u00e9é", "event": {"type": "T", "payload": [-1.5e3, true, null, {}]}}})";
  std::vector<std::string> lines;
  for (size_t length = 1; length < whole.size(); ++length)
    lines.push_back(whole.substr(0, length));
  check_malformed(lines);
}

BOOST_AUTO_TEST_CASE(request_cut_by_the_end_of_input_is_malformed) {
  const std::string whole = R"({"type": "list", "x": ["é", 1.5, {}]})";
  for (size_t length = 1; length < whole.size(); ++length)
    check_replies(good_request + whole.substr(0, length),
                  {good_reply, malformed});
}

BOOST_AUTO_TEST_CASE(hundred_thousand_opening_brackets) {
  auto square = repeated("[", 100'000);
  auto curly = repeated("{\"a\":", 100'000);
  check_malformed({square, curly, create(square), create(curly),
                   "{\"unknown\": " + square, "{\"body\": " + curly,
                   create(square + repeated("]", 100'000)),
                   repeated("{", 100'000), repeated("[{\"a\":", 50'000)});
}

BOOST_AUTO_TEST_CASE(nesting_is_accepted_up_to_the_limit) {
  auto nested
    = [](size_t depth) { return repeated("[", depth) + repeated("]", depth); };
  auto in_envelope = [](const std::string& body) {
    return R"({"src": "c", "dest": "n", "body": )" + body + "}";
  };
  // The limit is 1024, of which the request's own brackets take one or two.
  check_malformed({create(nested(1024)), in_envelope(create(nested(1023)))});
  auto reply = [](const std::string& name) {
    return R"({"type": "projection_created", "name": ")" + name
           + R"(", "version": 0})";
  };
  check_replies(create(nested(1023)) + "\n{\"type\": \"delete\", "
                  + "\"projection\": \"p\"}\n"
                  + in_envelope(create(nested(1022))),
                {reply("p"),
                 R"({"type": "projection_deleted", "projection": "p", )"
                 R"("version": 0})",
                 reply("p")});
}

BOOST_AUTO_TEST_CASE(gibibyte_without_a_line_break) {
  constexpr size_t blocks = sanitized ? 256 : 1024;
  const std::string block(mebibyte, 'x');
  for (std::string_view begin : {R"({"type": "create", "name": ")",
                                 R"({"type": "create", "x": [)", "x"}) {
    node_process node;
    node.send(good_request);
    node.send(begin);
    for (size_t i = 0; i < blocks; ++i)
      node.send(block);
    node.send("\n" + good_request);
    auto run = node.finish();
    auto difference = first_difference({good_reply, malformed, good_reply},
                                       lines_of(run.out));
    BOOST_TEST(difference.empty(), difference);
    BOOST_TEST(run.exit_status == 0, run.err);
    // A request may have 64 MiB, and a sanitizer keeps freed memory for long.
    BOOST_TEST(run.peak_rss_bytes < (sanitized ? 2000 : 400) * mebibyte);
  }
}

BOOST_AUTO_TEST_CASE(gibibyte_in_one_pending_value) {
  constexpr size_t blocks = sanitized ? 256 : 1024;
  // Lines that each continue the value, until it is too large; from there on
  // they are blank lines, which are ignored.
  const std::string line = ' ' + std::string(mebibyte - 2, ' ') + '\n';
  node_process node;
  node.send("{\"type\": \"list\",\n");
  for (size_t i = 0; i < blocks; ++i)
    node.send(line);
  node.send(good_request);
  auto run = node.finish();
  auto difference
    = first_difference({malformed, good_reply}, lines_of(run.out));
  BOOST_TEST(difference.empty(), difference);
  BOOST_TEST(run.peak_rss_bytes < (sanitized ? 2000 : 400) * mebibyte);
}

BOOST_AUTO_TEST_CASE(nul_bytes_are_malformed) {
  auto nul = "\0"s;
  check_malformed({nul, nul + nul, good_request.substr(0, 28) + nul,
                   create("\"a" + nul + "b\""), create("[1," + nul + "2]"),
                   create("1" + nul), "{" + nul + "\"type\": \"list\"}",
                   nul + "{\"type\": \"list\"}",
                   "{\"ty" + nul + "pe\": \"list\"}"});
}

BOOST_AUTO_TEST_CASE(invalid_utf8_is_malformed) {
  const std::vector<std::string> sequences{
    "\x80", "\xbf", "\xff", "\xfe",
    // Overlong forms of U+0000, U+007F, U+07FF and U+FFFF.
    "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80",
    "\xf0\x8f\xbf\xbf",
    // Surrogates, alone and as a pair.
    "\xed\xa0\x80", "\xed\xbf\xbf", "\xed\xa0\xbd\xed\xb8\x80",
    // Beyond U+10FFFF.
    "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80",
    // Cut short, or followed by what does not continue them.
    "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3(", "\xe2\x82(", "\xf0\x9f\x98("};
  std::vector<std::string> lines;
  for (auto& bytes : sequences) {
    auto text = "\"a" + bytes + "b\"";
    lines.insert(lines.end(),
                 {create(text), create("\"" + bytes + "\""),
                  create("{" + text + ": 1}"),
                  "{\"type\": \"create\", \"name\": " + text + "}",
                  "{\"type\": " + text + "}",
                  "{\"type\": \"list\", \"unknown\": [" + text + "]}",
                  "{" + text + ": 1, \"type\": \"list\"}",
                  "{\"type\": \"list\"} " + bytes, bytes});
  }
  check_malformed(lines);
}

BOOST_AUTO_TEST_CASE(every_length_of_utf8_comes_through) {
  // The first and the last character of each length, and the neighbours of the
  // surrogates.
  const std::string text = "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf"
                           "\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80"
                           "\xf4\x8f\xbf\xbf";
  check_replies(create('"' + text + '"')
                  + "\n{\"type\": \"query\", \"projection\": \"p\"}\n",
                {R"({"type": "projection_created", "name": "p", "version": 0})",
                 R"({"type": "projection_state", "projection": "p", )"
                 R"("version": 0, "state": ")"
                   + text + "\"}"});
}

BOOST_AUTO_TEST_CASE(lone_surrogates_are_malformed) {
  std::vector<std::string> lines;
  for (std::string escapes :
       {"\\uD800", "\\uDBFF", "\\uDC00", "\\uDFFF", "\\ud800", "\\udfff",
        "\\uD800\\uD800", "\\uDC00\\uD800", "\\uD800x", "\\uD800\\n",
        "\\uD800\\u0041", "\\uD83D\\uDE00\\uDE00", "\\uD83D\\uD83D\\uDE00"}) {
    auto text = '"' + escapes + '"';
    lines.insert(lines.end(),
                 {create(text), create("{" + text + ": 1}"),
                  "{\"type\": " + text + "}",
                  "{\"type\": \"list\", \"unknown\": " + text + "}",
                  "{" + text + ": 1, \"type\": \"list\"}"});
  }
  check_malformed(lines);
}

BOOST_AUTO_TEST_CASE(numbers_beyond_a_double_are_malformed) {
  std::vector<std::string> lines;
  for (auto& number :
       {"1e309"s, "-1e309"s, "1e400"s, "1E+99999999999999999999"s, "1.8e308"s,
        repeated("9", 400), "-" + repeated("9", 400)})
    lines.insert(lines.end(), {create(number), create("[" + number + "]"),
                               "{\"type\": \"list\", \"x\": " + number + "}"});
  check_malformed(lines);
}

BOOST_AUTO_TEST_CASE(hundred_thousand_times_the_same_key) {
  auto keys = repeated("\"a\": 1, ", 100'000);
  check_replies(create("{" + keys + "\"a\": 2}")
                  + "\n{\"type\": \"query\", \"projection\": \"p\"}\n{" + keys
                  + good_request.substr(1),
                {R"({"type": "projection_created", "name": "p", "version": 0})",
                 R"({"type": "projection_state", "projection": "p", )"
                 R"("version": 0, "state": {"a": 2}})",
                 R"({"type": "projection_list", "in_reply_to": 1, )"
                 R"("projections": [{"name": "p", "version": 0}]})"});
}

BOOST_AUTO_TEST_CASE(hundred_thousand_different_keys) {
  std::string members;
  for (size_t i = 0; i < 100'000; ++i)
    members += (i == 0 ? "" : ", ") + ("\"" + std::to_string(i) + "\": [1]");
  auto update = R"({"type": "update", "projection": "p", "event": )"
                R"({"type": "T", "payload": {)"
                + members + "}}";
  check_replies(create("{" + members + "}") + '\n' + update + "}\n" + update
                  + ", \"include_state\": false}\n",
                {R"({"type": "projection_created", "name": "p", "version": 0})",
                 R"({"type": "projection_updated", "projection": "p", )"
                 R"("version": 1, "state": {)"
                   + members + "}}",
                 R"({"type": "projection_updated", "projection": "p", )"
                 R"("version": 2})"});
}

BOOST_AUTO_TEST_CASE(error_texts_are_short_and_valid) {
  for (std::string piece : {"x", "é", "😀", "\\u0000", "\\\"", "\\n"}) {
    auto name = repeated(piece, 100'000);
    auto run = run_node(
      {}, "{\"type\": \"" + name + "\"}\n"
            + "{\"type\": \"query\", \"projection\": \"" + name + "\"}\n"
            + "{\"type\": \"create\", \"name\": \"" + name + "\n");
    auto replies = lines_of(run.out);
    BOOST_TEST(replies.size() == 3u);
    for (auto& reply : replies) {
      json value;
      size_t used = 0;
      BOOST_TEST((read_json(reply + '\n', value, used) == reading::complete));
      // Longer than any text and far shorter than what it quotes.
      BOOST_TEST(reply.size() < 2000u);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
