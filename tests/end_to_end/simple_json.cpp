#include "tests/end_to_end/simple_json.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace projections::test {

json::json(const char* content) : json(std::string{content}) {
  // nop
}

json::json(std::string content) : type(kind::string), text(std::move(content)) {
  // nop
}

json json::of_number(std::string spelling) {
  json result;
  result.type = kind::number;
  result.text = std::move(spelling);
  return result;
}

json json::of_size(size_t number) {
  return of_number(std::to_string(number));
}

json json::of_literal(std::string name) {
  json result;
  result.text = std::move(name);
  return result;
}

json json::of_array() {
  json result;
  result.type = kind::array;
  return result;
}

json json::of_object() {
  json result;
  result.type = kind::object;
  return result;
}

const json* json::find(std::string_view key) const {
  for (auto& [name, value] : members)
    if (name == key)
      return &value;
  return nullptr;
}

json* json::find(std::string_view key) {
  return const_cast<json*>(std::as_const(*this).find(key));
}

json& json::set(const std::string& key, json value) {
  if (auto* present = find(key))
    *present = std::move(value);
  else
    members.emplace_back(key, std::move(value));
  return *this;
}

// -- writing and merging ------------------------------------------------------

namespace {

void write_string(std::string& out, std::string_view content) {
  constexpr std::string_view escaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  out += '"';
  for (auto byte : content) {
    if (auto index = escaped.find(byte); index != std::string_view::npos) {
      out += '\\';
      out += letters[index];
    } else if (static_cast<unsigned char>(byte) < 0x20) {
      std::array<char, 8> buffer{};
      std::snprintf(buffer.data(), buffer.size(), "\\u%04x", byte);
      out += buffer.data();
    } else {
      out += byte;
    }
  }
  out += '"';
}

void write_to(std::string& out, const json& value, bool compact) {
  std::string_view separator;
  auto next = [&] {
    out += separator;
    separator = compact ? "," : ", ";
  };
  switch (value.type) {
    case json::kind::literal:
    case json::kind::number:
      out += value.text;
      break;
    case json::kind::string:
      write_string(out, value.text);
      break;
    case json::kind::array:
      out += '[';
      for (auto& item : value.items) {
        next();
        write_to(out, item, compact);
      }
      out += ']';
      break;
    case json::kind::object:
      out += '{';
      for (auto& [key, member] : value.members) {
        next();
        write_string(out, key);
        out += compact ? ":" : ": ";
        write_to(out, member, compact);
      }
      out += '}';
      break;
  }
}

void sort_members(json& value) {
  for (auto& item : value.items)
    sort_members(item);
  for (auto& [key, member] : value.members)
    sort_members(member);
  std::ranges::sort(value.members, {}, &std::pair<std::string, json>::first);
}

} // namespace

std::string write_json(const json& value, bool compact) {
  std::string out;
  write_to(out, value, compact);
  return out;
}

std::string canonical(const json& value) {
  auto sorted = value;
  sort_members(sorted);
  return write_json(sorted, true);
}

void merge_patch(json& target, const json& patch) {
  if (!patch.is(json::kind::object)) {
    target = patch;
    return;
  }
  if (!target.is(json::kind::object))
    target = json::of_object();
  for (auto& [key, value] : patch.members) {
    if (value.is_null()) {
      std::erase_if(target.members,
                    [&key](auto& member) { return member.first == key; });
    } else {
      if (target.find(key) == nullptr)
        target.set(key, json{});
      merge_patch(*target.find(key), value);
    }
  }
}

} // namespace projections::test
