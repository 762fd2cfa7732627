// Goal: an application written in Python is followed to the right counts, and
// where a projection written in Python has left off, one of ours resumes.
// Method: plain SQL makes the tables as the Python library does and inserts
// events with its statements, before a runner starts and while it runs; on
// PostgreSQL with NOTIFY and without it, and with a position that is a gap.
#include "tests/runtime/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

namespace {

using namespace projections;
using namespace projections::test;

const std::string fido = "0123456789abcdef0123456789abcdef";
const std::string millie = "fedcba9876543210fedcba9876543210";
const std::string scrappy = "00112233445566778899aabbccddeeff";

/// The state of an event as the library writes it: without the id and the
/// version of its aggregate.
const std::string state
  = R"({"timestamp":{"_type_":"datetime_iso",)"
    R"("_data_":"2024-05-04T10:11:12.000013+00:00"},"trick":"roll over"})";

std::string topic_of(stream_version version) {
  return version == 1 ? "dogschool:Dog.Registered" : "dogschool:Dog.TrickAdded";
}

/// The application and a view in the databases of a backend.
template <class Backend>
class python_application;

#ifdef PROJECTIONS_WITH_SQLITE
template <>
class python_application<sqlite_backend> {
public:
  python_application()
    : events_(folder_.path() + "/dogschool",
              SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 60'000),
      view_(folder_.path() + "/view",
            SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 60'000) {
    events_.exec("PRAGMA journal_mode=WAL");
    events_.exec("CREATE TABLE IF NOT EXISTS stored_events ("
                 "originator_id TEXT, originator_version INTEGER, topic TEXT, "
                 "state BLOB, "
                 "PRIMARY KEY (originator_id, originator_version))");
  }

  void insert(const std::string& dog, stream_version version, bool) {
    SQLite::Statement row{events_,
                          "INSERT INTO stored_events VALUES (?, ?, ?, ?)"};
    row.bind(1, dog);
    row.bind(2, version);
    row.bind(3, topic_of(version));
    row.bind(4, state.data(), static_cast<int>(state.size()));
    row.exec();
  }

  /// A transaction that is rolled back leaves no gap here.
  void roll_back_an_insert() {
    events_.exec("BEGIN IMMEDIATE");
    insert(scrappy, 1, false);
    events_.exec("ROLLBACK");
  }

  void make_tracking(log_position at) {
    view_.exec("CREATE TABLE IF NOT EXISTS tracking (application_name TEXT, "
               "notification_id INTEGER, PRIMARY KEY (application_name)) "
               "WITHOUT ROWID");
    view_.exec("INSERT INTO tracking VALUES ('__migration__', 1), ('upstream', "
               + std::to_string(at) + ')');
  }

  log_position tracked() {
    return view_
      .execAndGet("SELECT notification_id FROM tracking "
                  "WHERE application_name = 'upstream'")
      .getInt64();
  }

  std::unique_ptr<event_store> open_store() const {
    return std::make_unique<sqlite_event_store>(folder_.path() + "/dogschool");
  }

  std::shared_ptr<event_counters_view> open_view() const {
    return std::make_shared<sqlite_event_counters>(folder_.path() + "/view");
  }

private:
  temporary_folder folder_;
  SQLite::Database events_;
  SQLite::Database view_;
};
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
template <>
class python_application<postgres_backend> {
public:
  python_application() {
    schema_.run("CREATE TABLE IF NOT EXISTS dogschool_events ("
                "originator_id uuid NOT NULL, "
                "originator_version bigint NOT NULL, topic text, state bytea, "
                "notification_id bigserial, "
                "PRIMARY KEY (originator_id, originator_version)) "
                "WITH (autovacuum_enabled=false); "
                "CREATE UNIQUE INDEX IF NOT EXISTS "
                "dogschool_events_notification_id_idx "
                "ON dogschool_events (notification_id ASC)");
  }

  void insert(const std::string& dog, stream_version version, bool notifies) {
    end_insert(dog, version,
               notifies ? "NOTIFY dogschool_events; COMMIT" : "COMMIT");
  }

  /// Leaves a position behind that no event has.
  void roll_back_an_insert() {
    end_insert(scrappy, 1, "ROLLBACK");
  }

