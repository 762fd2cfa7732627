// Goal: a PostgreSQL store can be shared with the Python library: what that has
// written is read, what is written here has its layout, a layout that is not
// known is refused, and no error shows a password. Method: plain SQL on the
// same schema.
#include "projections/storage/postgres/postgres_recorder_with_events.hpp"
#include "tests/contract/backends.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;

struct fixture {
  postgres_schema schema;
};

/// The table of events as the Python library makes it.
std::string python_events(const std::string& id_type) {
  return "CREATE TABLE stored_events (originator_id " + id_type
         + " NOT NULL, originator_version bigint NOT NULL, topic text, "
           "state bytea, notification_id bigserial, "
           "PRIMARY KEY (originator_id, originator_version)) "
           "WITH (autovacuum_enabled=false); "
           "CREATE UNIQUE INDEX stored_events_notification_id_idx "
           "ON stored_events (notification_id ASC);";
}

const std::string python_tracking
  = "CREATE TABLE notification_tracking (application_name text, "
    "notification_id bigint, PRIMARY KEY (application_name)); "
    "INSERT INTO notification_tracking VALUES ('__migration__', 1);";

/// Returns the text of the `store_error` that `f` throws.
template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const store_error& e) {
    return e.what();
  }
  return "no error";
}

std::string name_of(const postgres_schema& schema) {
  return postgres_uri{schema.uri()}.name();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_layout, fixture)

BOOST_AUTO_TEST_CASE(store_of_the_python_library_is_followed) {
  schema.run(python_events("uuid") + R"(INSERT INTO stored_events VALUES
    ('6f9619ff-8b86-d011-b42d-00c04fc964ff', 1, 'dogschool:Dog.Registered',
     '{"name":"Fido"}', 5),
    ('6f9619ff-8b86-d011-b42d-00c04fc964ff', 2, 'dogschool:Dog.TrickAdded',
     '{"trick":"roll over"}', 7);
    SELECT setval('stored_events_notification_id_seq', 7);)");
  postgres_event_store store{schema.uri()};
  auto slice = store.read_all(log_start, 10, {});
  BOOST_REQUIRE_EQUAL(slice.events.size(), 2u);
  BOOST_TEST(slice.events.front().position == 5);
  auto& last = slice.events.back();
  BOOST_TEST(last.position == 7);
  BOOST_TEST(last.stream == "6f9619ff8b86d011b42d00c04fc964ff");
  BOOST_TEST(last.version == 2);
  BOOST_TEST(last.topic == "dogschool:Dog.TrickAdded");
  BOOST_TEST(last.payload == R"({"trick":"roll over"})");
  BOOST_TEST(store.read_stream(last.stream, 1, 10).size() == 1u);
  auto outcome = store.append({{last.stream, 2, {{"T", "{}"}}}}).front();
  BOOST_TEST(outcome.version == 3);
  BOOST_REQUIRE_EQUAL(outcome.positions.size(), 1u);
  BOOST_TEST(outcome.positions.front() == 8);
}

BOOST_AUTO_TEST_CASE(stream_of_type_text_is_followed) {
  schema.run(python_events("text")
             + "INSERT INTO stored_events VALUES ('dog 1', 1, 'T', '{}')");
  postgres_event_store store{schema.uri("&originator_id_type=uuid")};
  BOOST_TEST(store.read_all(log_start, 10, {"T"}).events.front().stream
             == "dog 1");
  BOOST_TEST(store.append({{"dog 1", 1, {{"T", "{}"}}}}).front().version == 2);
}

