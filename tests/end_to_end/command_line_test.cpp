// Goal: the command line and the read-model file are checked before the node
// starts, and every exit code means what docs/protocol.md says. Method: runs
// with arguments and files, good and bad; stdout must carry replies only.
#include "tests/end_to_end/node_process.hpp"
#include "tests/end_to_end/temporary_file.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace projections::test;
using namespace std::string_literals;

const std::string request = "{\"type\": \"list\"}\n";
const std::string reply
  = "{\"type\": \"projection_list\", \"projections\": []}\n";

// A refused start says why on stderr and nothing on stdout.
void check_refused(const std::vector<std::string>& arguments,
                   std::string_view named) {
  BOOST_TEST_CONTEXT(arguments.front()) {
    auto run = run_node(arguments, request);
    BOOST_TEST(run.exit_status == 2);
    BOOST_TEST(run.out.empty(), run.out);
    BOOST_TEST(run.err.find(named) != std::string::npos,
               "no \"" << named << "\" in: " << run.err);
  }
}

void check_file_refused(const std::string& content, std::string_view named) {
  BOOST_TEST_CONTEXT(content) {
    temporary_file file{content};
    check_refused({"--read-models=" + file.path()}, named);
  }
}

// A file with one read model of the given members besides its name.
std::string model(const std::string& members) {
  return R"({"read_models": [{"name": "m", )" + members + "}]}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(help_lists_every_option) {
  auto run = run_node({"--help"}, "");
  BOOST_TEST(run.exit_status == 0);
  auto text = run.out + run.err;
  for (auto option :
       {"read-models", "reply", "compact", "dedup-window", "max-request-bytes",
        "max-depth", "max-bytes-in-flight", "threads", "log-level", "version"})
    BOOST_TEST(text.find(option) != std::string::npos, option);
}

BOOST_AUTO_TEST_CASE(version_is_printed) {
  auto run = run_node({"--version"}, "");
  BOOST_TEST(run.exit_status == 0);
  auto text = run.out + run.err;
  BOOST_TEST(text.find_first_of("0123456789") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(every_option_is_taken) {
  auto run
    = run_node({"--reply=auto", "--dedup-window=5", "--max-request-bytes=1000",
                "--max-depth=10", "--max-bytes-in-flight=1000000",
                "--threads=1", "--log-level=debug"},
               request);
  BOOST_TEST(run.out == reply);
  BOOST_TEST(run.exit_status == 0, run.err);
}

BOOST_AUTO_TEST_CASE(diagnostics_go_to_stderr_only) {
  auto run = run_node({"--log-level=debug", "--reply=envelope"},
                      "nonsense\n{\"type\": \"list\"}\n");
  BOOST_TEST(run.out.empty(), run.out);
  BOOST_TEST(!run.err.empty());
  BOOST_TEST(run.exit_status == 0);
}

BOOST_AUTO_TEST_CASE(bad_options_are_refused) {
  check_refused({"--no-such-option=1"}, "no-such-option");
  check_refused({"--reply=loud"}, "loud");
  check_refused({"--max-depth=deep"}, "max-depth");
  check_refused({"--max-depth=-1"}, "max-depth");
  check_refused({"--dedup-window=-1"}, "dedup-window");
  check_refused({"--threads=many"}, "threads");
  check_refused({"--threads=18446744073709551615"}, "18446744073709551615");
  check_refused({"--max-bytes-in-flight=9223372036854775808"},
                "9223372036854775808");
  check_refused({"--log-level=loud"}, "loud");
  check_refused({"--read-models=/no/such/file"}, "/no/such/file");
}

BOOST_AUTO_TEST_CASE(options_can_be_in_a_file) {
  temporary_file file{"compact=true\n"};
  auto run = run_node({"--config-file=" + file.path()}, request);
  BOOST_TEST(run.out == "{\"type\":\"projection_list\",\"projections\":[]}\n");
  BOOST_TEST(run.exit_status == 0, run.err);
}

BOOST_AUTO_TEST_CASE(bad_files_of_options_are_refused) {
  check_refused({"--config-file=/no/such/file"}, "/no/such/file");
  temporary_file file{"}{"};
  check_refused({"--config-file=" + file.path()}, file.path());
}

BOOST_AUTO_TEST_CASE(surplus_words_are_refused) {
  check_refused({"surplus"}, "surplus");
}

BOOST_AUTO_TEST_CASE(read_model_file_that_is_no_declaration_is_refused) {
  check_file_refused("", "read_models_");
  check_file_refused("not JSON", "read_models_");
  check_file_refused("[]", "read_models_");
  check_file_refused("{}", "read_models");
  check_file_refused(R"({"read_models": {}})", "read_models");
  check_file_refused(R"({"read_models": [5]})", "read_models_");
}

BOOST_AUTO_TEST_CASE(unknown_words_of_a_read_model_file_are_named) {
  check_file_refused(R"({"read_models": [], "wrong": 1})", "wrong");
  check_file_refused(model(R"("on": {"A": "merge"}, "wrong": 1)"), "wrong");
  check_file_refused(model(R"("on": {"A": "wrong"})"), "wrong");
  check_file_refused(model(R"("on": {"A": {"n": "wrong"}})"), "wrong");
  check_file_refused(model(R"("on": {"A": {"n": {"wrong": "f"}}})"), "wrong");
}

BOOST_AUTO_TEST_CASE(wrong_values_of_a_read_model_file_are_refused) {
  for (auto name : {"", R"("name": "", )", R"("name": 5, )"})
    check_file_refused(
      R"({"read_models": [{)"s + name + R"("on": {"A": "merge"}}]})", "name");
  check_file_refused(
    R"({"read_models": [{"name": "twice", "on": {"A": "merge"}},
                        {"name": "twice", "on": {"A": "merge"}}]})",
    "twice");
  check_file_refused(R"({"read_models": []})", "read_models");
  check_file_refused(R"({"read_models": [{"name": "m"}]})", "on");
  check_file_refused(model(R"("on": "merge")"), "on");
  check_file_refused(model(R"("on": {})"), "on");
  check_file_refused(model(R"("on": {"A": 5})"), "A");
  check_file_refused(model(R"("entity": 5, "on": {"A": "merge"})"), "entity");
  check_file_refused(model(R"("find_by": 5, "on": {"A": "merge"})"), "find_by");
  check_file_refused(model(R"("fields": "id", "on": {"A": "merge"})"),
                     "fields");
  check_file_refused(model(R"("on": {"A": {"n": {"min": 5}}})"), "min");
  check_file_refused(model(R"("on": {"A": {"n": {"min": "a", "max": "b"}}})"),
                     "n");
}

BOOST_AUTO_TEST_SUITE_END()
