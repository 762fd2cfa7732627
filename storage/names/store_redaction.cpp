#include "projections/storage/names/store_redaction.hpp"

#include "projections/messages/text/storable_text.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace projections {

namespace {

constexpr std::string_view hidden = "***";

/// Returns the value of the hexadecimal digit `c`; -1 if it is none.
int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  auto lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// A text without percent escapes, in lower case, that still knows where its
/// characters came from.
struct plain_text {
  explicit plain_text(std::string_view text) {
    for (size_t i = 0; i < text.size(); ++i) {
      auto c = text[i];
      origins.push_back(i);
      if (c == '%' && text.size() - i > 2 && hex_value(text[i + 1]) >= 0
          && hex_value(text[i + 2]) >= 0) {
        c = static_cast<char>(hex_value(text[i + 1]) * 16
                              + hex_value(text[i + 2]));
        i += 2;
      }
      characters += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    origins.push_back(text.size());
  }

  /// Returns where `part` begins in the original, or its end.
  [[nodiscard]] size_t find(std::string_view part) const {
    return origins[std::min(characters.find(part), characters.size())];
  }

  std::string characters;
  std::vector<size_t> origins;
};

/// Returns where in `rest`, what follows the scheme of a URI, the name of a
/// password begins behind the host; its end if there is none.
size_t password_name(std::string_view rest) {
  auto begin = std::min(rest.find_first_of("/?&; \t"), rest.size());
  plain_text plain{rest.substr(begin)};
  auto end = rest.size();
  for (std::string_view word : {"pass", "pwd", "secret"})
    end = std::min(end, begin + plain.find(word));
  return end;
}

/// Returns whether `text` is a host name or an address, escaped or not.
bool is_host(std::string_view text) {
  if (text.starts_with('['))
    return text.ends_with(']')
           && std::all_of(text.begin() + 1, text.end() - 1, [](char c) {
                return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
                       || (c >= 'A' && c <= 'Z') || c == ':' || c == '.'
                       || c == '%' || c == '-' || c == '_';
              });
  auto plain = plain_text{text}.characters;
  return plain.find_first_of(":[]@=") == plain.npos;
}

/// Returns whether `text` is empty or a number that a port can have.
bool is_port(std::string_view text) {
  return text.size() <= 5 && text.find_first_not_of("0123456789") == text.npos;
}

/// Returns `scheme` and `rest`, which follows it, without what may be a
/// password.
std::string redacted_uri(std::string_view scheme, std::string_view rest) {
  // An escaped colon counts: where it stands for itself, little is lost.
  auto before_colon = [](std::string_view text) {
    return text.substr(0, plain_text{text}.find(":"));
  };
  auto name = password_name(rest);
  auto shown = rest.substr(0, name);
  auto at = rest.rfind('@');
  std::string result{scheme};
  if (at != rest.npos && at > name) {
    // The at sign belongs to one password or the other.
    auto front = before_colon(shown);
    return result.append(front)
      .append(front == shown ? "" : ":")
      .append(hidden);
  }
  if (at != rest.npos) {
    auto user = before_colon(rest.substr(0, at));
    result += user;
    if (user.size() < at)
      result.append(":").append(hidden);
    shown.remove_prefix(at);
  } else if (auto authority = shown.substr(0, shown.find_first_of("/?"));
             !are_hosts(authority)) {
    auto front = before_colon(authority);
    if (front == authority)
      return result.append(hidden);
    return result.append(front).append(":").append(hidden);
  }
  result += shown;
  if (name < rest.size()) {
    constexpr std::string_view usual = "password=";
    if (rest.substr(name).starts_with(usual))
      result += usual;
    result += hidden;
  }
  return result;
}

} // namespace

bool are_hosts(std::string_view text) {
  for (;;) {
    auto one = text.substr(0, text.find(','));
    // The colons of an address in brackets are its own.
    auto colon = one.find(':', one.starts_with('[') ? one.find(']') : 0);
    if (!is_host(one.substr(0, colon))
        || (colon != one.npos && !is_port(one.substr(colon + 1))))
      return false;
    if (one.size() == text.size())
      return true;
    text.remove_prefix(one.size() + 1);
  }
}

std::string redacted_store_name(std::string_view text) {
  for (auto scheme : postgresql_schemes)
    if (text.starts_with(scheme))
      return redacted_uri(scheme, text.substr(scheme.size()));
  auto is_file = text.starts_with("sqlite:") && !text.starts_with("sqlite://");
  if ((text.starts_with("memory:") || is_file) && is_storable_text(text))
    return std::string{text};
  auto colon = text.find(':');
  if (colon == text.npos)
    return std::string{text.find_first_of("@=%") == text.npos
                           && is_storable_text(text)
                         ? text
                         : hidden};
  auto front = text.substr(0, colon + 1);
  if (front.find_first_of("@=%") != front.npos || !is_storable_text(front))
    return std::string{hidden};
  return std::string{front}.append(hidden);
}

} // namespace projections
