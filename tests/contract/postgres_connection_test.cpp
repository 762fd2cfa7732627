// Goal: statements that go with later ones are executed once, in order and in
// their transaction only. Method: a connection of its own and settings that end
// with the transaction, which is what statements leave without any table.
#include "storage/postgres_connection.hpp"

#include "tests/contract/postgres_schema.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace projections;
using namespace projections::test;

constexpr const char* begin_and_mark
  = "BEGIN; SELECT set_config('projections.mark', 'begun', true)";
constexpr const char* add_mark
  = "SELECT set_config('projections.mark', "
    "current_setting('projections.mark') || '-' || $1 || '-' || $2, true)";
constexpr const char* select_mark
  = "SELECT current_setting('projections.mark', true)";

struct fixture {
  std::string mark() {
    return std::string{text_of(at.run(select_mark).at(0)[0])};
  }

  postgres_schema schema;
  postgres_connection at{postgres_uri{schema.uri()}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_connections, fixture)

BOOST_AUTO_TEST_CASE(begin_goes_with_the_first_statement) {
  at.begin(begin_and_mark);
  BOOST_TEST(mark() == "begun");
  at.commit();
  BOOST_TEST(mark() == "");
}

BOOST_AUTO_TEST_CASE(begin_goes_with_arrays_too) {
  at.begin(begin_and_mark);
  auto rows = at.run_on_texts("SELECT unnest($1::text[]) || "
                              "current_setting('projections.mark')",
                              {"it's ", "\\ "});
  at.commit();
  BOOST_REQUIRE(rows.size() == 2u);
  BOOST_TEST(text_of(rows[0][0]) == "it's begun");
  BOOST_TEST(text_of(rows[1][0]) == "\\ begun");
}

BOOST_AUTO_TEST_CASE(later_statements_keep_their_order_and_parameters) {
  at.begin(begin_and_mark);
  at.run_later(add_mark, std::string{"it's"}, int64_t{-1});
  at.run_later(add_mark, std::string{"\\'"}, int64_t{2});
  BOOST_TEST(mark() == "begun-it's--1-\\'-2");
  BOOST_TEST(mark() == "begun-it's--1-\\'-2");
  at.commit();
}

BOOST_AUTO_TEST_CASE(parameters_that_go_as_they_are_come_behind) {
  at.begin(begin_and_mark);
  auto rows = at.run("SELECT length($1::bytea), "
                     "current_setting('projections.mark')",
                     pqxx::binarystring{"a\0b", 3});
  at.commit();
  BOOST_TEST(text_of(rows.at(0)[0]) == "3");
  BOOST_TEST(text_of(rows.at(0)[1]) == "begun");
}

BOOST_AUTO_TEST_CASE(commit_executes_what_is_left) {
  schema.run("CREATE TABLE marks (mark text)");
  at.begin();
  at.execute_later("INSERT INTO " + schema.name() + ".marks VALUES ('later')");
  at.commit("INSERT INTO " + schema.name() + ".marks VALUES ('before')");
  auto rows = at.execute("SELECT mark FROM " + schema.name() + ".marks");
  BOOST_REQUIRE(rows.size() == 2u);
  BOOST_TEST(text_of(rows[0][0]) == "later");
}

BOOST_AUTO_TEST_CASE(what_was_given_up_is_not_executed) {
  at.begin(begin_and_mark);
  at.roll_back();
  BOOST_TEST(mark() == "");
  at.begin(begin_and_mark);
  BOOST_TEST(mark() == "begun");
  at.execute_later("SELECT 1/0");
  at.roll_back();
  BOOST_TEST(mark() == "");
}

BOOST_AUTO_TEST_CASE(error_of_a_later_statement_undoes_the_transaction) {
  at.begin(begin_and_mark);
  at.execute_later("SELECT 1/0");
  BOOST_CHECK_THROW(mark(), pqxx::sql_error);
  BOOST_CHECK_THROW(at.commit(), pqxx::failure);
  at.roll_back();
  BOOST_TEST(mark() == "");
}

BOOST_AUTO_TEST_SUITE_END()
