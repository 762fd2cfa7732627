#include "projections/folds/read_models/read_model_file.hpp"

#include "projections/messages/json/json_normaliser.hpp"
#include "projections/messages/json/json_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace projections {

namespace {

// Grammar of the file. A name is a non-empty string.
//
//   file       = {"read_models": [model, ...]}
//   model      = {"name": name, "entity"?: name, "find_by"?: name,
//                 "fields"?: [name, ...], "on": {event_type: rule, ...}}
//   rule       = "merge" | "replace" | "remove" | {field: reduction, ...}
//   reduction  = "count" | {reducer: name}
//   reducer    = "first" | "last" | "min" | "max" | "sum"

/// A word of the file and what it means.
template <class T>
struct word {
  std::string_view text;
  T meaning;
};

constexpr std::array rule_words{
  word<row_action>{"merge", row_action::merge},
  word<row_action>{"replace", row_action::replace},
  word<row_action>{"remove", row_action::remove},
};

constexpr std::array reducer_words{
  word<reducer>{"first", reducer::first}, word<reducer>{"last", reducer::last},
  word<reducer>{"min", reducer::min},     word<reducer>{"max", reducer::max},
  word<reducer>{"sum", reducer::sum},
};

template <class T, size_t N>
std::optional<T> meaning_of(const std::array<word<T>, N>& words,
                            std::string_view text) {
  auto i = std::find_if(words.begin(), words.end(),
                        [text](auto& x) { return x.text == text; });
  if (i == words.end())
    return std::nullopt;
  return i->meaning;
}

/// Gives up because of what is wrong at `place`, which is empty for the file.
[[noreturn]] void fail(const std::string& place, const std::string& what) {
  throw read_model_file_error{place.empty() ? what : place + ": " + what};
}

[[noreturn]] void fail_unknown(const std::string& place, std::string_view found,
                               const std::string& expected) {
  fail(place,
       "unknown word \"" + std::string{found} + "\"; expected " + expected);
}

std::string member_of(const std::string& place, std::string_view key) {
  return place + '.' + std::string{key};
}

std::string element_of(const std::string& place, size_t index) {
  return place + '[' + std::to_string(index) + ']';
}

void require(json_kind kind, std::string_view value, const std::string& place,
             const std::string& expected) {
  if (kind_of(value) != kind)
    fail(place, "expected " + expected);
}

/// Returns a non-empty string without its quotes.
std::string parse_name(std::string_view value, const std::string& place) {
  if (kind_of(value) != json_kind::string || value == "\"\"")
    fail(place, "expected a non-empty string");
  return std::string{unquoted(value)};
}

reduction parse_reduction(std::string_view field, std::string_view value,
                          const std::string& place) {
  static const std::string expected = "\"count\" or an object with one of "
                                      "\"first\", \"last\", \"min\", \"max\", "
                                      "\"sum\"";
  if (value == "\"count\"")
    return {std::string{field}, reducer::count, {}};
  if (kind_of(value) == json_kind::string)
    fail_unknown(place, unquoted(value), expected);
  require(json_kind::object, value, place, expected);
  std::optional<reduction> result;
  for (member_cursor i{value}; i.next();) {
    auto how = meaning_of(reducer_words, i.key());
    if (!how)
      fail_unknown(place, i.key(),
                   "\"first\", \"last\", \"min\", \"max\" or \"sum\"");
    if (result)
      fail(place, "more than one reducer");
    auto source = parse_name(i.value(), member_of(place, i.key()));
    result = {std::string{field}, *how, std::move(source)};
  }
  if (!result)
    fail(place, "expected " + expected);
  return *std::move(result);
}

row_rule parse_rule(std::string_view value, const std::string& place) {
  static const std::string expected = "\"merge\", \"replace\", \"remove\" or "
                                      "an object of fields with reducers";
  if (kind_of(value) == json_kind::string) {
    auto action = meaning_of(rule_words, unquoted(value));
    if (!action)
      fail_unknown(place, unquoted(value), expected);
    return {*action, {}};
  }
  require(json_kind::object, value, place, expected);
  row_rule result{row_action::reduce, {}};
  for (member_cursor i{value}; i.next();)
    result.reductions.push_back(
      parse_reduction(i.key(), i.value(), member_of(place, i.key())));
  if (result.reductions.empty())
    fail(place, "expected at least one field");
  return result;
}

std::vector<std::string> parse_fields(std::string_view value,
                                      const std::string& place) {
  require(json_kind::array, value, place,
          "an array of at least one non-empty string");
  std::vector<std::string> result;
  for (element_cursor i{value}; i.next();) {
    auto at = element_of(place, result.size());
    auto name = parse_name(i.value(), at);
    if (std::find(result.begin(), result.end(), name) != result.end())
      fail(at, "\"" + name + "\" stands there twice");
    result.push_back(std::move(name));
  }
  if (result.empty())
    fail(place, "expected an array of at least one non-empty string");
  return result;
}

void parse_rules(row_read_model_config& model, std::string_view value,
                 const std::string& place) {
  require(json_kind::object, value, place, "an object of event types");
  for (member_cursor i{value}; i.next();) {
    if (i.key().empty())
      fail(place, "an event type must not be empty");
    model.on.emplace(i.key(), parse_rule(i.value(), member_of(place, i.key())));
  }
  if (model.on.empty())
    fail(place, "expected at least one event type");
}

/// Checks what only the whole declaration shows.
void check(const row_read_model_config& model, const std::string& place) {
  auto can_have_key
    = model.fields.empty() || model.find_by == model.entity
      || std::find(model.fields.begin(), model.fields.end(), model.find_by)
           != model.fields.end();
  for (auto& [event_type, rule] : model.on)
    for (auto& x : rule.reductions) {
      if (x.field == model.entity)
        fail(member_of(member_of(place + ".on", event_type), x.field),
             "the entity's field must not be reduced");
      can_have_key = can_have_key || x.field == model.find_by;
    }
  if (!can_have_key)
    fail(place + ".find_by",
         "no row can have \"" + model.find_by + "\"; add it to \"fields\"");
}

row_read_model_config parse_model(std::string_view value,
                                  const std::string& place) {
  require(json_kind::object, value, place, "an object");
  row_read_model_config result;
  auto has_find_by = false;
  for (member_cursor i{value}; i.next();) {
    auto at = member_of(place, i.key());
    if (i.key() == "name") {
      result.name = parse_name(i.value(), at);
    } else if (i.key() == "entity") {
      result.entity = parse_name(i.value(), at);
    } else if (i.key() == "find_by") {
      result.find_by = parse_name(i.value(), at);
      has_find_by = true;
    } else if (i.key() == "fields") {
      result.fields = parse_fields(i.value(), at);
    } else if (i.key() == "on") {
      parse_rules(result, i.value(), at);
    } else {
      fail_unknown(place, i.key(),
                   "\"name\", \"entity\", \"find_by\", \"fields\" or \"on\"");
    }
  }
  if (result.name.empty())
    fail(place, "missing \"name\"");
  if (result.on.empty())
    fail(place, "missing \"on\"");
  if (!has_find_by)
    result.find_by = result.entity;
  check(result, place);
  return result;
}

std::vector<row_read_model_config> parse_models(std::string_view value) {
  const std::string place = "read_models";
  require(json_kind::array, value, place,
          "an array of at least one read model");
  std::vector<row_read_model_config> result;
  for (element_cursor i{value}; i.next();) {
    auto at = element_of(place, result.size());
    auto model = parse_model(i.value(), at);
    for (auto& other : result)
      if (other.name == model.name)
        fail(at + ".name",
             "\"" + model.name + "\" is the name of another read model");
    result.push_back(std::move(model));
  }
  if (result.empty())
    fail(place, "expected an array of at least one read model");
  return result;
}

} // namespace

std::vector<row_read_model_config> parse_read_models(std::string_view text) {
  std::string file;
  try {
    file = normalise(text, compact_style);
  } catch (const malformed_json& error) {
    fail({}, error.what());
  }
  require(json_kind::object, file, {}, "an object with \"read_models\"");
  for (member_cursor i{file}; i.next();)
    if (i.key() != "read_models")
      fail_unknown({}, i.key(), "\"read_models\"");
  auto models = find_member(file, "read_models");
  if (models.empty())
    fail({}, "missing \"read_models\"");
  return parse_models(models);
}

std::vector<row_read_model_config> default_read_models() {
  row_read_model_config listing;
  listing.name = "user_listing";
  listing.on = {{"UserCreated", {row_action::merge, {}}},
                {"UserUpdated", {row_action::merge, {}}},
                {"UserDeleted", {row_action::remove, {}}}};
  auto by_email = listing;
  by_email.name = "user_by_email";
  by_email.find_by = "email";
  by_email.fields = {"email", "id"};
  return {listing, by_email};
}

} // namespace projections
