#include "projections/storage/log/change_signal.hpp"

#include "projections/storage/log/shared_by_key.hpp"

#include <utility>

namespace projections {

std::shared_ptr<change_signal> change_signal::named(const std::string& name) {
  static shared_by_key<std::string, change_signal> signals;
  return signals.get(name, [] { return std::make_shared<change_signal>(); });
}

void change_signal::notify() {
  {
    std::lock_guard guard{mutex_};
    ++count_;
  }
  changed_.notify_all();
  std::lock_guard guard{observers_->mutex};
  for (auto& x : observers_->by_number)
    x.second();
}

std::shared_ptr<void> change_signal::observe(std::function<void()> tell) {
  std::lock_guard guard{observers_->mutex};
  auto number = ++observers_->last_number;
  observers_->by_number.emplace(number, std::move(tell));
  return {nullptr, [all = observers_, number](void*) {
            std::lock_guard leaving{all->mutex};
            all->by_number.erase(number);
          }};
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
