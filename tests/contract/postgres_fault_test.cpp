// Goal: a lost connection costs at most one error, never a change without its
// tracking, and nobody sleeps through a change because of it; waiting for the
// server can be cut short. Method: the server ends the sessions of this
// process, or a socket stands for one that does not answer.
#include "projections/storage/postgres/postgres_listener.hpp"
#include "tests/contract/backends.hpp"

#include <boost/test/unit_test.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

// Longer than any test may take: what should end a wait is not the clock.
constexpr auto long_time = 1min;

struct fixture {
  /// Ends all sessions of stores and views.
  void end_sessions() {
    schema.run("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
               "WHERE application_name = 'projections'");
  }

  postgres_schema schema;
};

/// Waits for another count than `seen` and returns whether it came.
bool changed(change_signal& signal, uint64_t seen) {
  signal.wait(seen, change_signal::clock::now() + long_time, {});
  return signal.count() != seen;
}

/// A port on which connections are taken and nothing is said.
class silent_server {
public:
  silent_server() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    BOOST_REQUIRE(::bind(socket_, any, size) == 0);
    BOOST_REQUIRE(::listen(socket_, 8) == 0);
    BOOST_REQUIRE(::getsockname(socket_, any, &size) == 0);
    port_ = ntohs(address.sin_port);
  }

  silent_server(const silent_server&) = delete;
  silent_server& operator=(const silent_server&) = delete;

  ~silent_server() {
    ::close(socket_);
  }

  /// Waits until somebody has connected.
  void accept() {
    ::close(::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC));
  }

  [[nodiscard]] std::string uri() const {
    return "postgresql://me@127.0.0.1:" + std::to_string(port_) + "/events";
  }

private:
  int socket_;
  int port_ = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_faults, fixture)

BOOST_AUTO_TEST_CASE(store_and_view_connect_again) {
  postgres_event_store store{schema.uri()};
  postgres_event_counters view{schema.uri()};
  store.append({{"s", no_stream, {{"T", "{}"}}}});
  view.incr_created_event_counter({"upstream", 1});
  end_sessions();
  BOOST_TEST(store.head() == 1);
  BOOST_TEST(view.get_created_event_counter() == 1);
  end_sessions();
  BOOST_TEST(store.append({{"s", 1, {{"T", "{}"}}}}).front().version == 2);
  view.incr_created_event_counter({"upstream", 2});
  BOOST_TEST(view.get_created_event_counter() == 2);
}

BOOST_AUTO_TEST_CASE(transaction_whose_session_ends_leaves_nothing) {
  postgres_event_counters view{schema.uri()};
  BOOST_CHECK_THROW(view.in_one_transaction([&] {
    view.incr_created_event_counter({"upstream", 1});
    end_sessions();
  }),
                    store_unavailable);
  // Nor does a part of it go into another session.
  BOOST_CHECK_THROW(view.in_one_transaction([&] {
    view.incr_created_event_counter({"upstream", 1});
    end_sessions();
    BOOST_CHECK_THROW(view.insert_tracking({"other", 1}), store_unavailable);
    BOOST_CHECK_THROW(view.insert_tracking({"other", 1}), store_unavailable);
  }),
                    store_error);
  BOOST_TEST(!view.max_tracking_id("upstream"));
  BOOST_TEST(!view.max_tracking_id("other"));
  BOOST_TEST(view.get_created_event_counter() == 0);
  view.incr_created_event_counter({"upstream", 1});
  BOOST_TEST(view.get_created_event_counter() == 1);
}

BOOST_AUTO_TEST_CASE(failed_statement_that_is_hidden_undoes_the_rest) {
  struct hiding final : postgres_recorder<> {
    explicit hiding(const std::string& uri) : postgres_recorder(uri) {
      // nop
    }

    void change() {
      transact([&](postgres_connection& db) {
        record({"upstream", 1});
        BOOST_CHECK_THROW(db.run("SELECT 1 / 0"), pqxx::pqxx_exception);
      });
    }
  };
  hiding view{schema.uri()};
  try {
    view.change();
    BOOST_ERROR("a void transaction was committed");
  } catch (const store_error& e) {
    BOOST_TEST(e.what()
               == postgres_uri{schema.uri()}.name()
                    + ": cannot commit: a statement of the transaction has "
                      "failed");
  }
  BOOST_TEST(!view.max_tracking_id("upstream"));
}

BOOST_AUTO_TEST_CASE(listener_hears_other_processes_and_comes_back) {
  postgres_event_store store{schema.uri()};
  postgres_event_counters view{schema.uri()};
  auto signal = store.changes();
  // Listening itself tells of a change, for one may have been missed.
  BOOST_TEST(changed(*signal, 0));
  for (int i = 0; i < 3; ++i) {
    auto seen = signal->count();
    schema.run("NOTIFY stored_events");
    BOOST_TEST(changed(*signal, seen));
    seen = signal->count();
    end_sessions();
    BOOST_TEST(changed(*signal, seen));
  }
}

