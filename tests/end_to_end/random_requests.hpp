// Writes random requests, valid and not, as text that is spelled in every way
// JSON allows. Used by the random test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace projections::test {

/// A source of random requests; equal seeds give equal requests. Leaves out
/// the few inputs whose answer depends on time or that the protocol leaves
/// open.
class random_requests {
public:
  /// Puts nearly every request into an envelope if `envelopes`. Lets queries
  /// wait for a version if `waiting`; the replies behind one that is never
  /// reached are in flight until the end of input.
  random_requests(uint64_t seed, bool envelopes, bool waiting);

  /// Returns the text of the next request, its line breaks included.
  std::string next();

private:
  // Returns a number below `end`.
  size_t below(size_t end);

  // Returns true once in `times`.
  bool once_in(size_t times);

  std::string_view one_of(const std::vector<std::string_view>& choices);

  // -- whole requests ---------------------------------------------------------

  std::string well_formed();

  std::string malformed();

  std::string body();

  std::string in_envelope(const std::string& body);

  // -- parts of requests ------------------------------------------------------

  // Returns the members of an object in random order, each perhaps left out or
  // replaced by another kind of value, perhaps after one that does not count.
  std::string object_of(std::vector<std::string> members);

  // Returns a member with the spelled `value`, now and then one that is wrong.
  std::string member(std::string_view key, const std::string& value);

  std::string event();

  std::string event_types();

  std::string payload();

  std::string value(size_t depth);

  std::string integer();

  std::string number();

  // Returns `content` (UTF-8) as a JSON string, characters escaped at random.
  std::string spelled(std::string_view content);

  // Returns space that may stand between two tokens.
  std::string space();

  std::mt19937_64 random_;
  bool envelopes_;
  bool waiting_;
  // Whether the request being made stays on one line.
  bool one_line_ = false;
};

} // namespace projections::test
