// Goal: docs/protocol.md and the pages that continue it tell the truth. Method:
// every block of requests in docs/ goes to a fresh node, which must answer with
// the block of replies after it.
//
// A block of requests opens with "```jsonl in" and may name command-line
// arguments behind that; the block of replies opens with "```jsonl out". A
// block "```json read_models" is written to a file whose path stands for
// `FILE` in the arguments of the blocks that follow.
#include "tests/end_to_end/expected_line.hpp"
#include "tests/end_to_end/node_process.hpp"
#include "tests/end_to_end/temporary_file.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace projections::test;

struct block {
  std::string info;
  std::string content;
  size_t line = 0;
};

std::vector<block> blocks_of(const std::string& document) {
  std::vector<block> blocks;
  std::optional<block> open;
  size_t number = 0;
  for (auto& line : lines_of(document)) {
    ++number;
    if (!open && line.starts_with("```"))
      open = block{line.substr(3), {}, number};
    else if (open && line == "```")
      blocks.push_back(*std::exchange(open, std::nullopt));
    else if (open)
      open->content += line + '\n';
  }
  return blocks;
}

std::vector<std::string> arguments_of(std::string_view info,
                                      const std::string& read_models) {
  std::istringstream words{std::string{info}};
  std::vector<std::string> arguments;
  for (std::string word; words >> word;) {
    if (auto at = word.find("FILE"); at != std::string::npos)
      word.replace(at, 4, read_models);
    arguments.push_back(word);
  }
  return arguments;
}

// Runs the examples of a page of docs/ and returns how many it has.
size_t check_examples(const std::string& page) {
  constexpr std::string_view requests = "jsonl in";
  auto blocks
    = blocks_of(bytes_of_file(PROJECTIONS_SOURCE_DIR "/docs/" + page));
  temporary_file read_models;
  size_t checked = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    auto& [info, content, line] = blocks[i];
    BOOST_TEST_CONTEXT("docs/" << page << ", line " << line) {
      if (info == "json read_models")
        read_models.write(content);
      if (!info.starts_with(requests))
        continue;
      BOOST_REQUIRE(i + 1 < blocks.size());
      BOOST_REQUIRE(blocks[i + 1].info == "jsonl out");
      auto arguments = arguments_of(
        std::string_view{info}.substr(requests.size()), read_models.path());
      auto run = run_node(arguments, content);
      auto difference
        = first_difference(lines_of(blocks[i + 1].content), lines_of(run.out));
      BOOST_TEST(difference.empty(), difference);
      BOOST_TEST(run.exit_status == 0, run.err);
      ++checked;
    }
  }
  return checked;
}

} // namespace

// A page that lost its examples, or whose blocks are spelled otherwise, fails
// by the number of examples found.
BOOST_AUTO_TEST_SUITE(protocol_document)

BOOST_AUTO_TEST_CASE(protocol_is_as_its_examples_say) {
  BOOST_TEST(check_examples("protocol.md") >= 10u);
}

BOOST_AUTO_TEST_CASE(named_projections_are_as_their_examples_say) {
  BOOST_TEST(check_examples("named_projections.md") >= 6u);
}

BOOST_AUTO_TEST_CASE(projector_is_as_its_examples_say) {
  BOOST_TEST(check_examples("projector.md") >= 5u);
}

BOOST_AUTO_TEST_CASE(read_model_file_is_as_its_examples_say) {
  BOOST_TEST(check_examples("read_model_file.md") >= 1u);
}

BOOST_AUTO_TEST_SUITE_END()
