#include "bench/load/sampler.hpp"

#include "bench/load/load_report.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace load {

namespace {

constexpr std::chrono::milliseconds interval{100};

/// Where there is no terminal, a line is shown once in so many intervals.
constexpr int intervals_of_a_line = 10;

constexpr const char* what_is_shown = "applied";

std::ofstream opened(const char* option, const std::string& path) {
  std::ofstream result;
  if (path.empty())
    return result;
  result.open(path, std::ios::binary | std::ios::trunc);
  if (!result)
    throw std::runtime_error{std::string{"--"} + option + "=" + path
                             + ": cannot write it: " + std::strerror(errno)};
  return result;
}

void require_written(const char* option, const std::string& path,
                     std::ofstream& file) {
  if (path.empty())
    return;
  file.close();
  if (!file)
    throw std::runtime_error{std::string{"--"} + option + "=" + path
                             + ": cannot write all of it"};
}

} // namespace

uint64_t events_to_come(const load_settings& settings, uint64_t appended,
                        uint64_t applied, double seconds) {
  auto result = settings.events > 0 ? static_cast<double>(settings.events)
                                    : std::numeric_limits<double>::max();
  if (settings.seconds > 0) {
    // What is scheduled is known; else the rate until now tells.
    auto rate = settings.rate > 0 ? settings.rate
                : seconds > 0     ? static_cast<double>(applied) / seconds
                                  : 0;
    result = std::min(result, rate * settings.seconds);
  }
  return std::max(appended, static_cast<uint64_t>(result));
}

sampler::sampler(const load_settings& settings, load_meter& meter)
  : settings_(settings), meter_(meter), csv_(opened("csv", settings.csv)),
    plot_(opened("plot", settings.plot)) {
  csv_ << csv_head();
}

// -- modifiers ----------------------------------------------------------------

void sampler::begin() {
  bar_.emplace(
    what_is_shown, [this] { return total(); },
    [this] { return meter_.applied_by_all(); });
  sampling_ = std::jthread{[this](std::stop_token x) { run(x); }};
}

void sampler::end() {
  sampling_ = {};
  bar_.reset();
  take_sample();
  plot_ << picture_of(settings_, series_.samples());
  require_written("csv", settings_.csv, csv_);
  require_written("plot", settings_.plot, plot_);
}

void sampler::run(std::stop_token stopped) {
  auto is_terminal = ::isatty(STDERR_FILENO) == 1;
  auto next = std::chrono::steady_clock::now();
  std::unique_lock lock{mutex_};
  for (auto i = 1;; ++i) {
    next += interval;
    if (stopped_.wait_until(lock, stopped, next,
                            [&] { return stopped.stop_requested(); }))
      return;
    take_sample();
    if (is_terminal || i % intervals_of_a_line != 0)
      continue;
    auto seconds = static_cast<double>(meter_.now_ns()) / 1e9;
    std::fprintf(stderr, "%s\n",
                 examples::progress_line(what_is_shown, meter_.applied_by_all(),
                                         total(), seconds)
                   .c_str());
  }
}

void sampler::take_sample() {
  auto sample = meter_.sample();
  series_.add(sample);
  // Flushed, so that the file can be followed.
  if (csv_.is_open())
    csv_ << csv_line(sample) << std::flush;
}

/// Returns how many events there will be by the end.
uint64_t sampler::total() const {
  auto appended = meter_.appended();
  return is_appending_
           ? events_to_come(settings_, appended, meter_.applied_by_all(),
                            static_cast<double>(meter_.now_ns()) / 1e9)
           : appended;
}

} // namespace load
