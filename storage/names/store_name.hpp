// Stores and views by name: one text says which backend and where. Programs
// take such names from their users; whatever opens a store parses them here.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace projections {

/// A text names no store. Says why and what is accepted, and shows the name
/// without its password.
class bad_store_name : public std::invalid_argument {
public:
  using std::invalid_argument::invalid_argument;
};

/// Where events and views are kept.
enum class store_kind : uint8_t { memory, sqlite, postgresql };

/// The name of a store, taken apart. There are four forms:
///
///     memory:                     a store of its own, gone with its owner
///     memory:NAME                 shared under NAME by all of this process
///     sqlite:PATH                 the database file PATH, relative or absolute
///     postgresql://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE
///
/// A PATH is taken as it is, without escapes. The last form, which may begin
/// with `postgres://` too and of which every part may be missing, is the
/// connection URI of libpq.
struct store_name {
  store_kind kind = store_kind::memory;

  /// The NAME (empty for a store of its own), the PATH or the whole URI, with
  /// its password.
  std::string place;

  /// Returns the name as users write it, with its password. It must not be
  /// shown.
  [[nodiscard]] std::string text() const;

  /// Returns the name with `***` in the place of its password.
  [[nodiscard]] std::string redacted() const;

  bool operator==(const store_name&) const = default;
};

/// Returns the store that `text` names. Throws `bad_store_name`.
[[nodiscard]] store_name parse_store_name(std::string_view text);

/// Throws `store_error`: this build lacks the backend of `name`.
[[noreturn]] void refuse_backend(const store_name& name);

} // namespace projections
