#include "projections/messages/text/text_index.hpp"

namespace projections {

namespace {

constexpr size_t places_min = 8;

} // namespace

void text_index::reserve_one() {
  if ((size_ + 1) * 4 <= places_.size() * 3)
    return;
  std::vector<place> old(places_.empty() ? places_min : places_.size() * 2);
  old.swap(places_);
  for (auto& x : old)
    if (x.value != free_place)
      put(x);
}

void text_index::insert(uint64_t hash, item value) {
  reserve_one();
  put({tag_of(hash), value});
  ++size_;
}

void text_index::erase(uint64_t hash, item value) {
  auto hole = home(hash);
  while (places_[hole].value != value)
    hole = next(hole);
  // Later members of the cluster move back, so that no search stops too early.
  for (auto i = next(hole); places_[i].value != free_place; i = next(i)) {
    auto wanted = home_of_tag(places_[i].tag);
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

void text_index::put(place x) {
  auto i = home_of_tag(x.tag);
  while (places_[i].value != free_place)
    i = next(i);
  places_[i] = x;
}

} // namespace projections
