// Goal: a read-model file is understood, and every mistake in it is told by its
// place and word. Method: one file of everything, then one mistake each.
#include "projections/folds/read_models/read_model_file.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace projections;

namespace {

/// Checks that the file `text` is refused with exactly `message`.
void check_refused(std::string_view text, const std::string& message) {
  BOOST_TEST_CONTEXT("file " << text) {
    try {
      (void) parse_read_models(text);
      BOOST_ERROR("the file was taken");
    } catch (const read_model_file_error& error) {
      BOOST_TEST(error.what() == message);
    }
  }
}

/// Returns a file of one read model that has `members` besides its name.
std::string file_with(const std::string& members) {
  return R"({"read_models": [{"name": "m", )" + members + "}]}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(read_model_file_test)

// -- what is understood -------------------------------------------------------

BOOST_AUTO_TEST_CASE(declarations_are_read_in_order) {
  auto models = parse_read_models(R"({"read_models": [
    {"name": "users", "entity": "user", "find_by": "email",
     "fields": ["user", "email"],
     "on": {"Created": "merge", "Moved": "replace", "Gone": "remove"}},
    {"name": "authors", "entity": "author",
     "on": {"Made": {"commits": "count", "from": {"min": "time"},
                     "to": {"max": "time"}, "lines": {"sum": "added"},
                     "one": {"first": "x"}, "now": {"last": "y"}}}}]})");
  BOOST_REQUIRE(models.size() == 2);
  auto& users = models[0];
  BOOST_TEST(users.name == "users");
  BOOST_TEST(users.entity == "user");
  BOOST_TEST(users.find_by == "email");
  BOOST_TEST((users.fields == std::vector<std::string>{"user", "email"}));
  BOOST_REQUIRE(users.on.size() == 3);
  BOOST_TEST((users.on.at("Created").action == row_action::merge));
  BOOST_TEST((users.on.at("Moved").action == row_action::replace));
  BOOST_TEST((users.on.at("Gone").action == row_action::remove));
  auto& authors = models[1];
  BOOST_TEST(authors.find_by == "author");
  BOOST_TEST(authors.fields.empty());
  auto& rule = authors.on.at("Made");
  BOOST_TEST((rule.action == row_action::reduce));
  const reduction expected[]
    = {{"commits", reducer::count, ""}, {"from", reducer::min, "time"},
       {"to", reducer::max, "time"},    {"lines", reducer::sum, "added"},
       {"one", reducer::first, "x"},    {"now", reducer::last, "y"}};
  BOOST_REQUIRE(rule.reductions.size() == std::size(expected));
  for (size_t i = 0; i < std::size(expected); ++i) {
    BOOST_TEST(rule.reductions[i].field == expected[i].field);
    BOOST_TEST((rule.reductions[i].how == expected[i].how));
    BOOST_TEST(rule.reductions[i].source == expected[i].source);
  }
}

BOOST_AUTO_TEST_CASE(entity_and_key_are_the_id_by_default) {
  auto models = parse_read_models(file_with(R"("on": {"T": "merge"})"));
  BOOST_TEST(models[0].entity == "id");
  BOOST_TEST(models[0].find_by == "id");
}

BOOST_AUTO_TEST_CASE(default_read_models_are_those_of_the_protocol) {
  auto models = default_read_models();
  BOOST_REQUIRE(models.size() == 2);
  BOOST_TEST(models[0].name == "user_listing");
  BOOST_TEST(models[0].find_by == "id");
  BOOST_TEST(models[0].fields.empty());
  BOOST_TEST(models[1].name == "user_by_email");
  BOOST_TEST(models[1].find_by == "email");
  BOOST_TEST((models[1].fields == std::vector<std::string>{"email", "id"}));
  for (auto& model : models) {
    BOOST_TEST(model.entity == "id");
    BOOST_REQUIRE(model.on.size() == 3);
    BOOST_TEST((model.on.at("UserCreated").action == row_action::merge));
    BOOST_TEST((model.on.at("UserUpdated").action == row_action::merge));
    BOOST_TEST((model.on.at("UserDeleted").action == row_action::remove));
  }
}

// -- mistakes -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(file_that_is_not_json_is_refused) {
  BOOST_CHECK_EXCEPTION((void) parse_read_models("{"), read_model_file_error,
                        [](auto& error) {
                          return std::string_view{error.what()}.starts_with(
                            "malformed JSON at byte ");
                        });
}

