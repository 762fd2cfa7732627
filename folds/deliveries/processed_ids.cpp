#include "projections/folds/deliveries/processed_ids.hpp"

#include <stdexcept>

namespace projections {

namespace {

constexpr uint64_t derived_bit = 1;

/// Running numbers of 32 bits tell so many hashes apart; the last two are room
/// for one more id.
constexpr size_t hashes_max = UINT32_MAX - 2;

bool is_derived(hash_128 entry) {
  return (entry.low & derived_bit) != 0;
}

bool is_taken_out(hash_128 entry) {
  return (entry.low & ~derived_bit) == 0 && entry.high == 0;
}

} // namespace

processed_ids::processed_ids(size_t window)
  : key_(random_hash_key()), window_(window) {
  // nop
}

id_record processed_ids::find(hash_128 id) const {
  auto found = index_.find(
    id.high, [this, id](id_number number) { return holds(number, id); });
  if (!found)
    return {};
  auto place = place_of(*found);
  if (!is_derived(hashes_[place]))
    return {id_use::own, *found, {}};
  return {id_use::derived, *found, hashes_[place + 1]};
}

/// Adds the id of hash `id`, with `content` if it is a derived one.
bool processed_ids::add(hash_128 id, const hash_128* content) {
  auto found = index_.find(
    id.high, [this, id](id_number number) { return holds(number, id); });
  if (found)
    return false;
  if (hashes_.size() > hashes_max)
    throw std::length_error("more than four billion processed ids; "
                            "limit them with a window");
  index_.reserve(id.high);
  auto number = next_number();
  if (content == nullptr) {
    hashes_.push_back(id);
  } else {
    hashes_.push_back({id.low | derived_bit, id.high});
    try {
      hashes_.push_back(*content);
    } catch (...) {
      hashes_.pop_back();
      throw;
    }
  }
  index_.insert(id.high, number);
  ++size_;
  if (window_ != 0 && size_ > window_)
    forget_oldest();
  return true;
}

void processed_ids::forget(id_number number) noexcept {
  auto& id = hashes_[place_of(number)];
  index_.erase(id.high, number);
  id = {id.low & derived_bit, 0};
  --size_;
}

void processed_ids::forget_oldest() noexcept {
  for (auto found = false; !found;) {
    auto id = hashes_.front();
    found = !is_taken_out(id);
    if (found)
      index_.erase(id.high, first_number_);
    for (auto left = is_derived(id) ? 2 : 1; left > 0; --left) {
      hashes_.pop_front();
      ++first_number_;
    }
  }
  --size_;
}

/// Returns the hash of `id` as an own id has it in `hashes_`.
hash_128 processed_ids::hash_of(std::string_view id) const {
  auto result = sip_hash(key_, id);
  result.low &= ~derived_bit;
  return result;
}

/// Returns whether the id of hash `id` has this running number.
bool processed_ids::holds(id_number number, hash_128 id) const {
  auto& x = hashes_[place_of(number)];
  return x.high == id.high && (x.low & ~derived_bit) == id.low;
}

size_t processed_ids::place_of(id_number number) const {
  return static_cast<id_number>(number - first_number_);
}

} // namespace projections
