// Goal: a SQLite store can be shared with the Python library: what that has
// written is read, what is written here has its layout, and a layout that is
// not known is refused. Method: plain SQL on the same file.
#include "projections/storage/sqlite/sqlite_event_store.hpp"
#include "tests/contract/backends.hpp"
#include "tests/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace projections;
using namespace projections::test;

struct fixture {
  /// Runs SQL statements on the file.
  void run(const std::string& sql) {
    SQLite::Database{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(
      sql);
  }

  /// Returns the rows that `sql` selects, columns behind each other.
  std::string select(const std::string& sql) {
    SQLite::Database database{path};
    SQLite::Statement query{database, sql};
    std::string result;
    while (query.executeStep())
      for (int i = 0; i < query.getColumnCount(); ++i)
        result += query.getColumn(i).getString() + ';';
    return result;
  }

  temporary_folder folder;
  std::string path = folder.path() + "/store.sqlite";
};

const std::string python_tables = R"(
CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER,
  topic TEXT, state BLOB, PRIMARY KEY (originator_id, originator_version));
CREATE TABLE tracking (application_name TEXT, notification_id INTEGER,
  PRIMARY KEY (application_name)) WITHOUT ROWID;
)";

} // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_layout, fixture)

BOOST_AUTO_TEST_CASE(store_of_the_python_library_is_followed) {
  run(python_tables + R"(INSERT INTO stored_events VALUES
            ('6f9619ff8b86d011b42d00c04fc964ff', 1, 'dogschool:Dog.Registered',
             CAST('{"name":"Fido"}' AS BLOB)),
            ('6f9619ff8b86d011b42d00c04fc964ff', 2, 'dogschool:Dog.TrickAdded',
             CAST('{"trick":"roll over"}' AS BLOB));)");
  sqlite_event_store store{path};
  auto slice = store.read_all(log_start, 10, {});
  BOOST_REQUIRE_EQUAL(slice.events.size(), 2u);
  auto& last = slice.events.back();
  BOOST_TEST(last.stream == "6f9619ff8b86d011b42d00c04fc964ff");
  BOOST_TEST(last.version == 2);
  BOOST_TEST(last.topic == "dogschool:Dog.TrickAdded");
  BOOST_TEST(last.payload == R"({"trick":"roll over"})");
  auto outcome = store.append({{last.stream, 2, {{"T", "{}"}}}}).front();
  BOOST_TEST(outcome.version == 3);
}

BOOST_AUTO_TEST_CASE(events_are_written_in_the_layout_of_the_python_library) {
  sqlite_event_store store{path};
  store.append({{"s", no_stream, {{"T", "{\"a\":1}", "key", "{\"m\":1}"}}}});
  run("INSERT INTO stored_events VALUES ('s', 2, 'U', x'7b7d')");
  BOOST_TEST(select("SELECT rowid, originator_id, originator_version, topic, "
                    "CAST(state AS TEXT), typeof(state) FROM stored_events")
             == "1;s;1;T;{\"a\":1};blob;2;s;2;U;{};blob;");
  BOOST_TEST(select("SELECT * FROM projections_event_keys") == "key;1;");
  BOOST_TEST(select("SELECT * FROM projections_event_metadata")
             == "1;{\"m\":1};");
  // What another connection has written counts at once.
  BOOST_TEST((store.append({{"s", 1, {{"T", "{}"}}}}).front().error
              == append_error::wrong_expected_version));
}

BOOST_AUTO_TEST_CASE(tracking_is_shared_with_the_python_library) {
  run(python_tables
      + "INSERT INTO tracking VALUES "
        "('__migration__', 1), ('upstream', 7);");
  sqlite_event_counters view{path};
  BOOST_TEST((view.max_tracking_id("upstream") == 7));
  BOOST_CHECK_THROW(view.incr_created_event_counter({"upstream", 7}),
                    integrity_error);
  view.incr_created_event_counter({"upstream", 8});
  // The mark says that the table has one row for each application.
  BOOST_TEST(select("SELECT * FROM tracking") == "__migration__;1;upstream;8;");
}