BOOST_AUTO_TEST_CASE(wait_is_woken_after_the_sessions_were_ended) {
  postgres_event_counters view{schema.uri()};
  end_sessions();
  std::jthread writer{[this] {
    schema.run("INSERT INTO notification_tracking VALUES ('upstream', 7); "
               "NOTIFY notification_tracking");
  }};
  view.wait("upstream", 7, long_time);
  BOOST_TEST((view.max_tracking_id("upstream") == 7));
}

BOOST_AUTO_TEST_CASE(claim_is_taken_again) {
  postgres_event_counters view{schema.uri()};
  postgres_event_counters other{schema.uri()};
  auto claim = view.claim("upstream");
  BOOST_TEST(!!claim);
  end_sessions();
  // Somebody else might have had it meanwhile, so the writer has to look again.
  BOOST_CHECK_THROW(view.insert_tracking({"upstream", 1}), store_unavailable);
  view.insert_tracking({"upstream", 1});
  BOOST_TEST(!other.claim("upstream"));
  claim.reset();
  BOOST_TEST(!!other.claim("upstream"));
}

BOOST_AUTO_TEST_CASE(runner_that_was_replaced_writes_nothing) {
  postgres_event_counters view{schema.uri()};
  postgres_event_counters other{schema.uri()};
  auto claim = view.claim("upstream");
  end_sessions();
  auto others = other.claim("upstream");
  BOOST_TEST(!!others);
  for (int i = 0; i < 2; ++i)
    try {
      view.insert_tracking({"upstream", 1});
      BOOST_ERROR("a claim that was lost was written with");
    } catch (const store_unavailable& e) {
      BOOST_ERROR(e.what());
    } catch (const store_error& e) {
      BOOST_TEST(e.what()
                 == postgres_uri{schema.uri()}.name()
                      + ": another runner took the view over while the "
                        "connection was lost");
    }
  others.reset();
  BOOST_CHECK_THROW(view.insert_tracking({"upstream", 1}), store_unavailable);
  view.insert_tracking({"upstream", 1});
}

BOOST_AUTO_TEST_CASE(lost_claim_stops_only_its_own_application) {
  postgres_event_counters view{schema.uri()};
  postgres_event_counters other{schema.uri()};
  view.insert_tracking({"kept", 1});
  view.insert_tracking({"taken", 1});
  auto kept = view.claim("kept");
  auto taken = view.claim("taken");
  end_sessions();
  auto others = other.claim("taken");
  BOOST_REQUIRE(others);
  // Who has it has to look again, once.
  BOOST_CHECK_THROW(view.insert_tracking({"kept", 2}), store_unavailable);
  for (auto position : {2, 3}) {
    view.in_one_transaction([&] {
      view.expect_tracking({"taken", "kept"});
      view.insert_tracking({"kept", position});
    });
    BOOST_CHECK_EXCEPTION(view.in_one_transaction([&] {
      view.expect_tracking({"taken", "kept"});
      view.insert_tracking({"taken", position});
    }),
                          store_error, [](auto& e) {
                            return !dynamic_cast<const store_unavailable*>(&e);
                          });
  }
  // Nor may it be emptied.
  BOOST_CHECK_THROW(view.forget("taken"), store_error);
  BOOST_CHECK_THROW(view.record_code_versions("taken", {}), store_error);
  BOOST_TEST((view.max_tracking_id("kept") == 3));
  BOOST_TEST((view.max_tracking_id("taken") == 1));
  BOOST_TEST(!other.claim("kept"));
}

BOOST_AUTO_TEST_CASE(position_that_somebody_has_locked_keeps_no_other) {
  postgres_event_counters view{schema.uri()};
  postgres_event_counters other{schema.uri()};
  view.insert_tracking({"free", 1});
  view.insert_tracking({"locked", 1});
  other.in_one_transaction([&] {
    other.insert_tracking({"locked", 2});
    view.in_one_transaction([&] {
      view.expect_tracking({"locked", "free"});
      view.insert_tracking({"free", 2});
    });
  });
  BOOST_TEST((view.max_tracking_id("free") == 2));
  BOOST_TEST((view.max_tracking_id("locked") == 2));
}

BOOST_AUTO_TEST_CASE(expected_position_is_kept_from_others) {
  postgres_event_counters view{schema.uri()};
  postgres_event_counters other{schema.uri()};
  view.insert_tracking({"upstream", 1});
  std::thread overtaking;
  std::atomic<bool> has_ended = false;
  view.in_one_transaction([&] {
    view.expect_tracking({"upstream"});
    overtaking = std::thread{[&] {
      BOOST_CHECK_THROW(other.incr_created_event_counter({"upstream", 2}),
                        integrity_error);
      has_ended = true;
    }};
    view.incr_created_event_counter({"upstream", 2});
    while (!has_ended
           && schema
                .run("SELECT 1 FROM pg_stat_activity WHERE "
                     "application_name = 'projections' "
                     "AND wait_event_type = 'Lock'")
                .empty())
      ;
    view.incr_created_event_counter({"upstream", 3});
  });
  overtaking.join();
  BOOST_TEST(view.get_created_event_counter() == 2);
}