BOOST_AUTO_TEST_CASE(events_are_written_in_the_layout_of_the_python_library) {
  postgres_event_store store{schema.uri()};
  store.append({{"s", no_stream, {{"T", "{\"a\":1}", "key", "{\"m\":1}"}}}});
  schema.run("INSERT INTO stored_events VALUES ('s', 2, 'U', '{}')");
  BOOST_TEST(schema.run("SELECT notification_id, originator_id, "
                        "originator_version, topic, convert_from(state, "
                        "'UTF8') FROM stored_events ORDER BY 1")
             == "1;s;1;T;{\"a\":1};2;s;2;U;{};");
  BOOST_TEST(schema.run("SELECT * FROM projections_stored_events_keys")
             == "key;1;");
  BOOST_TEST(schema.run("SELECT * FROM projections_stored_events_metadata")
             == "1;{\"m\":1};");
  BOOST_TEST(schema.run("SELECT indexdef FROM pg_indexes WHERE schemaname = '"
                        + schema.name()
                        + "' AND indexname = "
                          "'stored_events_notification_id_idx'")
             == "CREATE UNIQUE INDEX stored_events_notification_id_idx ON "
                  + schema.name()
                  + ".stored_events USING btree (notification_id);");
  // What another connection has written counts at once.
  BOOST_TEST((store.append({{"s", 1, {{"T", "{}"}}}}).front().error
              == append_error::wrong_expected_version));
}

BOOST_AUTO_TEST_CASE(streams_can_be_uuids) {
  postgres_event_store store{schema.uri("&originator_id_type=uuid"),
                             "Dog School"};
  std::string id = "6f9619ff8b86d011b42d00c04fc964ff";
  auto outcomes = store.append(
    {{id, no_stream, {{"T", "{}"}}},
     {"6F9619FF8B86D011B42D00C04FC964FF", any_version, {{"T", "{}"}}}});
  BOOST_TEST(outcomes[0].version == 1);
  BOOST_TEST((outcomes[1].error == append_error::malformed));
  BOOST_TEST(outcomes[1].problem
             == "an append to stream \"6F9619FF8B86D011B42D00C04FC964FF\": the "
                "table has UUIDs for streams, so its name must be 32 hex "
                "digits in lower case");
  BOOST_TEST(schema.run("SELECT originator_id FROM \"dog school_events\"")
             == "6f9619ff-8b86-d011-b42d-00c04fc964ff;");
  BOOST_TEST(store.read_all(log_start, 1, {}).events.front().stream == id);
  BOOST_TEST(store.read_stream(id, 0, 1).size() == 1u);
  BOOST_TEST(store.read_stream("Fido", 0, 1).empty());
}

BOOST_AUTO_TEST_CASE(keys_are_compared_byte_by_byte) {
  postgres_event_store store{schema.uri()};
  BOOST_TEST(schema.run("SELECT collation_name FROM information_schema.columns "
                        "WHERE table_name = 'projections_stored_events_keys' "
                        "AND column_name = 'idempotency_key' "
                        "AND table_schema = current_schema()")
             == "C;");
}

BOOST_AUTO_TEST_CASE(keys_in_a_table_of_another_collation_are_known) {
  schema.run("CREATE TABLE projections_stored_events_keys "
             "(idempotency_key text PRIMARY KEY, position bigint NOT NULL)");
  postgres_event_store store{schema.uri()};
  store.append({{"s", no_stream, {{"T", "{}", "b"}}}});
  store.append({{"s", 1, {{"T", "{}", "a"}, {"T", "{}", "B"}}}});
  auto outcomes = store.append({{"s", any_version, {{"T", "{}", "B"}}},
                                {"s", any_version, {{"T", "{}", "A"}}}});
  BOOST_TEST((outcomes[0].error == append_error::key_exists));
  BOOST_TEST(outcomes[1].version == 4);
}

BOOST_AUTO_TEST_CASE(names_that_no_index_can_hold_are_malformed) {
  postgres_event_store store{schema.uri()};
  std::string fits(2048, 'x');
  auto outcomes = store.append({{fits, any_version, {{"T", "{}", fits}}},
                                {fits + 'x', any_version, {{"T", "{}"}}},
                                {"s", any_version, {{"T", "{}", fits + 'x'}}}});
  BOOST_TEST(outcomes[0].version == 1);
  BOOST_TEST(outcomes[1].problem
             == "an append with a stream name of 2049 bytes; PostgreSQL takes "
                "at most 2048");
  BOOST_TEST(outcomes[2].problem
             == "an append with an idempotency key of 2049 bytes; PostgreSQL "
                "takes at most 2048");
}