BOOST_AUTO_TEST_CASE(views_share_a_file_by_the_names_of_projections) {
  sqlite_recorder<> one{path, "One"};
  sqlite_recorder<> other{path, "other"};
  auto claim = one.claim("upstream");
  BOOST_TEST(!!other.claim("upstream"));
  one.insert_tracking({"upstream", 3});
  BOOST_TEST(!other.max_tracking_id("upstream"));
  sqlite_recorder<> again{path, "one"};
  BOOST_TEST((again.max_tracking_id("upstream") == 3));
}

BOOST_AUTO_TEST_CASE(tracking_table_of_early_versions_is_refused) {
  run("CREATE TABLE tracking (application_name TEXT, notification_id INTEGER, "
      "PRIMARY KEY (application_name, notification_id)) WITHOUT ROWID");
  try {
    sqlite_event_counters view{path};
    BOOST_ERROR("the layout was taken");
  } catch (const store_error& e) {
    BOOST_TEST(e.what()
               == "sqlite:" + path
                    + ": table tracking has several rows for an application, "
                      "as early versions of the Python library made it; let a "
                      "later one convert it first");
  }
}

BOOST_AUTO_TEST_CASE(unknown_layout_is_refused) {
  run("CREATE TABLE stored_events (id INTEGER PRIMARY KEY, body TEXT)");
  try {
    sqlite_event_store store{path};
    BOOST_ERROR("the layout was taken");
  } catch (const store_error& e) {
    BOOST_TEST(e.what()
               == "sqlite:" + path
                    + ": table stored_events has the columns (id INTEGER, body "
                      "TEXT), not (originator_id TEXT, originator_version "
                      "INTEGER, topic TEXT, state BLOB) as expected");
  }
}

BOOST_AUTO_TEST_CASE(unknown_layout_of_a_table_beside_is_refused) {
  auto check
    = [this](const std::string& table, const std::string& columns, auto open) {
        run("CREATE TABLE " + table + " (id INTEGER)");
        try {
          open();
          BOOST_ERROR("the layout was taken");
        } catch (const store_error& e) {
          BOOST_TEST(e.what()
                     == "sqlite:" + path + ": table " + table
                          + " has the columns (id INTEGER), not (" + columns
                          + ") as expected");
        }
        run("DROP TABLE " + table);
        open();
      };
  auto open_store = [this] { sqlite_event_store store{path}; };
  check("projections_event_keys", "idempotency_key TEXT, position INTEGER",
        open_store);
  run("DROP TABLE projections_event_metadata");
  check("projections_event_metadata", "position INTEGER, metadata TEXT",
        open_store);
  check("projections_fold_versions",
        "tracking_table TEXT, application_name TEXT, projection_version "
        "INTEGER, view_version INTEGER, projection_name TEXT",
        [this] { sqlite_recorder<> view{path}; });
}

BOOST_AUTO_TEST_CASE(file_that_is_no_database_is_refused) {
  auto other = folder.path() + "/missing/store.sqlite";
  try {
    sqlite_event_store store{other};
    BOOST_ERROR("the file was opened");
  } catch (const store_error& e) {
    BOOST_TEST(e.what()
               == "sqlite:" + other
                    + ": cannot open it: unable to open database file");
  }
}

BOOST_AUTO_TEST_CASE(database_with_its_tables_opens_while_another_writes) {
  sqlite_event_store{path}.append({{"s", no_stream, {{"T", "{}"}}}});
  sqlite_recorder<>{path}.insert_tracking({"upstream", 1});
  SQLite::Database other{path, SQLite::OPEN_READWRITE};
  other.exec("BEGIN IMMEDIATE");
  sqlite_event_store store{path};
  BOOST_TEST(store.head() == 1);
  sqlite_recorder<> view{path};
  BOOST_TEST((view.max_tracking_id("upstream") == 1));
}

BOOST_AUTO_TEST_CASE(full_database_refuses_an_append_and_stays_intact) {
  sqlite_event_store store{path};
  store.append({{"s", no_stream, {{"T", "{}"}}}});
  std::string large(1'000'000, 'x');
  sqlite_event_store small{path, 30};
  BOOST_CHECK_THROW(small.append({{"s", 1, {{"T", large}}}}), store_error);
  BOOST_TEST(store.head() == 1);
  BOOST_TEST(store.append({{"s", 1, {{"T", "{}"}}}}).front().version == 2);
}

BOOST_AUTO_TEST_SUITE_END()