BOOST_AUTO_TEST_CASE(mistakes_around_the_models_are_told) {
  check_refused("[]", R"(expected an object with "read_models")");
  check_refused("{}", R"(missing "read_models")");
  check_refused(R"({"read_model": []})",
                R"(unknown word "read_model"; expected "read_models")");
  check_refused(R"({"read_models": {}})",
                "read_models: expected an array of at least one read model");
  check_refused(R"({"read_models": []})",
                "read_models: expected an array of at least one read model");
  check_refused(R"({"read_models": [1]})",
                "read_models[0]: expected an object");
}

BOOST_AUTO_TEST_CASE(mistakes_in_a_model_are_told) {
  check_refused(R"({"read_models": [{"on": {"T": "merge"}}]})",
                R"(read_models[0]: missing "name")");
  check_refused(file_with(R"("entity": "id")"),
                R"(read_models[0]: missing "on")");
  check_refused(R"({"read_models": [{"name": ""}]})",
                "read_models[0].name: expected a non-empty string");
  check_refused(file_with(R"("entity": 1)"),
                "read_models[0].entity: expected a non-empty string");
  check_refused(file_with(R"("find_by": null)"),
                "read_models[0].find_by: expected a non-empty string");
  check_refused(file_with(R"("fnid_by": "x")"),
                R"(read_models[0]: unknown word "fnid_by"; expected "name", )"
                R"("entity", "find_by", "fields" or "on")");
  check_refused(
    R"({"read_models": [{"name": "m", "on": {"T": "merge"}},
                                    {"name": "m", "on": {"T": "merge"}}]})",
    R"(read_models[1].name: "m" is the name of another read model)");
}

BOOST_AUTO_TEST_CASE(mistakes_in_fields_are_told) {
  check_refused(file_with(R"("fields": "id")"),
                "read_models[0].fields: expected an array of at least one "
                "non-empty string");
  check_refused(file_with(R"("fields": [])"),
                "read_models[0].fields: expected an array of at least one "
                "non-empty string");
  check_refused(file_with(R"("fields": ["id", 2])"),
                "read_models[0].fields[1]: expected a non-empty string");
  check_refused(file_with(R"("fields": ["id", "id"])"),
                R"(read_models[0].fields[1]: "id" stands there twice)");
  check_refused(
    file_with(R"("find_by": "email", "fields": ["id"], "on": {"T": "merge"})"),
    R"(read_models[0].find_by: no row can have "email"; add it to "fields")");
}

BOOST_AUTO_TEST_CASE(mistakes_in_rules_are_told) {
  check_refused(file_with(R"("on": "merge")"),
                "read_models[0].on: expected an object of event types");
  check_refused(file_with(R"("on": {})"),
                "read_models[0].on: expected at least one event type");
  check_refused(file_with(R"("on": {"": "merge"})"),
                "read_models[0].on: an event type must not be empty");
  check_refused(file_with(R"("on": {"T": "mergee"})"),
                R"(read_models[0].on.T: unknown word "mergee"; expected )"
                R"("merge", "replace", "remove" or an object of fields with )"
                "reducers");
  check_refused(file_with(R"("on": {"T": ["merge"]})"),
                R"(read_models[0].on.T: expected "merge", "replace", "remove" )"
                "or an object of fields with reducers");
  check_refused(file_with(R"("on": {"T": {}})"),
                "read_models[0].on.T: expected at least one field");
}

BOOST_AUTO_TEST_CASE(mistakes_in_reductions_are_told) {
  check_refused(file_with(R"("on": {"T": {"n": "cuont"}})"),
                R"(read_models[0].on.T.n: unknown word "cuont"; expected )"
                R"("count" or an object with one of "first", "last", "min", )"
                R"("max", "sum")");
  check_refused(file_with(R"("on": {"T": {"n": 1}})"),
                R"(read_models[0].on.T.n: expected "count" or an object with )"
                R"(one of "first", "last", "min", "max", "sum")");
  check_refused(file_with(R"("on": {"T": {"n": {}}})"),
                R"(read_models[0].on.T.n: expected "count" or an object with )"
                R"(one of "first", "last", "min", "max", "sum")");
  check_refused(file_with(R"("on": {"T": {"n": {"avg": "x"}}})"),
                R"(read_models[0].on.T.n: unknown word "avg"; expected )"
                R"("first", "last", "min", "max" or "sum")");
  check_refused(file_with(R"("on": {"T": {"n": {"min": "x", "max": "x"}}})"),
                "read_models[0].on.T.n: more than one reducer");
  check_refused(file_with(R"("on": {"T": {"n": {"sum": 3}}})"),
                "read_models[0].on.T.n.sum: expected a non-empty string");
  check_refused(file_with(R"("on": {"T": {"id": "count"}})"),
                "read_models[0].on.T.id: the entity's field must not be "
                "reduced");
}

BOOST_AUTO_TEST_SUITE_END()
