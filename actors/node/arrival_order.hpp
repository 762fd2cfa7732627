// Puts in order again what several actors finish side by side. Owned by the
// registry, for chunks, and by the writer, for batches.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace projections {

/// Values that came before their turn; at most as many as are in flight. Not
/// thread-safe.
template <class T>
class arrival_order {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Takes `x`, whose place `sequence`, from 0, was not taken before.
  void push(uint64_t sequence, T x) {
    early_.emplace(sequence, std::move(x));
  }

  /// Returns the next value in order; nothing if it has not come yet.
  std::optional<T> pop() {
    auto next = early_.find(popped_);
    if (next == early_.end())
      return std::nullopt;
    std::optional<T> result{std::move(next->second)};
    early_.erase(next);
    ++popped_;
    return result;
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns how many values `pop` has returned.
  [[nodiscard]] uint64_t popped() const {
    return popped_;
  }

private:
  /// The values by sequence.
  std::map<uint64_t, T> early_;
  uint64_t popped_ = 0;
};

} // namespace projections
