#include "projections/storage/postgres/postgres_uri.hpp"

#include "projections/messages/text/storable_text.hpp"
#include "projections/storage/names/table_name.hpp"

// libpqxx cannot take a URI apart; libpq can.
#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <map>
#include <memory>

namespace projections {

namespace {

/// PostgreSQL cuts identifiers off after so many bytes.
constexpr size_t identifier_bytes_max = 63;

using options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

std::map<std::string, std::string> values_of(const options& all) {
  std::map<std::string, std::string> result;
  for (auto* x = all.get(); x != nullptr && x->keyword != nullptr; ++x)
    if (x->val != nullptr)
      result.emplace(x->keyword, x->val);
  return result;
}

[[noreturn]] void refuse_uri(const std::string& why) {
  throw store_error{
    "the URI of a PostgreSQL database (not shown, because it may hold a "
    "password): "
    + why};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    auto high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
    auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      refuse_uri("a parameter has a % that two hex digits do not follow");
    result += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return result;
}

/// Refuses a URI with an @ anywhere but between user and host. The likely cause
/// is a password that is not percent-encoded; libpq would take a part of it for
/// the name of a host or database, and show it.
void check_places(std::string_view uri) {
  auto at = uri.find('@');
  if (at == std::string_view::npos)
    return;
  if (uri.find('@', at + 1) != std::string_view::npos
      || uri.find_first_of("/?", uri.find("://") + 3) < at)
    refuse_uri("it has an @, / or ? that must be percent-encoded, as %40, %2F "
               "or %3F, because it stands in a name or password");
}

std::string quoted_value(const std::string& text) {
  std::string result = "'";
  for (auto c : text) {
    if (c == '\'' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '\'';
}

} // namespace

postgres_uri::postgres_uri(std::string_view uri) {
  if (!uri.starts_with("postgresql://") && !uri.starts_with("postgres://"))
    refuse_uri("it does not begin with postgresql://");
  if (!is_storable_text(uri))
    refuse_uri("it is not UTF-8 without zero characters");
  check_places(uri);
  auto query = std::min(uri.find('?'), uri.size());
  std::string stripped{uri.substr(0, query)};
  auto separator = '?';
  for (auto rest = uri.substr(std::min(query + 1, uri.size()));
       !rest.empty();) {
    auto end = std::min(rest.find('&'), rest.size());
    auto parameter = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    auto key = parameter.substr(0, parameter.find('='));
    if (key == "schema" || key == "originator_id_type") {
      auto value = parameter.substr(std::min(key.size() + 1, parameter.size()));
      take_parameter(key, percent_decoded(value));
    } else {
      stripped += separator;
      stripped += parameter;
      separator = '&';
    }
  }
  parse(stripped);
  name_ = database_name_;
  if (schema_ != "public")
    name_ += "?schema=" + schema_;
}

void postgres_uri::take_parameter(std::string_view key,
                                  const std::string& value) {
  if (key == "schema") {
    if (value.empty() || value.size() > identifier_bytes_max
        || !is_storable_text(value))
      refuse_uri("its schema must have 1 to "
                 + std::to_string(identifier_bytes_max) + " bytes of UTF-8");
    schema_ = value;
  } else {
    if (value != "text" && value != "uuid")
      refuse_uri("its originator_id_type must be text or uuid");
    originator_id_type_ = value;
  }
}

void postgres_uri::parse(const std::string& uri) {
  char* problem = nullptr;
  options parsed{PQconninfoParse(uri.c_str(), &problem), PQconninfoFree};
  PQfreemem(problem);
  if (!parsed)
    refuse_uri("libpq cannot parse it; it must be postgresql://[user[:password]"
               "@][host][:port][/database][?parameter=value&...], with "
               "characters that have a meaning there percent-encoded");
  auto values = values_of(parsed);
  auto defaults = values_of({PQconndefaults(), PQconninfoFree});
  auto value = [&](const char* key) {
    for (auto* from : {&values, &defaults})
      if (auto found = from->find(key); found != from->end())
        return found->second;
    return std::string{};
  };
  auto user = value("user");
  auto host = value("host").empty() ? value("hostaddr") : value("host");
  auto port = value("port");
  auto database = value("dbname").empty() ? user : value("dbname");
  if (port.find_first_not_of("0123456789,") != std::string::npos)
    refuse_uri("its port is no number");
  database_name_
    = "postgresql://" + user + '@' + host + ':' + port + '/' + database;
  if (auto timeout = value("connect_timeout"); !timeout.empty()) {
    auto* end = timeout.data() + timeout.size();
    if (std::from_chars(timeout.data(), end, connect_timeout_s_).ptr != end)
      refuse_uri("its connect_timeout is no number of seconds");
    connect_timeout_s_ = std::max(connect_timeout_s_, 0);
  }
  values["client_encoding"] = "UTF8";
  values.emplace("fallback_application_name", "projections");
  // A server that has gone without a word is noticed within a minute: by
  // probes while nothing is sent, else by what is not acknowledged.
  values.emplace("keepalives_idle", "30");
  values.emplace("keepalives_interval", "10");
  values.emplace("keepalives_count", "3");
  values.emplace("tcp_user_timeout", "30000");
  for (auto& [key, x] : values)
    connection_string_ += key + '=' + quoted_value(x) + ' ';
}

std::string quoted_table(const postgres_uri& uri, std::string_view table) {
  if (table.empty() || !is_storable_text(table))
    throw store_error{uri.name()
                      + ": the name of a table must be UTF-8 without zero "
                        "characters"};
  if (table.size() > identifier_bytes_max)
    throw store_error{uri.name() + ": the name of table \"" + std::string{table}
                      + "\" has " + std::to_string(table.size())
                      + " bytes; PostgreSQL takes at most "
                      + std::to_string(identifier_bytes_max)};
  return quoted_name(uri.schema()) + '.' + quoted_name(table);
}

} // namespace projections
