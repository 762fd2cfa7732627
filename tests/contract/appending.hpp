// Short words for appending to a store, for the contract suites of stores.
#pragma once

#include "projections/storage/log/event_store.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace projections::test {

inline new_event an_event(std::string topic, std::string key = {}) {
  return {std::move(topic), R"({"n":1})", std::move(key)};
}

/// Appends one event to each of the streams, one request each.
inline std::vector<append_outcome>
append_to(event_store& store, const std::vector<std::string>& streams) {
  std::vector<append_request> requests;
  for (auto& x : streams)
    requests.push_back({x, any_version, {an_event("T")}});
  return store.append(requests);
}

/// Appends one request and returns what became of it.
inline append_outcome append(event_store& store, append_request request) {
  return store.append({std::move(request)}).front();
}

/// The topics of `events` in order.
inline std::string topics_of(const std::vector<recorded_event>& events) {
  std::string result;
  for (auto& x : events)
    result += x.topic;
  return result;
}

inline void check_taken(const append_outcome& x, stream_version version,
                        size_t events) {
  BOOST_TEST((x.error == append_error::none), x.problem);
  BOOST_TEST(x.version == version);
  BOOST_TEST(x.positions.size() == events);
}

inline void check_refused(const append_outcome& x, append_error error,
                          const std::string& problem) {
  BOOST_TEST((x.error == error));
  BOOST_TEST(x.problem == problem);
  BOOST_TEST(x.positions.empty());
}

} // namespace projections::test
