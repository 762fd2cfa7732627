#include "projections/messages/text/text_index.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace projections {

void text_index::insert_reserved(uint64_t hash, item value) noexcept {
  put({tag_of(hash), value});
  ++size_;
}

void text_index::erase(uint64_t hash, item value) noexcept {
  auto tag = tag_of(hash);
  auto hole = home(tag);
  while (places_[hole].tag != tag || places_[hole].value != value)
    hole = next(hole);
  // Later members of the cluster move back, so that no search stops too early.
  for (auto i = next(hole); places_[i].tag != 0; i = next(i)) {
    auto wanted = home(places_[i].tag);
    auto stays
      = hole <= i ? hole < wanted && wanted <= i : hole < wanted || wanted <= i;
    if (!stays) {
      places_[hole] = places_[i];
      hole = i;
    }
  }
  places_[hole] = {};
  --size_;
}

/// Moves all to a larger table.
void text_index::grow(text_index_growth how) {
  constexpr uint64_t capacity_max = UINT32_MAX;
  if (capacity_ == capacity_max)
    throw std::bad_alloc{};
  text_index larger;
  larger.capacity_
    = capacity_ == 0
        ? how.places_first
        : static_cast<uint32_t>(std::min(
          capacity_max, uint64_t{capacity_} * how.larger_percent / 100));
  larger.places_ = std::make_unique<place[]>(larger.capacity_);
  larger.size_ = size_;
  for (uint32_t i = 0; i < capacity_; ++i)
    if (places_[i].tag != 0)
      larger.put(places_[i]);
  *this = std::move(larger);
}

void text_index::put(place x) noexcept {
  auto i = home(x.tag);
  while (places_[i].tag != 0)
    i = next(i);
  places_[i] = x;
}

} // namespace projections