BOOST_AUTO_TEST_CASE(tracking_is_shared_with_the_python_library) {
  schema.run(python_tracking
             + "INSERT INTO notification_tracking VALUES ('upstream', 7);");
  postgres_event_counters view{schema.uri()};
  BOOST_TEST((view.max_tracking_id("upstream") == 7));
  BOOST_CHECK_THROW(view.incr_created_event_counter({"upstream", 7}),
                    integrity_error);
  view.incr_created_event_counter({"upstream", 8});
  BOOST_TEST(schema.run("SELECT * FROM notification_tracking ORDER BY 1")
             == "__migration__;1;upstream;8;");
}

BOOST_AUTO_TEST_CASE(tracking_table_has_the_name_of_the_projection) {
  postgres_recorder<> one{schema.uri(), "One"};
  postgres_recorder<> other{schema.uri(), "other"};
  auto claim = one.claim("upstream");
  BOOST_TEST(!!other.claim("upstream"));
  one.insert_tracking({"upstream", 3});
  BOOST_TEST(!other.max_tracking_id("upstream"));
  // The mark says that the table has one row for each application.
  BOOST_TEST(schema.run("SELECT * FROM one_tracking ORDER BY 1")
             == "__migration__;1;upstream;3;");
}

BOOST_AUTO_TEST_CASE(tracking_table_of_early_versions_is_refused) {
  schema.run("CREATE TABLE notification_tracking (application_name text, "
             "notification_id bigint, "
             "PRIMARY KEY (application_name, notification_id))");
  BOOST_TEST(error_of([&] { postgres_recorder<> view{schema.uri()}; })
             == name_of(schema) + ": table \"" + schema.name()
                  + "\".\"notification_tracking\" has several rows for an "
                    "application, as early versions of the Python library made "
                    "it; let a later one convert it first");
}

BOOST_AUTO_TEST_CASE(unknown_layout_is_refused) {
  schema.run("CREATE TABLE stored_events (id bigint PRIMARY KEY, body text); "
             "CREATE TABLE notification_tracking (id bigint)");
  BOOST_TEST(error_of([&] { postgres_event_store store{schema.uri()}; })
             == name_of(schema) + ": table \"" + schema.name()
                  + "\".\"stored_events\" has the columns (id bigint, body "
                    "text, PRIMARY KEY (id)), not (originator_id text or uuid, "
                    "originator_version bigint, topic text, state bytea, "
                    "notification_id bigint, PRIMARY KEY (originator_id, "
                    "originator_version)) as expected");
  BOOST_TEST(error_of([&] { postgres_recorder<> view{schema.uri()}; })
             == name_of(schema) + ": table \"" + schema.name()
                  + "\".\"notification_tracking\" has the columns (id bigint), "
                    "not (application_name text, notification_id bigint, "
                    "PRIMARY KEY (application_name)) as expected");
}

BOOST_AUTO_TEST_CASE(unknown_layout_of_a_table_beside_is_refused) {
  // Opening makes them, and then each is spoiled.
  postgres_event_store{schema.uri()};
  postgres_recorder<>{schema.uri()};
  auto check = [this](const std::string& table, auto open) {
    schema.run("ALTER TABLE " + table + " ADD COLUMN more text");
    auto problem = error_of(open);
    BOOST_TEST(problem.find(".\"" + table + "\" has the columns (")
                 != std::string::npos,
               problem);
    BOOST_TEST(problem.find("more text") < problem.find("as expected"),
               problem);
    schema.run("ALTER TABLE " + table + " DROP COLUMN more");
    BOOST_TEST(error_of(open) == "no error");
  };
  auto open_store = [this] { postgres_event_store store{schema.uri()}; };
  check("projections_stored_events_keys", open_store);
  check("projections_stored_events_metadata", open_store);
  check("projections_fold_versions",
        [this] { postgres_recorder<> view{schema.uri()}; });
}

BOOST_AUTO_TEST_CASE(table_name_that_would_be_cut_off_is_refused) {
  std::string application(43, 'A');
  BOOST_TEST(error_of([&] {
               postgres_event_store store{schema.uri(), application};
             })
             == name_of(schema) + ": the name of table \"projections_"
                  + std::string(43, 'a')
                  + "_events_metadata\" has 71 bytes; PostgreSQL takes at most "
                    "63");
}

