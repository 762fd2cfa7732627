#include "projections/storage/memory/memory_recorder.hpp"

#include "projections/storage/views/tracking_recorder.hpp"

namespace projections {

namespace {

/// Returns what `map` has under `key`, if there is something.
template <class Map>
std::optional<typename Map::mapped_type> value_at(const Map& map,
                                                  std::string_view key) {
  auto found = map.find(key);
  if (found == map.end())
    return std::nullopt;
  return found->second;
}

} // namespace

memory_tracking::inside::inside(memory_tracking& of) : of_(of) {
  of_.mutex_.lock();
  ++of_.depth_;
}

memory_tracking::inside::~inside() {
  auto wakes = --of_.depth_ == 0 && of_.changed_;
  if (wakes)
    of_.changed_ = false;
  of_.mutex_.unlock();
  if (wakes)
    of_.changes_.notify();
}

void memory_tracking::assert_new(const tracking& x) {
  inside guard{*this};
  auto found = positions_.find(x.application);
  if (found != positions_.end() && found->second >= x.position)
    throw already_recorded(x, found->second);
}

void memory_tracking::record(const tracking& x) {
  inside guard{*this};
  auto [found, is_new] = positions_.try_emplace(x.application, x.position);
  if (!is_new) {
    if (found->second >= x.position)
      throw already_recorded(x, found->second);
    found->second = x.position;
  }
  changed_ = true;
}

void memory_tracking::forget(std::string_view application) {
  inside guard{*this};
  if (auto x = positions_.find(application); x != positions_.end())
    positions_.erase(x);
  if (auto x = versions_.find(application); x != versions_.end())
    versions_.erase(x);
  changed_ = true;
}

void memory_tracking::record_code_versions(std::string_view application,
                                           code_versions x) {
  inside guard{*this};
  versions_.insert_or_assign(std::string{application}, x);
}

view_claim memory_tracking::claim(std::string_view application) {
  std::lock_guard guard{claims_->mutex};
  if (!claims_->applications.emplace(application).second)
    return nullptr;
  // Points to the claims, so that it is not null.
  return {claims_.get(),
          [all = claims_, name = std::string{application}](void*) {
            std::lock_guard leaving{all->mutex};
            all->applications.erase(name);
          }};
}

std::optional<log_position>
memory_tracking::last(std::string_view application) {
  inside guard{*this};
  return value_at(positions_, application);
}

std::vector<std::string> memory_tracking::applications() {
  inside guard{*this};
  std::vector<std::string> result;
  for (auto& x : positions_)
    result.push_back(x.first);
  return result;
}

std::optional<code_versions>
memory_tracking::version(std::string_view application) {
  inside guard{*this};
  return value_at(versions_, application);
}

} // namespace projections
