// Goal: a reader that polls the log never misses an event that is committed,
// whatever the writers do: who has seen position p never finds one at or below
// p afterwards. Method: writers through the store and writers with plain SQL in
// the Python layout, with the lock that the Python library takes, insert at the
// same time; the latter roll back or commit only after the reader has polled
// again, so that a position that is drawn early and committed late would be
// passed over. In the end, what the reader has met is compared with the store.
#include "tests/contract/backends.hpp"
#include "tests/contract/plain_writer.hpp"
#include "tests/contract/random_writers.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#if defined(PROJECTIONS_WITH_SQLITE) || defined(PROJECTIONS_WITH_POSTGRESQL)

namespace {

using namespace projections;
using namespace projections::test;

constexpr int store_writers = 8;
constexpr int plain_writers = 8;
/// Polls the log until all writers have ended and it has met the head.
std::vector<recorded_event> follow(event_store& store,
                                   random_writers& writers) {
  std::vector<recorded_event> result;
  log_position after = log_start;
  for (auto at_head = false, ended = false; !ended || !at_head;) {
    ended = !writers.are_writing();
    auto slice = store.read_all(after, 7, {});
    for (auto& x : slice.events)
      result.push_back(std::move(x));
    after = slice.read_to;
    at_head = slice.at_head;
    writers.end_look();
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_order)

BOOST_AUTO_TEST_CASE_TEMPLATE(reader_that_polls_misses_no_event, Backend,
                              durable_backends) {
  auto seed = std::random_device{}();
  BOOST_TEST_CONTEXT("seed " << seed) {
    Backend backend;
    auto reader = backend.open_store();
    random_writers writers;
    for (int i = 0; i < store_writers; ++i)
      writers.start(seed + i, [&](auto& random) {
        append_randomly(*backend.open_store(), random);
      });
    for (int i = 0; i < plain_writers; ++i)
      writers.start(seed + store_writers + i, [&, i](auto& random) {
        plain_writer<Backend> writer{backend};
        insert_randomly(writer, "plain " + std::to_string(i), writers, random);
      });
    auto met = follow(*reader, writers);
    BOOST_TEST(writers.join() == "");
    auto kept
      = backend.open_store()->read_all(log_start, met.size() + 100'000, {});
    BOOST_TEST(met.size() > size_t{writer_transactions});
    BOOST_TEST(met.size() == kept.events.size());
    for (size_t i = 1; i < met.size(); ++i)
      BOOST_TEST(met[i - 1].position < met[i].position);
    std::map<std::string, stream_version> versions;
    for (size_t i = 0; i < std::min(met.size(), kept.events.size()); ++i) {
      BOOST_TEST(met[i].position == kept.events[i].position);
      BOOST_TEST(met[i].version == ++versions[met[i].stream]);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

#endif
