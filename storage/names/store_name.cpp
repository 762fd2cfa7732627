#include "projections/storage/names/store_name.hpp"

#include "projections/messages/text/storable_text.hpp"
#include "projections/storage/log/store_error.hpp"
#include "projections/storage/names/store_redaction.hpp"

#include <algorithm>

namespace projections {

namespace {

constexpr std::string_view memory_scheme = "memory:";
constexpr std::string_view sqlite_scheme = "sqlite:";

[[noreturn]] void refuse(std::string_view text, std::string_view problem) {
  throw bad_store_name{"\"" + redacted_store_name(text)
                       + "\" names no store: " + std::string{problem}
                       + "; accepted are memory:, memory:NAME, sqlite:PATH and "
                         "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"};
}

/// Returns whether every `%` in `text` is followed by two hexadecimal digits.
bool has_whole_escapes(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdefABCDEF";
  for (auto i = text.find('%'); i != text.npos; i = text.find('%', i + 1))
    if (text.size() - i < 3 || digits.find(text[i + 1]) == digits.npos
        || digits.find(text[i + 2]) == digits.npos)
      return false;
  return true;
}

void check_path(std::string_view text, std::string_view path) {
  if (path.empty())
    refuse(text, "the path is missing");
  if (path == ":memory:")
    refuse(text, "a store in memory is called memory:");
  // Other programs read these as relative paths, as absolute ones or as hosts.
  if (path.starts_with("//"))
    refuse(text, "a path does not begin with two slashes");
}

/// Refuses what libpq would take for something else than it seems to be. It
/// might show parts of a password then.
void check_uri(std::string_view text, std::string_view behind_scheme) {
  if (std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F;
      }))
    refuse(text, "a URI has no spaces; write them as %20");
  if (!has_whole_escapes(text))
    refuse(text, "a percent sign stands before two hexadecimal digits; write "
                 "it as %25 where it means itself");
  auto authority = behind_scheme.substr(0, behind_scheme.find_first_of("/?"));
  auto at = authority.find('@');
  if (behind_scheme.find('@', at == authority.npos ? 0 : at + 1)
      != behind_scheme.npos)
    refuse(text, "an at sign stands behind user and password only, and these "
                 "have no slash and no question mark; write them as %40, %2F "
                 "and %3F elsewhere");
  auto hosts = at == authority.npos ? authority : authority.substr(at + 1);
  if (!are_hosts(hosts))
    refuse(text, "the part before the database is not HOST:PORT");
}

} // namespace

std::string store_name::text() const {
  switch (kind) {
    case store_kind::memory:
      return std::string{memory_scheme} + place;
    case store_kind::sqlite:
      return std::string{sqlite_scheme} + place;
    default:
      return place;
  }
}

std::string store_name::redacted() const {
  return redacted_store_name(text());
}

store_name parse_store_name(std::string_view text) {
  if (!is_storable_text(text))
    refuse(text, "it is not UTF-8 without zero characters");
  if (text.starts_with(memory_scheme))
    return {store_kind::memory, std::string{text.substr(memory_scheme.size())}};
  if (text.starts_with(sqlite_scheme)) {
    auto path = text.substr(sqlite_scheme.size());
    check_path(text, path);
    return {store_kind::sqlite, std::string{path}};
  }
  for (auto scheme : postgresql_schemes)
    if (text.starts_with(scheme)) {
      check_uri(text, text.substr(scheme.size()));
      return {store_kind::postgresql, std::string{text}};
    }
  refuse(text, "it does not begin with the name of a backend");
}

void refuse_backend(const store_name& name) {
  throw store_error{name.redacted()
                    + ": this build has no backend for such stores"};
}

} // namespace projections
