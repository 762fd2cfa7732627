// Goal: nobody waits for a PostgreSQL server that stands still longer than it
// takes to give it up. Method: a proxy between this process and the server
// stops passing anything on, the requests to cancel included; the time that
// giving up takes is measured.
#include "projections/storage/postgres/postgres_listener.hpp"
#include "projections/storage/postgres/postgres_recorder.hpp"
#include "tests/contract/freezing_proxy.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>

namespace {

using namespace projections;
using namespace projections::test;
using namespace std::chrono_literals;

/// Returns whether `f()` returns within a second.
template <class F>
bool is_quick(F f) {
  auto began = change_signal::clock::now();
  f();
  return change_signal::clock::now() - began < 1s;
}

struct fixture {
  postgres_schema schema;
  freezing_proxy proxy;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(frozen_servers, fixture)

BOOST_AUTO_TEST_CASE(statement_that_cannot_be_cancelled_is_given_up) {
  postgres_connection connection{postgres_uri{proxy.uri(schema)}};
  auto interrupted = std::async(std::launch::async, [&] {
    proxy.wait_until_swallowed();
    return is_quick([&] { connection.interrupt(true); });
  });
  proxy.freeze();
  BOOST_CHECK_THROW(
    connection.call("select", [&] { connection.run("SELECT 1"); }),
    store_unavailable);
  BOOST_TEST(interrupted.get());
  // The server is not asked again.
  BOOST_TEST(is_quick([&] { connection.disconnect(); }));
}

BOOST_AUTO_TEST_CASE(roll_back_that_is_not_answered_is_given_up) {
  postgres_recorder<> view{proxy.uri(schema)};
  BOOST_TEST(is_quick([&] {
    BOOST_CHECK_THROW(view.in_one_transaction([&] {
      view.insert_tracking({"upstream", 1});
      proxy.freeze();
      throw std::runtime_error{"the event fails"};
    }),
                      std::runtime_error);
  }));
}

BOOST_AUTO_TEST_CASE(claim_is_given_back_to_a_server_that_does_not_answer) {
  postgres_recorder<> view{proxy.uri(schema)};
  auto claim = view.claim("upstream");
  proxy.freeze();
  BOOST_TEST(is_quick([&] { claim.reset(); }));
}

BOOST_AUTO_TEST_CASE(listener_ends_while_it_waits_for_an_answer) {
  postgres_uri uri{proxy.uri(schema)};
  auto signal = postgres_listener::signal(uri, "one");
  // Listening tells of a change.
  signal->wait(0, change_signal::clock::now() + 1min, {});
  proxy.freeze();
  auto other = postgres_listener::signal(uri, "other");
  proxy.wait_until_swallowed();
  BOOST_TEST(is_quick([&] {
    signal.reset();
    other.reset();
  }));
}

BOOST_AUTO_TEST_CASE(listener_that_hears_nothing_ends) {
  auto signal
    = postgres_listener::signal(postgres_uri{proxy.uri(schema)}, "one");
  signal->wait(0, change_signal::clock::now() + 1min, {});
  proxy.freeze();
  BOOST_TEST(is_quick([&] { signal.reset(); }));
}

BOOST_AUTO_TEST_SUITE_END()
