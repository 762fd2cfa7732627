// Goal: no sequence of requests, valid or not, makes the node answer otherwise
// than docs/protocol.md says. Method: long random sequences, all written to the
// node in pieces of random size and all given to the simple model; every reply
// must be the model's. A failure names its seed; PROJECTIONS_RANDOM_SEED=N runs
// that seed alone, PROJECTIONS_RANDOM_RUNS=N runs N seeds from there on.
#include "tests/end_to_end/expected_line.hpp"
#include "tests/end_to_end/node_process.hpp"
#include "tests/end_to_end/random_requests.hpp"
#include "tests/end_to_end/simple_model.hpp"
#include "tests/end_to_end/temporary_file.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace projections::test;

constexpr uint64_t runs_by_default = sanitized ? 12 : 40;
constexpr size_t requests_a_run = sanitized ? 600 : 2000;

// Read models with every action and reducer. The reducer that may come to its
// first value late is the last one; the payloads always have what the others
// need.
const std::string other_read_models = R"({"read_models": [
  {"name": "authors", "entity": "author",
   "on": {"CommitMade": {"commits": "count", "first": {"min": "time"},
                         "latest": {"max": "time"}, "begun": {"first": "time"},
                         "ended": {"last": "time"}, "lines": {"sum": "added"}},
          "AuthorLeft": "remove"}},
  {"name": "user_listing", "on": {"UserCreated": "merge",
                                  "UserDeleted": "remove"}},
  {"name": "profiles", "entity": "author", "fields": ["author", "email", "id"],
   "find_by": "email",
   "on": {"AuthorSeen": "replace", "UserUpdated": "merge",
          "AuthorLeft": "remove"}}]}
)";

uint64_t number_from_environment(const char* name, uint64_t otherwise) {
  auto* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void check_seed(uint64_t seed) {
  std::mt19937_64 random{seed};
  auto once_in = [&random](uint64_t times) { return random() % times == 0; };
  bool envelopes = once_in(4);
  bool maelstrom = !envelopes && once_in(4);
  bool compact = once_in(3);
  std::vector<std::string> arguments{"--threads="
                                     + std::to_string(1 + random() % 4)};
  if (envelopes)
    arguments.emplace_back("--reply=envelope");
  if (compact)
    arguments.emplace_back("--compact");
  // So little that requests have to wait for replies to leave; replies that
  // wait for a query could then never leave.
  bool crowded = once_in(3);
  if (crowded)
    arguments.emplace_back("--max-bytes-in-flight=4096");

  temporary_file read_models{other_read_models};
  bool declared = once_in(2);
  if (declared)
    arguments.push_back("--read-models=" + read_models.path());

  std::string input;
  if (maelstrom)
    input = R"({"src": "c0", "dest": "n3", "body": {"type": "init", )"
            R"("msg_id": 1, "node_id": "n3", "node_ids": ["n3"]}})"
            "\n";
  random_requests requests{random(), envelopes || maelstrom, !crowded};
  for (size_t i = 0; i < requests_a_run; ++i)
    input += requests.next();

  node_process node{arguments};
  for (std::string_view rest = input; !rest.empty();) {
    auto piece = rest.substr(0, 1 + random() % 20000);
    node.send(piece);
    rest.remove_prefix(piece.size());
  }
  auto run = node.finish();
  simple_model model{envelopes, compact,
                     declared ? other_read_models : default_read_models};
  auto difference = first_difference(model.answer(input), lines_of(run.out));
  BOOST_TEST(difference.empty(), difference);
  BOOST_TEST(run.exit_status == 0, run.err);
}

} // namespace

BOOST_AUTO_TEST_SUITE(random_sequences)

BOOST_AUTO_TEST_CASE(node_answers_as_the_simple_model_does) {
  auto* chosen = "PROJECTIONS_RANDOM_SEED";
  bool is_chosen = std::getenv(chosen) != nullptr;
  auto first = number_from_environment(chosen, 1);
  auto runs = number_from_environment("PROJECTIONS_RANDOM_RUNS",
                                      is_chosen ? 1 : runs_by_default);
  for (auto seed = first; seed < first + runs; ++seed)
    BOOST_TEST_CONTEXT(chosen << '=' << seed) {
      check_seed(seed);
    }
}

BOOST_AUTO_TEST_SUITE_END()
