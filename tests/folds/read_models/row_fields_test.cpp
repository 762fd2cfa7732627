// Goal: a declared read model that keeps some fields only has the rows that it
// would have if payloads came with those fields alone. Method: random events,
// many of which say again what an earlier one said, against a plain list whose
// payloads are cut first and then merged.
#include "projections/folds/read_models/row_read_model.hpp"
#include "projections/messages/json/json_normaliser.hpp"
#include "projections/messages/json/merge_patch.hpp"
#include "tests/random_json.hpp"
#include "tests/random_seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace projections;
using projections::test::random_json;

namespace {

/// A row per entity, in a list that is searched from its beginning.
class plain_rows {
public:
  plain_rows(row_read_model_config config, json_style style)
    : config_(std::move(config)), style_(style) {
    // nop
  }

  /// Returns whether the event counts.
  bool apply(std::string_view type, std::string_view payload) {
    auto entity = entity_in(payload);
    if (entity.empty())
      return false;
    auto row = std::find_if(rows_.begin(), rows_.end(),
                            [&](auto& x) { return x.first == entity; });
    if (type == "Del") {
      if (row != rows_.end())
        rows_.erase(row);
      return true;
    }
    if (row == rows_.end())
      row = rows_.insert(row, {std::string{entity}, ""});
    auto change = cut(payload);
    std::string text;
    if (type == "Set")
      append_merged(text, row->second, change, style_);
    else
      text = change;
    row->second = text;
    return true;
  }

  /// Returns the text of all rows, or of the one of `entity` if there is one.
  [[nodiscard]] std::string text(std::string_view entity = {}) const {
    std::string result;
    for (auto& x : rows_)
      if (entity.empty() || x.first == entity)
        result += (result.empty() ? "" : std::string{style_.comma}) + x.second;
    return "[" + result + "]";
  }

private:
  [[nodiscard]] std::string_view entity_in(std::string_view payload) const {
    if (kind_of(payload) != json_kind::object)
      return {};
    std::string_view result;
    for (member_cursor i{payload}; i.next();)
      if (i.key() == config_.entity)
        result = i.value();
    return !result.empty() && can_identify(result) ? result
                                                   : std::string_view{};
  }

  [[nodiscard]] std::string cut(std::string_view payload) const {
    std::string result{"{"};
    for (member_cursor i{payload}; i.next();)
      if (std::find(config_.fields.begin(), config_.fields.end(), i.key())
          != config_.fields.end())
        result += (result.size() > 1 ? ", \"" : "\"") + std::string{i.key()}
                  + "\": " + std::string{i.value()};
    return normalise(result + "}", style_);
  }

  row_read_model_config config_;
  json_style style_;
  std::vector<std::pair<std::string, std::string>> rows_;
};

/// Names of fields, escaped, short and long; `random_json` uses most of them.
const std::vector<std::string> names{
  "id", "who",     "",      "n",      "é",
  "a",  R"(a\"b)", R"(\n)", "{[,:]}", "a name of 18 bytes"};

row_read_model_config random_config(random_json& random) {
  row_read_model_config result;
  result.name = "m";
  result.entity = random.below(2) == 0 ? "id" : "who";
  result.find_by = result.entity;
  while (result.fields.empty())
    for (auto& name : names)
      if (random.below(2) == 0)
        result.fields.push_back(name);
  result.on["Set"].action = row_action::merge;
  result.on["Put"].action = row_action::replace;
  result.on["Del"].action = row_action::remove;
  return result;
}

/// Returns the payload of an event: any value now and then, mostly an object
/// that names one of few entities, before or behind its other members.
std::string random_payload(random_json& random,
                           const row_read_model_config& config) {
  if (random.below(20) == 0)
    return random.value(2);
  auto is_first = random.below(2) == 0;
  auto entity
    = '"' + config.entity + "\": " + std::to_string(random.below(3)) + ", ";
  auto result = "{" + (is_first ? entity : "");
  for (auto left = random.below(4); left > 0; --left)
    result += random.member(2) + ", ";
  for (auto& name : names)
    if (name != config.entity && random.below(4) == 0)
      result += '"' + name + "\": " + random.value(2) + ", ";
  return result + (is_first ? "" : entity) + R"("x": 1})";
}

/// Returns `payload` as it is, or without some members.
std::string repeated(random_json& random, const std::string& payload,
                     json_style style) {
  if (random.below(2) == 0 || kind_of(payload) != json_kind::object)
    return payload;
  std::string result{"{"};
  for (member_cursor i{payload}; i.next();)
    if (random.below(4) != 0)
      result += (result.size() > 1 ? ", \"" : "\"") + std::string{i.key()}
                + "\": " + std::string{i.value()};
  return normalise(result + "}", style);
}

} // namespace

BOOST_AUTO_TEST_SUITE(row_fields_test)

BOOST_AUTO_TEST_CASE(random_payloads_are_cut_to_the_fields_first) {
  test::check_random_seeds(1000, [](uint64_t seed) {
    random_json random{seed};
    auto style = random.below(2) == 0 ? spaced_style : compact_style;
    auto config = random_config(random);
    row_read_model model{config, style};
    plain_rows rows{config, style};
    std::vector<std::string> payloads;
    for (int step = 0; step < 40; ++step) {
      payloads.push_back(
        payloads.empty() || random.below(2) == 0
          ? normalise(random_payload(random, config), style)
          : repeated(random, payloads[random.below(payloads.size())], style));
      auto& payload = payloads.back();
      const auto* type = random.below(8) == 0   ? "Del"
                         : random.below(4) == 0 ? "Put"
                                                : "Set";
      BOOST_TEST_CONTEXT("step " << step << ", " << type << ' ' << payload) {
        BOOST_REQUIRE_EQUAL(model.apply(type, payload),
                            rows.apply(type, payload));
        std::string written(model.text_bytes(), ' ');
        model.write_rows(written.data());
        BOOST_REQUIRE_EQUAL(written, rows.text());
        for (auto entity : {"0", "1", "2"}) {
          std::string found;
          if (!model.find(entity, found))
            found = "[]";
          BOOST_REQUIRE_EQUAL(found, rows.text(entity));
        }
      }
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()
