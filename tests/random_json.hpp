// Random JSON for property tests: small alphabets, so that keys and ids meet
// again, and every spelling that means the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

namespace projections::test {

/// Makes the same sequence of texts for the same seed. Not thread-safe.
class random_json {
public:
  /// What the texts are made of.
  enum class alphabet {
    /// Printable ASCII without backslashes.
    plain,
    /// White space other than line breaks, all escapes, and all of Unicode.
    any,
  };

  explicit random_json(uint64_t seed, alphabet letters = alphabet::any);

  // -- modifiers ---------------------------------------------------------------

  /// Returns a random number below `limit`.
  size_t below(size_t limit);

  /// Returns any value with up to `depth_max` brackets open at once.
  std::string value(size_t depth_max);

  /// Returns an object with up to `depth_max` brackets open at once.
  std::string object(size_t depth_max);

  /// Returns an array with up to `depth_max` brackets open at once.
  std::string array(size_t depth_max);

  /// Returns a key and a value with a colon between them.
  std::string member(size_t depth_max);

  /// Returns a string, quotes included.
  std::string string();

  /// Returns a number in any spelling.
  std::string number();

private:
  std::string_view one_of(std::initializer_list<std::string_view> texts);
  std::string space();
  std::string key();
  std::string character();
  size_t size();

  std::mt19937_64 random_;
  alphabet letters_;
};

} // namespace projections::test
