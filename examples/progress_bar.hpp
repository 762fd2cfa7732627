// A line on stderr that tells how far a program is, for people who watch it.
// Used by examples that may take a while.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace examples {

/// Returns what a progress bar shows when `done` of `total` things are done
/// after `elapsed` seconds: `follows [######......] 52 %, 640 a second, 2 s
/// left`, of less than 80 characters where `what` has at most 20.
inline std::string progress_line(std::string_view what, uint64_t done,
                                 uint64_t total, double elapsed) {
  constexpr uint64_t cells = 20;
  done = std::min(done, total);
  auto part = [&](uint64_t of) { return total > 0 ? done * of / total : of; };
  auto rate = elapsed > 0 ? static_cast<double>(done) / elapsed : 0;
  std::string result{what};
  result += " [" + std::string(part(cells), '#')
            + std::string(cells - part(cells), '.') + "] "
            + std::to_string(part(100)) + " %";
  // A rate says nothing yet at the beginning, and little of what takes seconds
  // each.
  if (elapsed < 0.2 || rate < 1)
    return result;
  result += ", " + std::to_string(static_cast<uint64_t>(rate)) + " a second";
  if (done < total) {
    auto left = static_cast<double>(total - done) / rate;
    result
      += ", " + std::to_string(static_cast<uint64_t>(left) + 1) + " s left";
  }
  return result;
}

/// Shows the line on stderr ten times a second from its construction to its
/// end, by a thread of its own. Where stderr is no terminal it does nothing.
class progress_bar {
public:
  /// `done()` tells how many of `total` things, called `what`, are done. It is
  /// called by another thread and must not throw.
  progress_bar(std::string what, uint64_t total, std::function<uint64_t()> done)
    : progress_bar(
      std::move(what), [total] { return total; }, std::move(done)) {
    // nop
  }

  /// As above, where the total is an estimate that changes.
  progress_bar(std::string what, std::function<uint64_t()> total,
               std::function<uint64_t()> done) {
    if (::isatty(STDERR_FILENO) == 1)
      drawing_
        = std::jthread{[this, what = std::move(what), total = std::move(total),
                        done = std::move(done)](std::stop_token stop) {
            draw(what, total, done, stop);
          }};
  }

private:
  using clock = std::chrono::steady_clock;

  void draw(const std::string& what, const std::function<uint64_t()>& total,
            const std::function<uint64_t()>& done, std::stop_token stop) {
    auto begin = clock::now();
    auto show = [&](const char* end) {
      std::chrono::duration<double> elapsed = clock::now() - begin;
      // Goes back to the beginning of the line, and clears what was longer.
      std::fprintf(
        stderr, "\r%s\x1b[K%s",
        progress_line(what, done(), total(), elapsed.count()).c_str(), end);
      std::fflush(stderr);
    };
    std::unique_lock lock{mutex_};
    do
      show("");
    while (!stopped_.wait_for(lock, stop, std::chrono::milliseconds{100},
                              [&] { return stop.stop_requested(); }));
    show("\n");
  }

  std::mutex mutex_;

  /// Cuts the pause short at the end; nobody notifies it.
  std::condition_variable_any stopped_;

  /// The last member: it ends before what it uses goes.
  std::jthread drawing_;
};

} // namespace examples
