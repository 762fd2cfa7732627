#include "tests/random_json.hpp"

#include <cstdio>

namespace projections::test {

random_json::random_json(uint64_t seed, alphabet letters)
  : random_(seed), letters_(letters) {
  // nop
}

size_t random_json::below(size_t limit) {
  return random_() % limit;
}

std::string random_json::value(size_t depth_max) {
  if (depth_max > 0 && below(2) == 0)
    return below(3) == 0 ? array(depth_max) : object(depth_max);
  switch (below(4)) {
    case 0:
      return std::string{one_of({"null", "null", "true", "false"})};
    case 1:
      return number();
    default:
      return string();
  }
}

std::string random_json::object(size_t depth_max) {
  auto result = "{" + space();
  for (auto left = size(); left > 0; --left) {
    result += member(depth_max - 1) + space();
    if (left > 1)
      result += "," + space();
  }
  return result + "}";
}

std::string random_json::array(size_t depth_max) {
  auto result = "[" + space();
  for (auto left = size(); left > 0; --left) {
    result += value(depth_max - 1) + space();
    if (left > 1)
      result += "," + space();
  }
  return result + "]";
}

std::string random_json::member(size_t depth_max) {
  auto result = key() + space() + ":" + space();
  return result + value(depth_max);
}

std::string random_json::string() {
  std::string result{"\""};
  // A long one now and then, so that objects become large.
  for (auto left = below(40) == 0 ? below(3000) : below(6); left > 0; --left)
    result += character();
  return result + "\"";
}

std::string random_json::number() {
  switch (below(3)) {
    case 0:
      return std::string{
        one_of({"0", "-0", "1.10", "3.000", "1E5", "1e+05", "-2.5e-3",
                "123456789012345678901234567890", "1e-400", "1.7e308"})};
    case 1:
      return std::to_string(below(4));
    default:
      return std::to_string(random_());
  }
}

std::string_view
random_json::one_of(std::initializer_list<std::string_view> texts) {
  return texts.begin()[below(texts.size())];
}

std::string random_json::space() {
  if (letters_ == alphabet::plain)
    return std::string(below(8) == 0 ? below(20) : 0, ' ');
  return std::string{
    one_of({"", "", "", " ", " ", "\t", "  \t  ", "                    "})};
}

std::string random_json::key() {
  if (below(4) == 0)
    return "\"k" + std::to_string(below(40)) + "\"";
  if (letters_ == alphabet::plain)
    return std::string{one_of({R"("id")", R"("a")", R"("b")", R"("")"})};
  // The first two mean the same, and so do the next two.
  return std::string{
    one_of({R"("id")", R"("\u0069d")", R"("a\"b")", R"("a\u0022b")", R"("")",
            R"("é")", R"("\n")", R"("{[,:]}")"})};
}

std::string random_json::character() {
  if (letters_ == alphabet::plain || below(2) == 0) {
    auto c = static_cast<char>(' ' + below(95));
    return std::string(1, c == '"' || c == '\\' ? '/' : c);
  }
  switch (below(3)) {
    case 0:
      return std::string{one_of({R"(\")", R"(\\)", R"(\/)", R"(\b)", R"(\f)",
                                 R"(\n)", R"(\r)", R"(\t)"})};
    case 1: {
      auto code = below(4) == 0 ? below(0x100) : below(0xD800);
      char escape[8];
      std::snprintf(escape, sizeof escape,
                    below(2) == 0 ? "\\u%04x" : "\\u%04X",
                    static_cast<unsigned>(code));
      return escape;
    }
    default:
      return std::string{
        one_of({"\x7f", "é", "€", "😀", R"(\uD83D\uDE00)", R"(\u0000)"})};
  }
}

/// Few members mostly, and sometimes so many that their keys repeat and are
/// looked up in a table.
size_t random_json::size() {
  return below(12) == 0 ? below(40) : below(5);
}

} // namespace projections::test
