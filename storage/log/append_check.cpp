#include "projections/storage/log/append_check.hpp"

#include "projections/messages/text/storable_text.hpp"

#include <string>
#include <unordered_set>

namespace projections {

namespace {

append_outcome refuse(append_error error, std::string problem) {
  append_outcome result;
  result.error = error;
  result.problem = std::move(problem);
  return result;
}

std::string in_quotes(std::string_view text) {
  return '"' + std::string{text} + '"';
}

append_outcome malformed(std::string problem) {
  return refuse(append_error::malformed, std::move(problem));
}

/// Says which event of `request` is number `i`.
std::string place_of(const append_request& request, size_t i) {
  return "event " + std::to_string(i) + " of an append to stream "
         + in_quotes(request.stream);
}

/// Returns what is wrong with `event`, to follow its place; empty if nothing
/// is.
std::string problem_of(const new_event& event) {
  if (event.topic.empty())
    return " has no topic";
  if (event.payload.size() > payload_bytes_max)
    return " has a payload of " + std::to_string(event.payload.size())
           + " bytes; at most " + std::to_string(payload_bytes_max)
           + " are taken";
  for (std::string_view text :
       {std::string_view{event.topic}, std::string_view{event.idempotency_key},
        std::string_view{event.metadata}})
    if (!is_storable_text(text))
      return ": its topic, idempotency key and metadata must be UTF-8 without "
             "zero characters";
  return {};
}

std::string expectation(const expected_version& expected) {
  return *expected == 0 ? std::string{"does not exist"}
                        : "has version " + std::to_string(*expected);
}

std::string reality(stream_version actual) {
  return actual == 0 ? std::string{"it does not exist"}
                     : "it has version " + std::to_string(actual);
}

} // namespace

append_outcome check_form(const append_request& request) {
  if (request.stream.empty())
    return malformed("an append without a stream");
  if (!is_storable_text(request.stream))
    return malformed("an append to a stream whose name is not UTF-8 without "
                     "zero characters");
  if (request.events.empty())
    return malformed("an append of no events to stream "
                     + in_quotes(request.stream));
  std::unordered_set<std::string_view> keys;
  for (size_t i = 0; i < request.events.size(); ++i) {
    auto& event = request.events[i];
    if (auto problem = problem_of(event); !problem.empty())
      return malformed(place_of(request, i) + problem);
    if (request.events.size() > 1 && !event.idempotency_key.empty()
        && !keys.insert(event.idempotency_key).second)
      return refuse(append_error::key_exists,
                    place_of(request, i) + " repeats idempotency key "
                      + in_quotes(event.idempotency_key));
  }
  return {};
}

append_outcome check_version(const append_request& request,
                             stream_version actual) {
  append_outcome result;
  result.version = actual;
  if (request.expected && *request.expected != actual) {
    result.error = append_error::wrong_expected_version;
    result.problem = "stream " + in_quotes(request.stream)
                     + " was expected that " + expectation(request.expected)
                     + ", but " + reality(actual);
  }
  return result;
}

append_outcome refuse_key(const append_request& request, std::string_view key,
                          log_position position, stream_version actual) {
  auto result = refuse(append_error::key_exists,
                       "an append to stream " + in_quotes(request.stream)
                         + ": idempotency key " + in_quotes(key)
                         + " is that of the event at position "
                         + std::to_string(position));
  result.version = actual;
  return result;
}

size_t group_end(const std::vector<append_request>& requests, size_t first) {
  auto end = first + 1;
  while (end < requests.size() && requests[end].atomic_with_previous)
    ++end;
  return end;
}

append_outcome check_group_keys(const std::vector<append_request>& requests,
                                size_t first, size_t i) {
  std::unordered_set<std::string_view> keys;
  for (auto& event : requests[i].events)
    if (!event.idempotency_key.empty())
      keys.insert(event.idempotency_key);
  if (!keys.empty())
    for (; first < i; ++first)
      for (auto& event : requests[first].events)
        if (keys.contains(event.idempotency_key))
          return refuse(append_error::key_exists,
                        "an append to stream " + in_quotes(requests[i].stream)
                          + " repeats idempotency key "
                          + in_quotes(event.idempotency_key)
                          + " of one that it goes together with");
  return {};
}

void refuse_group(const std::vector<append_request>& requests, size_t first,
                  size_t end, size_t refused,
                  std::vector<append_outcome>& outcomes) {
  auto why = outcomes[refused].problem;
  for (auto i = first; i < end; ++i)
    if (i != refused)
      outcomes[i]
        = refuse(append_error::refused_together,
                 "an append to stream " + in_quotes(requests[i].stream)
                   + " goes together with one that was refused: " + why);
}

} // namespace projections
