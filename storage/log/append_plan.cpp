#include "projections/storage/log/append_plan.hpp"

#include "projections/storage/log/append_check.hpp"

#include <unordered_set>
#include <utility>

namespace projections {

append_plan::append_plan(const std::vector<append_request>& requests)
  : requests_(requests) {
  outcomes_.reserve(requests.size());
  for (auto& x : requests)
    outcomes_.push_back(check_form(x));
}

append_outcome append_plan::malformed(std::string problem) {
  append_outcome result;
  result.error = append_error::malformed;
  result.problem = std::move(problem);
  return result;
}

// -- modifiers ----------------------------------------------------------------

void append_plan::decide() {
  malformed_.clear();
  for (size_t i = 0; i < requests_.size(); ++i)
    if (!is_open(i))
      malformed_.push_back(i);
  keys_.reserve(keys_.size() + key_count());
  rows_.reserve(requests_.size());
  for (size_t first = 0; first < requests_.size();) {
    auto end = group_end(requests_, first);
    decide_group(first, end);
    first = end;
  }
  positions_.resize(rows_.size());
}

void append_plan::reconsider() {
  take_back(0);
  positions_.clear();
  refusals_.clear();
  refused_groups_.clear();
  auto malformed = malformed_.begin();
  for (size_t i = 0; i < requests_.size(); ++i)
    if (malformed != malformed_.end() && *malformed == i)
      ++malformed;
    else
      outcomes_[i] = {};
}

/// Decides about the requests from `first` to `end`, which go together.
void append_plan::decide_group(size_t first, size_t end) {
  auto row_count = rows_.size();
  for (auto i = first; i < end; ++i) {
    if (is_open(i) && i > first)
      outcomes_[i] = check_group_keys(requests_, first, i);
    if (is_open(i) && decide_one(i))
      continue;
    if (end - first > 1)
      refused_groups_.push_back({first, end, i});
    take_back(row_count);
    return;
  }
}

/// Takes back all rows but the first `row_count`.
void append_plan::take_back(size_t row_count) {
  for (; rows_.size() > row_count; rows_.pop_back()) {
    auto& last = rows_.back();
    --versions_[last.request->stream];
    keys_.erase(last.event->idempotency_key);
  }
}

/// Decides about the request `i` and returns whether it is taken.
bool append_plan::decide_one(size_t i) {
  auto& request = requests_[i];
  auto& version = versions_[request.stream];
  // Keys go before versions, so that a repeated append is recognised.
  if (refuse_for_key(i, version))
    return false;
  outcomes_[i] = check_version(request, version);
  if (!is_open(i))
    return false;
  for (auto& event : request.events) {
    if (!event.idempotency_key.empty())
      keys_[event.idempotency_key] = {log_start, rows_.size()};
    rows_.push_back({&request, &event, ++version, i});
  }
  outcomes_[i].version = version;
  return true;
}

/// Refuses the request `i` if one of its keys is taken; returns whether it is.
bool append_plan::refuse_for_key(size_t i, stream_version actual) {
  for (auto& event : requests_[i].events) {
    if (event.idempotency_key.empty())
      continue;
    auto found = keys_.find(event.idempotency_key);
    if (found == keys_.end())
      continue;
    auto& place = found->second;
    if (place.position == log_start)
      refusals_.push_back({i, found->first, place.row, actual});
    else
      outcomes_[i]
        = refuse_key(requests_[i], found->first, place.position, actual);
    return true;
  }
  return false;
}

void append_plan::place(size_t i, log_position position) {
  positions_[i] = position;
  outcomes_[rows_[i].outcome].positions.push_back(position);
}

std::vector<append_outcome> append_plan::finish() {
  for (auto& x : refusals_)
    outcomes_[x.outcome]
      = refuse_key(requests_[x.outcome], x.key, positions_[x.row], x.actual);
  for (auto& x : refused_groups_)
    refuse_group(requests_, x.first, x.end, x.refused, outcomes_);
  return std::move(outcomes_);
}

// -- inspectors ---------------------------------------------------------------

std::vector<std::string_view> append_plan::streams() const {
  std::vector<std::string_view> result;
  std::unordered_set<std::string_view> seen;
  for (size_t i = 0; i < requests_.size(); ++i)
    if (is_open(i) && seen.insert(requests_[i].stream).second)
      result.emplace_back(requests_[i].stream);
  return result;
}

std::vector<std::string_view> append_plan::keys() const {
  std::vector<std::string_view> result;
  std::unordered_set<std::string_view> seen;
  for (size_t i = 0; i < requests_.size(); ++i)
    if (is_open(i))
      for (auto& event : requests_[i].events)
        if (!event.idempotency_key.empty()
            && seen.insert(event.idempotency_key).second)
          result.emplace_back(event.idempotency_key);
  return result;
}

size_t append_plan::key_count() const {
  size_t result = 0;
  for (size_t i = 0; i < requests_.size(); ++i)
    if (is_open(i))
      for (auto& event : requests_[i].events)
        result += event.idempotency_key.empty() ? 0 : 1;
  return result;
}

} // namespace projections
