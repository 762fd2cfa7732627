// One text for all spellings of a JSON value: whatever the order of its keys
// and its separators. Event identity and lookups by key compare values by it.
// Ours, since RFC 8785 and its libraries turn numbers into doubles, so that
// different long integers would be equal.
#pragma once

#include "projections/messages/text/sip_hash.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// Builds canonical forms. The form of a scalar is its normalised text; that of
/// an array or object has its elements in order, or its members sorted by the
/// bytes of their keys. An array or object within stands there as `#` and 16
/// bytes of the hash of its own form, so that making a form takes a time linear
/// in the value, not one multiplied by its depth. Forms are equal where
/// values are, and differ where values do, but for a chance of 2^-128: they are
/// for comparing and hashing, not for reading. Any depth is taken without
/// recursion. Not thread-safe.
class canonical_form {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Appends the form of `value`, which is normalised text of any style, to
  /// `out`. Forms of equal values are equal in every run and on every machine.
  void append(std::string& out, std::string_view value);

private:
  /// What stands for a value in the form of the array or object around it.
  struct part {
    /// The text of a scalar; empty for an array or object.
    std::string_view text;
    /// The hash of the form of an array or object.
    hash_128 digest;
  };

  struct member {
    std::string_view key;
    part value;
  };

  /// An array or object that is open.
  struct frame {
    bool is_object;
    /// Where its form begins in `out`.
    size_t form_begin;
    /// Its first member in `members_`.
    size_t first_member;
    /// The key in front of it in the object around it.
    std::string_view key;
  };

  void open(std::string& out);
  void close(std::string& out);
  void add(std::string& out, const part& value);
  void begin_element();
  bool at_end() const;
  static void append_part(std::string& out, const part& value);

  /// What is left of the value.
  std::string_view rest_;

  /// The key of the value that comes next.
  std::string_view key_;

  std::vector<frame> open_;

  /// The members of the open objects.
  std::vector<member> members_;
};

} // namespace projections
