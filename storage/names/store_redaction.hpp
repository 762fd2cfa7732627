// Takes passwords out of names of stores, before they are shown or logged. Used
// wherever an error or a log line names a store.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace projections {

/// What connection URIs of PostgreSQL begin with.
inline constexpr std::array<std::string_view, 2> postgresql_schemes{
  "postgresql://", "postgres://"};

/// Returns `text` with `***` in the place of everything that may be a password
/// or a part of one. That is, in a connection URI of PostgreSQL, whatever lies
/// between the first colon and the last at sign, what is no HOST:PORT where one
/// should be, and whatever follows a `password` among the parameters, however
/// these are escaped. Of a text that names no store, everything behind the
/// first colon is taken out, or all of it if an at sign or an equals sign is
/// there. The names of `memory:` and `sqlite:` have no passwords.
[[nodiscard]] std::string redacted_store_name(std::string_view text);

/// Returns whether `text` is a list of hosts with or without ports, as in
/// `a,b:5432,[::1]:5433`, or empty.
[[nodiscard]] bool are_hosts(std::string_view text);

} // namespace projections
