// Walks once through JSON text that nobody has checked yet, without a tree and
// without copies. The codec of events is built on it.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace projections {

/// A text is not JSON by RFC 8259. Says what is wrong, and at which byte.
class json_syntax_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Takes values off the front of a text, one after the other, as its caller
/// asks for them. Every byte that it passes is checked: the grammar, UTF-8, and
/// that surrogates come in pairs. Functions throw `json_syntax_error`. Not
/// thread-safe; the text must outlive it.
class json_scanner {
public:
  /// So many brackets may be open at once; that bounds the stack.
  static constexpr size_t depth_max = 512;

  explicit json_scanner(std::string_view text);

  // -- modifiers ---------------------------------------------------------------

  /// Returns the first byte of the next value, which stays where it is.
  char peek();

  /// Takes the string that is next and returns its content, valid until the
  /// next call.
  std::string_view take_string();

  /// Takes the number that is next and returns its text.
  std::string_view take_number();

  /// Takes `word` (`true`, `false`, `null`), of which the first byte is next.
  void take_word(std::string_view word);

  /// Takes any value and returns its text.
  std::string_view take_any();

  /// Takes the opening bracket that is next.
  void enter();

  /// Moves to the next element of the array that was entered last. Returns
  /// false, behind its closing bracket, if there is none.
  bool next_element();

  /// Moves to the value of the next member of the object that was entered last,
  /// and sets `key`, valid until the next call. Returns false, behind its
  /// closing bracket, if there is none. A key that is `likely`, which needs no
  /// escapes, is recognised faster than others.
  bool next_member(std::string_view& key, std::string_view likely = {});

  /// Takes `prefix` if the text goes on exactly with it, else nothing. Returns
  /// whether it did.
  bool take_exactly(std::string_view prefix);

  /// Takes `parts` if the text goes on exactly with one after the other, else
  /// nothing. Returns whether it did.
  bool take_exactly(std::initializer_list<std::string_view> parts);

  /// Takes characters that can stand in a string without an escape, in ASCII,
  /// if exactly `before` is in front of them and `behind` comes after them, and
  /// returns them. Else takes nothing and returns nothing.
  std::optional<std::string_view> take_plain(
    std::initializer_list<std::string_view> before, std::string_view behind);

  /// Takes white space up to the end and throws if there is anything else.
  void finish();

private:
  [[noreturn]] void fail(std::string_view problem) const;
  void skip_space();
  bool next_part(char closing, std::string_view missing);
  std::string_view finish_string();
  void skip_characters();
  void append_escape();
  unsigned take_hex();
  void take_digits(std::string_view missing);
  [[nodiscard]] bool at(char c) const {
    return at_ != end_ && *at_ == c;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  size_t depth_ = 0;

  /// Whether a bracket was opened and nothing taken behind it.
  bool just_entered_ = false;

  /// Strings with escapes are made here.
  std::string scratch_;
};

} // namespace projections
