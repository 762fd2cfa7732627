// Writes the normalised text of one value while a parser walks through it. Used
// by the decoder for everything that is kept of a request.
#pragma once

#include "projections/messages/json/json_text.hpp"
#include "projections/messages/text/keyed_hash.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace projections {

/// Takes the parts of a value in order and writes their normalised text to
/// memory of the caller. Of a repeated key the last value stays, in the place
/// of the first. Never writes more than twice the bytes of the JSON that the
/// parts come from. Not thread-safe.
class json_builder {
public:
  explicit json_builder(json_style style);

  // -- modifiers ---------------------------------------------------------------

  /// Begins a value at `out`.
  void begin(char* out);

  /// Adds a number, `true`, `false` or `null`.
  void literal(std::string_view token);

  /// Adds a string of which `content` are the bytes. `verbatim` says that none
  /// of them needs to be escaped.
  void string(std::string_view content, bool verbatim);

  void start_object();
  void key(std::string_view content, bool verbatim);
  void end_object();
  void start_array();
  void end_array();

  // -- inspectors --------------------------------------------------------------

  /// Returns whether the value is complete.
  [[nodiscard]] bool done() const {
    return frames_.empty();
  }

  /// Returns the text of the complete value.
  [[nodiscard]] std::string_view text() const {
    return {begin_, static_cast<size_t>(out_ - begin_)};
  }

  /// Returns `identity_of(text())`, without looking for it again.
  [[nodiscard]] std::string_view identity() const {
    return identity_;
  }

private:
  /// From how many members on an object's keys are looked up in a set.
  static constexpr size_t few_members_max = 16;

  using key_set = std::unordered_set<std::string_view, keyed_text_hash>;

  /// An object or array that is open.
  struct frame {
    char* begin;
    /// Its first member in `members_`.
    size_t first_member;
    bool is_object;
    bool has_repeated_key;
    /// The keys so far, once they are many.
    std::unique_ptr<key_set> keys;
  };

  /// A member of an open object: its key as written and where it begins.
  struct member {
    std::string_view key;
    char* begin;
  };

  void open(char bracket);
  void close(char bracket);
  void begin_value();
  void note_identity(const char* value, bool counts);
  bool is_repeated(frame& in, std::string_view key);
  void drop_repeated(const frame& in);
  void put(std::string_view text);
  void put_string(std::string_view content, bool verbatim);

  json_style style_;
  char* begin_ = nullptr;
  char* out_ = nullptr;
  std::vector<frame> frames_;
  std::vector<member> members_;
  std::string_view identity_;
  /// Whether the next value is that of the outermost object's key `id`.
  bool at_id_ = false;
  /// Reused for texts that need escapes.
  std::string scratch_;
};

} // namespace projections
