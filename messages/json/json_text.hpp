// Normalised JSON text: what the decoder makes of every value once, and what
// states, replies and read models are made of afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace projections {

// Normalised text is valid JSON of one line: numbers digit for digit as they
// came, strings as raw UTF-8 with only `"`, `\` and control characters escaped
// (so that equal strings have equal text), no key twice in an object, and one
// `json_style` of separators throughout. The functions below rely on that and
// check nothing; they take text that a `request_decoder` or `normalise` made.

/// The separators between the parts of a value.
struct json_style {
  /// Stands between two members or elements: `", "` or `","`.
  std::string_view comma = ", ";

  /// Stands between a key and its value: `": "` without the quotes, or `":"`.
  std::string_view colon = ": ";
};

/// The style of the seeds: a space behind every comma and colon.
inline constexpr json_style spaced_style{};

/// No space at all (`--compact`).
inline constexpr json_style compact_style{",", ":"};

/// What a value is.
enum class json_kind : uint8_t { null, boolean, number, string, object, array };

/// Returns the kind of the value that `text` holds, by its first byte.
[[nodiscard]] json_kind kind_of(std::string_view text);

/// Returns the length in bytes of the value at the front of `text`.
[[nodiscard]] size_t value_length(std::string_view text);

/// Walks through the members of an object in order:
/// `for (member_cursor i{object}; i.next();) use(i.key(), i.value());`
class member_cursor {
public:
  /// `object` must outlive the cursor and be the text of an object.
  explicit member_cursor(std::string_view object);

  /// Moves to the next member. Returns false if there is none.
  bool next();

  /// The current key without its quotes, escaped as in the text.
  [[nodiscard]] std::string_view key() const {
    return key_;
  }

  /// The text of the current value.
  [[nodiscard]] std::string_view value() const {
    return value_;
  }

private:
  /// What is left between the brackets.
  const char* at_;
  const char* end_;
  std::string_view key_;
  std::string_view value_;
};

/// Walks through the elements of an array in order.
class element_cursor {
public:
  /// `array` must outlive the cursor and be the text of an array.
  explicit element_cursor(std::string_view array);

  /// Moves to the next element. Returns false if there is none.
  bool next();

  /// The text of the current element.
  [[nodiscard]] std::string_view value() const {
    return value_;
  }

private:
  /// What is left between the brackets.
  const char* at_;
  const char* end_;
  std::string_view value_;
};

/// Returns the value of member `key` (escaped, without quotes) of `object`, or
/// an empty view if there is none.
[[nodiscard]] std::string_view find_member(std::string_view object,
                                           std::string_view key);

/// Returns whether the first member of `object` is `key` with `value`, or
/// nothing if it has another key. Most objects begin with what names them, and
/// then nothing has to be searched. `object` is in `style`.
[[nodiscard]] std::optional<bool> begins_with_member(std::string_view object,
                                                     std::string_view key,
                                                     std::string_view value,
                                                     json_style style);

/// Returns the text by which `value` is known among others: the value of its
/// member `id` if it is an object with one that is a string or a number, else
/// an empty view.
[[nodiscard]] std::string_view identity_of(std::string_view value);

/// Returns whether `value` is of a kind that things are known by: a string or a
/// number.
[[nodiscard]] bool can_identify(std::string_view value);

/// Returns `text` without its first and last byte: what stands between the
/// quotes of a string.
[[nodiscard]] constexpr std::string_view unquoted(std::string_view text) {
  return text.substr(1, text.size() - 2);
}

/// Appends the bytes `raw` (valid UTF-8) to `out`, escaped as normalised text
/// has it, without quotes.
void append_escaped(std::string& out, std::string_view raw);

/// Returns `raw` (valid UTF-8) escaped, without quotes.
[[nodiscard]] std::string escaped(std::string_view raw);

/// Returns the bytes that `escaped_text` (what stands between the quotes of a
/// normalised string) means.
[[nodiscard]] std::string unescaped(std::string_view escaped_text);

/// Returns whether the number `text` is written without fraction and exponent.
[[nodiscard]] bool is_integer(std::string_view text);

} // namespace projections
