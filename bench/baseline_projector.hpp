// bench/baseline_projector.hpp
// The projector of the C++ baseline: processed ids and the two default read
// models.
#pragma once

#include "bench/json_values.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace projections::bench {

/// One of the two default read models: rows in order of first appearance, found
/// by a hash table.
class baseline_read_model {
public:
  /// Keeps the payload's `fields`, or all of them if `fields` is empty.
  baseline_read_model(std::string_view name, std::string_view find_by,
                      std::vector<std::string_view> fields)
    : name_(name), find_by_(find_by), fields_(std::move(fields)) {
    // nop
  }

  // -- modifiers --------------------------------------------------------------

  /// Folds one event and returns whether it concerned this read model.
  bool apply(std::string_view type, const json& payload) {
    const bool removes = type == "UserDeleted";
    if (!removes && type != "UserCreated" && type != "UserUpdated")
      return false;
    const auto* id = payload.IsObject() ? member(payload, "id") : nullptr;
    if (id == nullptr || !id->IsString())
      return false;
    ++version_;
    auto& place = places_.emplace(text_of(*id), no_row).first;
    if (removes) {
      if (place != no_row)
        rows_[place].SetNull();
      place = no_row;
      return true;
    }
    if (place == no_row) {
      place = static_cast<uint32_t>(rows_.size());
      rows_.emplace_back(rapidjson::kObjectType);
    }
    merge(rows_[place], payload);
    return true;
  }

  // -- inspectors -------------------------------------------------------------

  [[nodiscard]] std::string_view name() const {
    return name_;
  }

  [[nodiscard]] uint64_t version() const {
    return version_;
  }

  /// Calls `visit` with every row, or with those whose `find_by` field equals
  /// `key` if there is one.
  template <class Visitor>
  void each_row(const json* key, Visitor visit) const {
    for (const auto& row : rows_) {
      const auto* found = row.IsObject() ? member(row, find_by_) : nullptr;
      if (row.IsObject()
          && (key == nullptr || (found != nullptr && *found == *key)))
        visit(row);
    }
  }

private:
  /// Stands for a row that is not there.
  static constexpr uint32_t no_row = UINT32_MAX;

  void merge(json& row, const json& payload) {
    if (fields_.empty()) {
      merge_patch(row, payload, pool_);
      return;
    }
    for (const auto& field : payload.GetObject()) {
      if (std::find(fields_.begin(), fields_.end(), text_of(field.name))
          != fields_.end())
        merge_field(row, field.name, field.value, pool_);
    }
  }

  std::string_view name_;
  std::string_view find_by_;
  std::vector<std::string_view> fields_;
  json_pool pool_;
  /// The rows in order of first appearance; a removed one is null.
  std::vector<json> rows_;
  /// Where the row of an entity is.
  text_table places_;
  /// How many events were folded.
  uint64_t version_ = 0;
};

/// Subscriptions, processed event ids and read models. An event must bring an
/// id of its own.
class baseline_projector {
public:
  /// What became of an event.
  enum class outcome { applied, already_processed, not_subscribed };

  // -- modifiers --------------------------------------------------------------

  /// Takes events of `type` from now on.
  void subscribe(std::string_view type) {
    subscribed_any_ = true;
    subscribed_.emplace(type);
  }

  /// Folds an event that was not processed before, and puts the names of the
  /// read models that took it into `updated`.
  outcome process(std::string_view id, std::string_view type,
                  const json& payload, std::vector<std::string_view>& updated) {
    const bool wanted
      = !subscribed_any_ || subscribed_.count(std::string{type}) != 0;
    if (wanted ? !processed_ids_.emplace(id, 0).second
               : processed_ids_.contains(id))
      return outcome::already_processed;
    if (!wanted)
      return outcome::not_subscribed;
    for (auto& model : models_) {
      if (model.apply(type, payload))
        updated.push_back(model.name());
    }
    return outcome::applied;
  }

  // -- inspectors -------------------------------------------------------------

  /// Returns the read model `name`, or null.
  [[nodiscard]] const baseline_read_model* find(std::string_view name) const {
    for (const auto& model : models_) {
      if (model.name() == name)
        return &model;
    }
    return nullptr;
  }

private:
  bool subscribed_any_ = false;
  std::unordered_set<std::string> subscribed_;
  text_table processed_ids_;
  baseline_read_model models_[2]
    = {{"user_listing", "id", {}}, {"user_by_email", "email", {"id", "email"}}};
};

} // namespace projections::bench
