// A JSON value as plain as can be, for the model that the random test compares
// the node with. Shares no code with the node and takes O(n) for everything.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace projections::test {

/// A JSON value whose members keep their order and whose numbers keep their
/// spelling.
struct json {
  enum class kind { literal, number, string, array, object };

  json() = default;

  /// Makes a string.
  json(const char* content);

  /// Makes a string.
  json(std::string content);

  /// Makes a number.
  static json of_number(std::string spelling);

  /// Makes a number.
  static json of_size(size_t number);

  /// Makes `true`, `false` or `null`.
  static json of_literal(std::string name);

  static json of_array();

  static json of_object();

  /// Returns the member `key`, or null if there is none or this is no object.
  [[nodiscard]] const json* find(std::string_view key) const;

  [[nodiscard]] json* find(std::string_view key);

  /// Sets a member: in place if it is there, else at the end. Returns itself.
  json& set(const std::string& key, json value);

  [[nodiscard]] bool is(kind wanted) const {
    return type == wanted;
  }

  [[nodiscard]] bool is_null() const {
    return type == kind::literal && text == "null";
  }

  kind type = kind::literal;

  /// The name of a literal, the spelling of a number, the content of a string.
  std::string text = "null";

  /// The elements of an array.
  std::vector<json> items;

  /// The members of an object.
  std::vector<std::pair<std::string, json>> members;
};

/// What became of an attempt to read a value.
enum class reading {
  /// A whole value was read.
  complete,
  /// More text could still make it a value.
  incomplete,
  /// No further text can make it a value.
  malformed,
};

/// Reads one value from the start of `text`, which must end in a line break.
/// Puts the number of bytes used into `used` if it is complete.
reading read_json(std::string_view text, json& value, size_t& used);

/// Returns the value as the node writes it, with `", "` and `": "` or, if
/// `compact`, with neither space.
std::string write_json(const json& value, bool compact);

/// Returns a text that is equal for values that differ in key order only.
std::string canonical(const json& value);

/// Applies `patch` to `target` as RFC 7396 says, word for word.
void merge_patch(json& target, const json& patch);

} // namespace projections::test