  void make_tracking(log_position at) {
    schema_.run("CREATE TABLE IF NOT EXISTS notification_tracking ("
                "application_name text, notification_id bigint, "
                "PRIMARY KEY (application_name)); "
                "INSERT INTO notification_tracking "
                "VALUES ('__migration__', 1), ('upstream', "
                + std::to_string(at) + ')');
  }

  log_position tracked() {
    return std::stoll(
      schema_.run("SELECT notification_id FROM notification_tracking "
                  "WHERE application_name = 'upstream'"));
  }

  std::unique_ptr<event_store> open_store() const {
    return std::make_unique<postgres_event_store>(schema_.uri(), "DogSchool");
  }

  std::shared_ptr<event_counters_view> open_view() const {
    return std::make_shared<postgres_event_counters>(schema_.uri());
  }

private:
  void end_insert(const std::string& dog, stream_version version,
                  const std::string& end) {
    schema_.run("BEGIN; SET LOCAL lock_timeout = '0s'; "
                "LOCK TABLE dogschool_events IN EXCLUSIVE MODE; "
                "INSERT INTO dogschool_events VALUES ('"
                + dog + "', " + std::to_string(version) + ", '"
                + topic_of(version) + "', '" + state + "'); " + end);
  }

  postgres_schema schema_;
};
#endif

/// The application with six events of two dogs, and what follows it.
template <class Backend>
struct fixture {
  fixture() {
    application.insert(fido, 1, true);
    application.insert(fido, 2, true);
    application.roll_back_an_insert();
    application.insert(millie, 1, true);
    application.insert(fido, 3, true);
    application.insert(millie, 2, true);
    application.insert(fido, 4, true);
  }

  std::unique_ptr<projection_runner> run() {
    return std::make_unique<projection_runner>(
      log, "upstream", std::make_shared<counting_projection>(view));
  }

  python_application<Backend> application;
  runner_configuration config = runner_configuration::make();
  caf::actor_system system{config};
  event_log log{system, [this] { return application.open_store(); }};
  std::shared_ptr<event_counters_view> view = application.open_view();
};

} // namespace

BOOST_AUTO_TEST_SUITE(python_layout)

BOOST_AUTO_TEST_CASE_TEMPLATE(application_in_python_is_followed, Backend,
                              durable_backends) {
  fixture<Backend> f;
  auto runner = f.run();
  runner->wait(f.log.store()->head(), long_time);
  BOOST_TEST(f.view->get_created_event_counter() == 2);
  BOOST_TEST(f.view->get_subsequent_event_counter() == 4);
  auto subsequent = 4;
  for (auto notifies : {true, false, true, false}) {
    auto head = f.log.store()->head();
    f.application.insert(fido, ++subsequent, notifies);
    // A position in between may be a gap.
    runner->wait(head + 1, long_time);
    BOOST_TEST(f.view->get_subsequent_event_counter() == subsequent);
  }
  f.application.roll_back_an_insert();
  f.application.insert(scrappy, 1, true);
  auto last = f.log.store()->head();
  runner->wait(last, long_time);
  runner->close();
  BOOST_TEST(f.view->get_created_event_counter() == 3);
  BOOST_TEST(f.view->get_subsequent_event_counter() == subsequent);
  BOOST_TEST(f.application.tracked() == last);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(projection_in_python_is_carried_on, Backend,
                              durable_backends) {
  python_application<Backend> before;
  before.make_tracking(2);
  before.insert(fido, 1, true);
  before.insert(fido, 2, true);
  auto config = runner_configuration::make();
  caf::actor_system system{config};
  event_log log{system, [&] { return before.open_store(); }};
  auto view = before.open_view();
  projection_runner runner{log, "upstream",
                           std::make_shared<counting_projection>(view)};
  before.insert(millie, 1, true);
  runner.wait(3, long_time);
  runner.close();
  BOOST_TEST(view->get_created_event_counter() == 1);
  BOOST_TEST(view->get_subsequent_event_counter() == 0);
  BOOST_TEST(before.tracked() == 3);
}

BOOST_AUTO_TEST_SUITE_END()
