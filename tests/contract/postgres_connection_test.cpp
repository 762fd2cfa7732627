// Goal: statements that go with later ones are executed once, in order and in
// their transaction only, whatever ends it. Method: a connection of its own and
// settings that end with the transaction, which is what statements leave
// without any table.
#include "projections/storage/postgres/postgres_connection.hpp"

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

  /// Makes a table, of one row for each kept mark, and returns how one is kept.
  std::string make_marks() {
    schema.run("CREATE TABLE marks (mark text)");
    return "INSERT INTO " + schema.name() + ".marks VALUES ('kept')";
  }

  void end_session() {
    schema.run("SELECT pg_terminate_backend(" + std::to_string(at.backend())
               + ", 10000)");
  }

  std::string mark_or_error() {
    return at.call("look", [this] { return mark(); });
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

BOOST_AUTO_TEST_CASE(parameters_mean_the_same_behind_later_statements) {
  schema.run("CREATE TABLE kinds (yes boolean, value jsonb, text text)");
  auto insert = "INSERT INTO " + schema.name() + ".kinds VALUES ($1, $2, $3)";
  const std::string large(100'000, 'x');
  const char* null = nullptr;
  at.begin();
  for (auto round = 0; round < 2; ++round) {
    at.execute_later("SELECT 1");
    at.run(insert, int64_t{1}, std::string{"[]"}, large);
    at.execute_later("SELECT 1");
    at.run(insert, int64_t{0}, std::string{"5"}, null);
    at.execute_later("SELECT 1");
    at.run(insert, int64_t{1}, std::string{"6"}, std::string{"it's"});
  }
  at.commit();
  BOOST_TEST(schema.run("SELECT yes, value, length(text) FROM kinds")
             == "t;[];100000;f;5;null;t;6;4;t;[];100000;f;5;null;t;6;4;");
}

BOOST_AUTO_TEST_CASE(first_statement_belongs_to_the_transaction) {
  auto keep = make_marks();
  at.begin(begin_and_mark);
  at.execute_later(keep);
  BOOST_CHECK_THROW(at.run("SELECT * FROM missing"), pqxx::sql_error);
  BOOST_CHECK_THROW(at.commit(), pqxx::failure);
  at.roll_back();
  BOOST_TEST(schema.run("SELECT * FROM marks") == "");
  BOOST_TEST(mark() == "");
}

BOOST_AUTO_TEST_CASE(first_statement_has_the_limits_of_its_transaction) {
  make_marks();
  auto table = schema.name() + ".marks";
  pqxx::connection other;
  pqxx::nontransaction holder{other};
  holder.exec("BEGIN; LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
  at.begin("BEGIN; SET LOCAL lock_timeout = 50");
  BOOST_CHECK_THROW(
    at.call("look", [&] { at.run("SELECT count(*) FROM " + table); }),
    store_unavailable);
  at.roll_back();
  holder.exec("ROLLBACK");
  BOOST_TEST(text_of(at.run("SELECT count(*) FROM " + table).at(0)[0]) == "0");
}

BOOST_AUTO_TEST_CASE(statement_that_cannot_be_prepared_spoils_no_other) {
  BOOST_CHECK_THROW(at.run("SELECT * FROM missing"), pqxx::sql_error);
  BOOST_TEST(mark() == "");
  BOOST_CHECK_THROW(at.run("SELECT * FROM missing"), pqxx::sql_error);
  BOOST_TEST(text_of(at.run("SELECT 1").at(0)[0]) == "1");
}

BOOST_AUTO_TEST_CASE(later_statement_of_no_transaction_is_executed_at_once) {
  at.execute_later(make_marks());
  BOOST_TEST(schema.run("SELECT * FROM marks") == "kept;");
}

BOOST_AUTO_TEST_CASE(large_statements_do_not_wait) {
  auto keep = make_marks();
  at.begin();
  for (auto i = 0; i < 1000; ++i)
    at.execute_later(keep + " /* " + std::string(1000, 'x') + " */");
  at.commit();
  BOOST_TEST(schema.run("SELECT count(*) FROM marks") == "1000;");
}

BOOST_AUTO_TEST_CASE(session_that_ends_takes_what_waits_with_it) {
  auto keep = make_marks();
  at.begin(begin_and_mark);
  at.execute_later(keep);
  end_session();
  BOOST_CHECK_THROW(mark_or_error(), store_unavailable);
  BOOST_CHECK_THROW(at.call("commit", [&] { at.commit(); }), store_unavailable);
  at.roll_back();
  BOOST_TEST(mark_or_error() == "");
  at.begin();
  at.run_later(keep);
  end_session();
  BOOST_CHECK_THROW(at.call("commit", [&] { at.commit(); }), store_unavailable);
  at.roll_back();
  BOOST_TEST(mark_or_error() == "");
  BOOST_TEST(schema.run("SELECT * FROM marks") == "");
}

BOOST_AUTO_TEST_CASE(interrupted_transaction_executes_nothing_later) {
  auto keep = make_marks();
  at.begin(begin_and_mark);
  at.execute_later(keep);
  at.interrupt(true);
  BOOST_CHECK_THROW(mark_or_error(), store_unavailable);
  at.roll_back();
  at.interrupt(false);
  at.begin(begin_and_mark);
  BOOST_TEST(mark_or_error() == "begun");
  at.commit();
  BOOST_TEST(schema.run("SELECT * FROM marks") == "");
}

BOOST_AUTO_TEST_CASE(error_that_shows_in_the_commit_undoes_it) {
  auto keep = make_marks();
  at.begin();
  at.run_later(keep);
  BOOST_CHECK_THROW(at.commit("SELECT 1/0"), pqxx::sql_error);
  at.roll_back();
  BOOST_TEST(schema.run("SELECT * FROM marks") == "");
  BOOST_TEST(mark() == "");
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