BOOST_AUTO_TEST_CASE(tables_are_made_by_many_at_once) {
  std::vector<std::string> problems(8);
  {
    std::vector<std::jthread> threads;
    for (auto& problem : problems)
      threads.emplace_back([&] {
        problem = error_of([&] {
          postgres_event_store store{schema.uri()};
          postgres_recorder<> view{schema.uri()};
          store.append({{"s", any_version, {{"T", "{}"}}}});
        });
      });
  }
  for (auto& problem : problems)
    BOOST_TEST(problem == "no error");
  BOOST_TEST(schema.run("SELECT count(*) FROM stored_events") == "8;");
}

BOOST_AUTO_TEST_CASE(no_error_shows_a_password) {
  for (std::string uri :
       {"postgresql://me:xyzzy@localhost:1/events?schema=s",
        "postgresql://me@localhost:1/events?password=xyzzy",
        "postgresql://me:xyz/xyzzy@localhost:1/events",
        "postgresql://localhost:xyzzy/events",
        "postgresql://me:1/xyzzy@localhost:1/events",
        "postgresql://me:xyz@xyzzy@localhost:1/events",
        "postgresql://me:xyz?xyzzy@localhost:1/events",
        "postgresql://localhost?password=xyz@xyzzy",
        "postgresql://me:%zzxyzzy@localhost:1/events",
        "postgresql://localhost:1/events?password=%zzxyzzy",
        "postgresql://localhost:1/events?schema=%xyzzy",
        "postgresql://localhost:1/events?connect_timeout=xyzzy",
        "me:xyzzy@localhost"}) {
    BOOST_TEST_INFO(uri);
    auto problem = error_of([&] { postgres_event_store store{uri}; });
    BOOST_TEST(problem != "no error");
    BOOST_TEST(problem.find("xyz") == std::string::npos, problem);
  }
}

BOOST_AUTO_TEST_CASE(unreachable_server_is_named) {
  auto uri = "postgresql://me:secret@localhost:1/events?schema=s";
  auto problem = error_of([&] { postgres_event_store store{uri}; });
  std::string expected = "postgresql://me@localhost:1/events?schema=s: cannot "
                         "connect: connection to server at \"localhost\"";
  BOOST_TEST(problem.substr(0, expected.size()) == expected);
  BOOST_CHECK_THROW(postgres_event_store{uri}, store_unavailable);
}

BOOST_AUTO_TEST_CASE(schema_that_is_missing_is_named) {
  BOOST_TEST(error_of([] {
               postgres_event_store store{"postgresql:///?schema=missing"};
             })
             == postgres_uri{"postgresql:///?schema=missing"}.name()
                  + ": cannot make its tables: schema \"missing\" does not "
                    "exist");
}

/// Makes the schema note how the transactions that track a position commit.
void note_commits(const postgres_schema& schema) {
  schema.run("CREATE TABLE noted (how text); "
             "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ "
             "BEGIN INSERT INTO "
             + schema.name()
             + ".noted VALUES (current_setting('synchronous_commit')); "
               "RETURN new; END $$; "
               "CREATE TRIGGER note BEFORE INSERT ON notification_tracking "
               "FOR EACH ROW EXECUTE FUNCTION note()");
}

BOOST_AUTO_TEST_CASE(commits_of_views_do_not_wait_for_the_disk) {
  postgres_recorder<> view{schema.uri()};
  note_commits(schema);
  view.insert_tracking({"application", 1});
  postgres_recorder<> durable{schema.uri(), {}, durability::power_loss};
  durable.insert_tracking({"application", 2});
  BOOST_TEST(schema.run("SELECT how FROM noted") == "off;on;");
}

BOOST_AUTO_TEST_CASE(commits_of_views_are_as_somebody_has_set_them) {
  postgres_recorder<> view{
    schema.uri("&options=-c%20synchronous_commit%3Dlocal")};
  note_commits(schema);
  view.insert_tracking({"application", 1});
  BOOST_TEST(schema.run("SELECT how FROM noted") == "local;");
}

BOOST_AUTO_TEST_CASE(commits_with_events_wait_for_the_disk) {
  postgres_recorder_with_events recorder{schema.uri()};
  note_commits(schema);
  recorder.insert_tracking({"application", 1});
  BOOST_TEST(schema.run("SELECT how FROM noted") == "on;");
}

BOOST_AUTO_TEST_SUITE_END()