BOOST_AUTO_TEST_CASE(claim_may_outlive_its_view) {
  view_claim claim;
  {
    postgres_event_counters view{schema.uri()};
    claim = view.claim("upstream");
  }
  postgres_event_counters other{schema.uri()};
  BOOST_TEST(!other.claim("upstream"));
  claim.reset();
  BOOST_TEST(!!other.claim("upstream"));
}

BOOST_AUTO_TEST_CASE(claim_whose_answer_is_lost_keeps_nobody_off) {
  // Takes the lock and fails: what a session holds outlives its statement.
  schema.run("CREATE FUNCTION pg_try_advisory_lock(number bigint) "
             "RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN "
             "PERFORM pg_catalog.pg_try_advisory_lock(number); "
             "RAISE EXCEPTION 'the answer is lost'; END $$");
  postgres_event_counters other{schema.uri()};
  postgres_event_counters view{schema.uri("&options=-c%20search_path%3D"
                                          + schema.name() + "%2Cpg_catalog")};
  BOOST_CHECK_THROW((void) view.claim("upstream"), store_error);
  // The server needs a moment to see that the session has ended.
  auto deadline = change_signal::clock::now() + 10s;
  auto claim = other.claim("upstream");
  while (!claim && change_signal::clock::now() < deadline)
    claim = other.claim("upstream");
  BOOST_TEST(!!claim);
}

BOOST_AUTO_TEST_CASE(statement_under_way_is_interrupted) {
  postgres_connection connection{postgres_uri{schema.uri()}};
  auto pid = std::to_string(connection.backend());
  std::jthread interrupter{[&] {
    while (schema.run("SELECT count(*) FROM pg_stat_activity WHERE pid = " + pid
                      + " AND wait_event = 'PgSleep'")
           != "1;")
      std::this_thread::yield();
    connection.interrupt(true);
  }};
  try {
    connection.call("sleep", [&] { connection.run("SELECT pg_sleep(60)"); });
    BOOST_ERROR("the statement was not interrupted");
  } catch (const store_unavailable& e) {
    BOOST_TEST(e.what()
               == connection.name()
                    + ": cannot sleep: canceling statement due to user "
                      "request");
  }
  interrupter.join();
  BOOST_CHECK_THROW(
    connection.call("go on", [&] { connection.run("SELECT 1"); }),
    store_unavailable);
  connection.interrupt(false);
  BOOST_TEST(connection.run("SELECT 1").size() == 1u);
}

BOOST_AUTO_TEST_CASE(listener_ends_while_a_server_does_not_answer) {
  silent_server server;
  auto began = change_signal::clock::now();
  auto signal
    = postgres_listener::signal(postgres_uri{server.uri()}, "stored_events");
  server.accept();
  signal.reset();
  // Connecting would be given up after ten seconds.
  BOOST_TEST((change_signal::clock::now() - began < 5s));
}

BOOST_AUTO_TEST_CASE(server_that_does_not_answer_is_given_up) {
  silent_server server;
  try {
    postgres_connection connection{
      postgres_uri{server.uri() + "?connect_timeout=1"}};
    BOOST_ERROR("there was a connection");
  } catch (const store_unavailable& e) {
    BOOST_TEST(e.what()
               == server.uri() + ": cannot connect: no connection within 1 s");
  }
}

BOOST_AUTO_TEST_CASE(full_table_of_locks_is_named) {
  postgres_event_counters view{schema.uri()};
  auto first = view.claim("first");
  pqxx::connection other;
  pqxx::nontransaction work{other};
  // What was taken before it is full stays.
  auto is_full = false;
  for (int i = 0; i < 1000 && !is_full; ++i)
    try {
      work.exec("SELECT pg_advisory_lock(1, number) FROM generate_series("
                + std::to_string(i * 1000) + ", " + std::to_string(i * 1000)
                + " + 999) AS number");
    } catch (const pqxx::sql_error&) {
      is_full = true;
    }
  BOOST_REQUIRE(is_full);
  auto names_setting = [](const store_error& e) {
    return std::string_view{e.what()}.find(
             "the table of locks of the server is full, and a projection needs "
             "a lock for as long as it runs, 1 of them by this connection: "
             "raise max_locks_per_transaction")
           != std::string_view::npos;
  };
  BOOST_CHECK_EXCEPTION(static_cast<void>(view.claim("second")), store_error,
                        names_setting);
  work.exec("SELECT pg_advisory_unlock_all()");
  // The first one has stayed.
  BOOST_TEST(!postgres_event_counters{schema.uri()}.claim("first"));
  BOOST_TEST(!!view.claim("second"));
}

BOOST_AUTO_TEST_SUITE_END()
