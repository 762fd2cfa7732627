// Objects that all users of one thing in a process share, for as long as
// somebody holds them. Used for logs in memory, signals of change, listeners
// and the workers of views.
#pragma once

#include <map>
#include <memory>
#include <mutex>

namespace projections {

/// Objects by the key of what they stand for. Holds none of them itself.
/// Thread-safe.
template <class Key, class T>
class shared_by_key {
public:
  /// Returns the object under `key` if somebody holds it, else what `make()`
  /// returns, a `std::shared_ptr<T>` that others get from then on. Other
  /// threads wait meanwhile. If `make` throws, there is no object.
  template <class Make>
  std::shared_ptr<T> get(const Key& key, Make make) {
    std::lock_guard guard{mutex_};
    std::erase_if(known_, [](auto& x) { return x.second.expired(); });
    auto& known = known_[key];
    auto result = known.lock();
    if (!result) {
      result = make();
      known = result;
    }
    return result;
  }

private:
  /// Guards `known_`.
  std::mutex mutex_;

  /// All objects that were held at the last call, and the newest.
  std::map<Key, std::weak_ptr<T>> known_;
};

} // namespace projections
