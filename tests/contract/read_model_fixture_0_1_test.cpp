// Goal: a read-model file of release 0.1 declares what it declared then.
// Method: the file uses every word there is; events are applied to its read
// models, and rows and look-ups are compared with those of that release.
#include "projections/folds/read_models/read_model_file.hpp"
#include "projections/folds/read_models/row_read_model.hpp"
#include "projections/messages/json/json_text.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <list>
#include <string>
#include <string_view>

using namespace projections;

namespace {

const std::string folder = PROJECTIONS_SOURCE_DIR "/tests/fixtures/0.1/";

std::ifstream open(const std::string& name) {
  std::ifstream result{folder + name, std::ios::binary};
  BOOST_REQUIRE_MESSAGE(result, "cannot open " << folder << name);
  return result;
}

/// The read models of the file, after all events of the fixture.
struct fixture {
  fixture() {
    auto file = open("read_models.json");
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    for (auto& x : parse_read_models(text))
      models.emplace_back(x, spaced_style);
    auto events = open("read_models.events.jsonl");
    for (std::string line; std::getline(events, line);) {
      auto type = unquoted(find_member(line, "type"));
      for (auto& model : models)
        if (model.concerns(type))
          model.apply(type, find_member(line, "payload"));
    }
  }

  row_read_model& model(std::string_view name) {
    for (auto& x : models)
      if (x.name() == name)
        return x;
    BOOST_FAIL("no read model " << name);
    return models.front();
  }

  std::list<row_read_model> models;
};

std::string rows_of(const read_model& model) {
  std::string result(model.text_bytes(), ' ');
  model.write_rows(result.data());
  return result;
}

std::string rows_found(const read_model& model, std::string_view key) {
  std::string result;
  return model.find(key, result) ? result : "[]";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(read_model_fixture_0_1, fixture)

BOOST_AUTO_TEST_CASE(file_declares_its_read_models_in_order) {
  BOOST_REQUIRE_EQUAL(models.size(), 3u);
  std::string names;
  for (auto& x : models)
    names += x.name() + ';';
  BOOST_TEST(names == R"(profiles;Autoren \"ü\";notes;)");
}

BOOST_AUTO_TEST_CASE(events_give_the_rows_of_that_release) {
  auto expected = open("read_models.rows.jsonl");
  size_t count = 0;
  for (std::string line; std::getline(expected, line); ++count) {
    BOOST_TEST_CONTEXT(line) {
      auto& x = model(unquoted(find_member(line, "name")));
      auto rows = find_member(line, "rows");
      if (auto key = find_member(line, "key"); !key.empty()) {
        BOOST_TEST(rows_found(x, key) == rows);
      } else {
        BOOST_TEST(rows_of(x) == rows);
        BOOST_TEST(std::to_string(x.version()) == find_member(line, "version"));
      }
    }
  }
  BOOST_TEST(count == 9u);
}

BOOST_AUTO_TEST_SUITE_END()
