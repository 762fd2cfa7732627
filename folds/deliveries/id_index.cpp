#include "projections/folds/deliveries/id_index.hpp"

#include <utility>

namespace projections {

void id_index::shard::put(place x) noexcept {
  auto i = home(x.tag);
  while (places[i].tag != 0)
    i = next(i);
  places[i] = x;
}

void id_index::reserve(uint64_t hash) {
  auto number = shard_of(hash);
  auto& in = shards_[number];
  if ((uint64_t{in.size} + 1) * 20 <= uint64_t{in.capacity} * 17)
    return;
  shard grown;
  // From 16 places to one and a half times as many, which is one step of
  // growth.
  grown.capacity = in.capacity == 0 ? 16 + static_cast<uint32_t>(number % 8)
                                    : in.capacity + in.capacity / 2;
  grown.places = std::make_unique<place[]>(grown.capacity);
  grown.size = in.size;
  for (uint32_t i = 0; i < in.capacity; ++i)
    if (in.places[i].tag != 0)
      grown.put(in.places[i]);
  in = std::move(grown);
}

void id_index::insert(uint64_t hash, item value) noexcept {
  auto& in = shards_[shard_of(hash)];
  in.put({tag_of(hash), value});
  ++in.size;
}

void id_index::erase(uint64_t hash, item value) noexcept {
  auto& in = shards_[shard_of(hash)];
  auto hole = in.home(tag_of(hash));
  while (in.places[hole].tag == 0 || in.places[hole].value != value)
    hole = in.next(hole);
  // Later members of the cluster move back, so that no search stops too early.
  for (auto i = in.next(hole); in.places[i].tag != 0; i = in.next(i)) {
    auto wanted = in.home(in.places[i].tag);
    auto stays
      = hole <= i ? hole < wanted && wanted <= i : hole < wanted || wanted <= i;
    if (!stays) {
      in.places[hole] = in.places[i];
      hole = i;
    }
  }
  in.places[hole] = {};
  --in.size;
}

} // namespace projections
