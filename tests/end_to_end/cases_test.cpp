// Goal: every message and every error of docs/protocol.md, in every form of
// reply. Method: each pair `cases/NAME.in.jsonl` and `cases/NAME.out.jsonl` is
// a test case of its own; the node reads the one as it is and must write the
// other. `cases/NAME.args` holds command-line arguments, one a line, in which
// `{cases}` stands for the folder. What an expected line may leave open is told
// in expected_line.hpp.
#include "tests/end_to_end/expected_line.hpp"
#include "tests/end_to_end/node_process.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace {

using namespace projections::test;
namespace fs = std::filesystem;

const fs::path folder
  = fs::path{PROJECTIONS_SOURCE_DIR} / "tests" / "end_to_end" / "cases";

std::string path_of(const std::string& name, const std::string& ending) {
  return (folder / (name + ending)).string();
}

std::vector<std::string> arguments_of(const std::string& name) {
  if (!fs::exists(path_of(name, ".args")))
    return {};
  auto arguments = lines_of(bytes_of_file(path_of(name, ".args")));
  const std::string placeholder = "{cases}";
  for (auto& argument : arguments)
    if (auto at = argument.find(placeholder); at != std::string::npos)
      argument.replace(at, placeholder.size(), folder.string());
  return arguments;
}

void check_case(const std::string& name) {
  auto input = bytes_of_file(path_of(name, ".in.jsonl"));
  auto expected = lines_of(bytes_of_file(path_of(name, ".out.jsonl")));
  auto run = run_node(arguments_of(name), input);
  auto difference = first_difference(expected, lines_of(run.out));
  BOOST_TEST(difference.empty(), difference);
  BOOST_TEST(run.exit_status == 0, run.err);
}

// Adds a test case for each pair to the suite that is open.
struct registrar {
  registrar() {
    const std::string ending = ".in.jsonl";
    std::vector<std::string> names;
    std::error_code failure;
    for (auto& entry : fs::directory_iterator{folder, failure})
      if (auto file = entry.path().filename().string(); file.ends_with(ending))
        names.push_back(file.substr(0, file.size() - ending.size()));
    std::ranges::sort(names);
    if (names.empty())
      add("there_are_cases", [] { BOOST_FAIL("no case in " << folder); });
    for (auto& name : names)
      add(name, [name] { check_case(name); });
  }

  static void add(const std::string& name,
                  const boost::function<void()>& check) {
    boost::unit_test::framework::current_auto_test_suite().add(
      boost::unit_test::make_test_case(check, name, __FILE__, __LINE__));
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(cases)

namespace {

const registrar register_cases;

} // namespace

BOOST_AUTO_TEST_SUITE_END()
