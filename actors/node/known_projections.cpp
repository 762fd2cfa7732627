#include "projections/actors/node/known_projections.hpp"

#include "projections/messages/text/keyed_hash.hpp"

#include <algorithm>
#include <utility>

namespace projections {

size_t state_bytes_max(known_projection& x) {
  if (x.state_bytes_max > x.state_bytes_unsure) {
    auto included = x.shared->growth_included.load(std::memory_order_acquire);
    x.state_bytes_max = x.shared->state_bytes.load(std::memory_order_relaxed)
                        + (x.growth_sent - included);
    x.state_bytes_unsure = 2 * x.state_bytes_max + 4096;
  }
  return x.state_bytes_max;
}

void count_growth(request& r, const chunk& in, known_projection& to,
                  size_t separator_bytes) {
  if (r.kind == request_kind::update_projection) {
    r.growth_bytes = r.value.size() + separator_bytes;
  } else {
    r.growth_bytes = to.shared->initial_bytes;
    for (uint32_t i = 0; i < r.event_count; ++i)
      r.growth_bytes
        += in.events[r.first_event + i].data_length + separator_bytes;
  }
  to.growth_sent += r.growth_bytes;
  to.state_bytes_max += r.growth_bytes;
}

known_projection&
known_projections::add(std::unique_ptr<named_projection> projection) {
  auto x = std::make_unique<known_projection>();
  x->name = projection->name();
  x->instance = next_instance();
  x->shared = std::make_shared<shared_projection>(std::move(projection));
  x->state_bytes_max = x->shared->initial_bytes;
  by_name_.reserve_one();
  if (free_places_.empty()) {
    free_places_.push_back(static_cast<text_index::item>(projections_.size()));
    projections_.emplace_back();
  }
  auto place = free_places_.back();
  free_places_.pop_back();
  by_name_.insert(keyed_hash(x->name), place);
  name_bytes_ += x->name.size();
  projections_[place] = std::move(x);
  return *projections_[place];
}

void known_projections::remove(known_projection& x) {
  auto hash = keyed_hash(x.name);
  auto place = *by_name_.find(
    hash, [&](text_index::item p) { return projections_[p].get() == &x; });
  name_bytes_ -= x.name.size();
  by_name_.erase(hash, place);
  free_places_.push_back(place);
  projections_[place].reset();
}

known_projection* known_projections::find(std::string_view name) const {
  auto place = by_name_.find(keyed_hash(name), [&](text_index::item p) {
    return projections_[p]->name == name;
  });
  return place ? projections_[*place].get() : nullptr;
}

void known_projections::prefetch(std::string_view name) const {
  // Most of the time, the first one with this tag is the one.
  if (auto place
      = by_name_.find(keyed_hash(name), [](text_index::item) { return true; }))
    __builtin_prefetch(projections_[*place].get());
}

known_projection* known_projections::find_instance(uint64_t instance) const {
  auto x = std::find_if(
    projections_.begin(), projections_.end(),
    [instance](auto& y) { return y && y->instance == instance; });
  return x == projections_.end() ? nullptr : x->get();
}

std::vector<const known_projection*> known_projections::sorted() const {
  std::vector<std::pair<std::string, const known_projection*>> named;
  named.reserve(size());
  for_each([&](const known_projection& x) {
    named.emplace_back(unescaped(x.name), &x);
  });
  std::sort(named.begin(), named.end());
  std::vector<const known_projection*> result;
  result.reserve(named.size());
  for (auto& x : named)
    result.push_back(x.second);
  return result;
}

} // namespace projections
