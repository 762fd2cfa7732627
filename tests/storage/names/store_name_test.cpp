// Goal: a name means one store or is refused in words that help. Method: names
// of every form, and the exact text of every error.
#include "projections/storage/names/store_name.hpp"

#include <boost/test/unit_test.hpp>

using namespace projections;
using namespace std::string_literals;

namespace {

/// Returns what is wrong with `text`, without the forms that are accepted,
/// which every error lists.
std::string problem_of(std::string_view text) {
  constexpr std::string_view accepted
    = "; accepted are memory:, memory:NAME, sqlite:PATH and "
      "postgresql://USER:PASSWORD@HOST:PORT/DATABASE";
  try {
    (void) parse_store_name(text);
  } catch (const bad_store_name& e) {
    std::string what = e.what();
    BOOST_TEST(what.ends_with(accepted), what);
    return what.substr(0, what.size() - accepted.size());
  }
  return "none";
}

} // namespace

BOOST_AUTO_TEST_SUITE(store_name_suite)

BOOST_AUTO_TEST_CASE(names_are_taken_apart) {
  auto check
    = [](std::string_view text, store_kind kind, std::string_view place) {
        auto x = parse_store_name(text);
        BOOST_TEST((x.kind == kind), text);
        BOOST_TEST(x.place == place);
        BOOST_TEST(x.text() == text);
        BOOST_TEST((parse_store_name(x.text()) == x));
      };
  check("memory:", store_kind::memory, "");
  check("memory:dogs", store_kind::memory, "dogs");
  check("memory:dogs and cats: ü", store_kind::memory, "dogs and cats: ü");
  check("sqlite:dogs.sqlite", store_kind::sqlite, "dogs.sqlite");
  check("sqlite:../a b/%20.db", store_kind::sqlite, "../a b/%20.db");
  check("sqlite:/var/lib/dogs.sqlite", store_kind::sqlite,
        "/var/lib/dogs.sqlite");
  for (auto uri :
       {"postgresql://", "postgres://", "postgresql:///dogs",
        "postgresql://ada:pw@host:5432/dogs?sslmode=off", "postgres://ada@host",
        "postgresql://ada:p:%40%25@a:1,b:2/dogs?password=a%20b",
        "postgresql://[::1]:5432", "postgresql://%2Fvar%2Frun/dogs"})
    check(uri, store_kind::postgresql, uri);
}

BOOST_AUTO_TEST_CASE(password_is_kept_but_not_shown) {
  auto x = parse_store_name("postgresql://ada:pw@host/dogs");
  BOOST_TEST(x.place == "postgresql://ada:pw@host/dogs");
  BOOST_TEST(x.redacted() == "postgresql://ada:***@host/dogs");
  BOOST_TEST(parse_store_name("sqlite:a@b:c").redacted() == "sqlite:a@b:c");
}

BOOST_AUTO_TEST_CASE(error_tells_what_is_accepted) {
  auto is_complete = [](const bad_store_name& e) {
    return std::string{e.what()}
           == "\"mysql:***\" names no store: it does not begin with the name "
              "of a backend; accepted are memory:, memory:NAME, sqlite:PATH "
              "and postgresql://USER:PASSWORD@HOST:PORT/DATABASE";
  };
  BOOST_CHECK_EXCEPTION((void) parse_store_name("mysql://ada:pw@host"),
                        bad_store_name, is_complete);
}

BOOST_AUTO_TEST_CASE(other_texts_are_refused) {
  for (auto text : {"", "dogs.sqlite", "memory"})
    BOOST_TEST(problem_of(text)
               == "\""s + text
                    + "\" names no store: it does not begin with the name of "
                      "a backend");
  for (auto text : {"SQLITE:dogs.db", "postgresql:dogs", "file:dogs.db"})
    BOOST_TEST(problem_of(text).ends_with(
                 "it does not begin with the name of a backend"),
               text);
  for (auto text : {"memory:\xFF"s, "sqlite:a\0b"s, "postgresql://\xC0"s})
    BOOST_TEST(problem_of(text).ends_with(
                 "names no store: it is not UTF-8 without zero characters"),
               text);
}

BOOST_AUTO_TEST_CASE(path_that_is_none_is_refused) {
  BOOST_TEST(problem_of("sqlite:")
             == "\"sqlite:\" names no store: the path is missing");
  BOOST_TEST(problem_of("sqlite::memory:")
             == "\"sqlite::memory:\" names no store: a store in memory is "
                "called memory:");
  for (auto text : {"sqlite://dogs.db", "sqlite:///dogs.db", "sqlite://"})
    BOOST_TEST(problem_of(text)
               == "\"sqlite:***\" names no store: a path does not begin with "
                  "two slashes");
}

BOOST_AUTO_TEST_CASE(uri_that_libpq_would_misread_is_refused) {
  BOOST_TEST(problem_of("postgresql://ada:p w@host")
             == "\"postgresql://ada:***@host\" names no store: a URI has no "
                "spaces; write them as %20");
  for (auto text : {"postgresql://ada:p%w@host", "postgresql://ada:p%2@host",
                    "postgresql://ada@host/%"})
    BOOST_TEST(problem_of(text).ends_with(
                 " names no store: a percent sign stands before two "
                 "hexadecimal digits; write it as %25 where it means itself"),
               text);
  for (auto text : {"postgresql://ada:p@w@host", "postgresql://ada:p/w@host",
                    "postgresql://ada:p?w@host", "postgresql://host/a@b"})
    BOOST_TEST(problem_of(text).ends_with(
                 " names no store: an at sign stands behind user and password "
                 "only, and these have no slash and no question mark; write "
                 "them as %40, %2F and %3F elsewhere"),
               text);
  for (auto text :
       {"postgresql://ada:pw", "postgresql://host:123456", "postgresql://[::1",
        "postgresql://a:b:c", "postgresql://u@h:port/dogs"})
    BOOST_TEST(problem_of(text).ends_with(
                 " names no store: the part before the database is not "
                 "HOST:PORT"),
               text);
}

BOOST_AUTO_TEST_SUITE_END()
