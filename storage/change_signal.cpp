#include "storage/change_signal.hpp"

#include <map>
#include <utility>

namespace projections {

std::shared_ptr<change_signal> change_signal::named(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<change_signal>> signals;
  std::lock_guard guard{mutex};
  std::erase_if(signals, [](auto& x) { return x.second.expired(); });
  auto& found = signals[name];
  auto result = found.lock();
  if (!result) {
    result = std::make_shared<change_signal>();
    found = result;
  }
  return result;
}

void change_signal::notify() {
  {
    std::lock_guard guard{mutex_};
    ++count_;
  }
  changed_.notify_all();
}

uint64_t change_signal::count() {
  std::lock_guard guard{mutex_};
  return count_;
}

void change_signal::wait(uint64_t seen, clock::time_point deadline,
                         std::stop_token interrupt) {
  std::unique_lock guard{mutex_};
  changed_.wait_until(guard, std::move(interrupt), deadline,
                      [this, seen] { return count_ != seen; });
}

} // namespace projections
