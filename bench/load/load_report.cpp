#include "bench/load/load_report.hpp"

#include "bench/load/svg_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

namespace load {

namespace {

/// Returns `x` with `digits` digits behind the point.
std::string decimal(double x, int digits) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.*f", digits, x);
  return text.data();
}

std::string milliseconds(int64_t ns) {
  return decimal(static_cast<double>(ns) / 1e6, 3);
}

/// Returns `x` in groups of three digits, as in 1,000.
std::string grouped(uint64_t x) {
  auto digits = std::to_string(x);
  std::string result;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0)
      result += ',';
    result += digits[i];
  }
  return result;
}

/// Returns a row: a name, and a value that ends in the same column in all rows.
std::string row(const std::string& name, const std::string& value,
                const std::string& unit) {
  constexpr size_t name_width = 34;
  constexpr size_t value_width = 16;
  auto result = name + std::string(name_width - name.size(), ' ');
  if (value.size() < value_width)
    result += std::string(value_width - value.size(), ' ');
  return result + value + ' ' + unit + '\n';
}

std::string rate_row(const std::string& name, uint64_t count, int64_t ns) {
  auto rate
    = ns > 0 ? static_cast<double>(count) * 1e9 / static_cast<double>(ns) : 0;
  return row(name,
             rate < 100 ? decimal(rate, 1)
                        : grouped(static_cast<uint64_t>(std::llround(rate))),
             "a second (" + grouped(count) + " in "
               + decimal(static_cast<double>(ns) / 1e9, 3) + " s)");
}

/// Returns the samples without the last but one if the last interval is less
/// than half as long as that before: the few events of a moment make no rate.
std::vector<load_sample>
without_short_end(const std::vector<load_sample>& samples) {
  auto result = samples;
  auto n = result.size();
  if (n >= 3
      && 2 * (result[n - 1].seconds - result[n - 2].seconds)
           < result[n - 2].seconds - result[n - 3].seconds) {
    result[n - 1].p50_ns = std::max(result[n - 1].p50_ns, result[n - 2].p50_ns);
    result[n - 1].p99_ns = std::max(result[n - 1].p99_ns, result[n - 2].p99_ns);
    result.erase(result.end() - 2);
  }
  return result;
}

/// Returns how fast a count of the samples grew, at the time of each.
template <class Count>
std::vector<std::pair<double, double>>
rates(const std::vector<load_sample>& samples, Count count) {
  std::vector<std::pair<double, double>> result;
  load_sample last;
  for (auto& x : samples) {
    if (x.seconds > last.seconds)
      result.emplace_back(x.seconds, static_cast<double>(count(x) - count(last))
                                       / (x.seconds - last.seconds));
    last = x;
  }
  return result;
}

template <class Latency>
std::vector<std::pair<double, double>>
latencies(const std::vector<load_sample>& samples, Latency latency) {
  std::vector<std::pair<double, double>> result;
  for (auto& x : samples)
    // Where nothing was applied there is no latency.
    result.emplace_back(
      x.seconds, latency(x) > 0 ? static_cast<double>(latency(x)) / 1e6
                                : std::numeric_limits<double>::quiet_NaN());
  return result;
}

} // namespace

std::string table_of(const load_settings& settings, const load_totals& totals,
                     const run_facts& facts) {
  auto result = description(settings) + '\n';
  if (facts.is_partial)
    result += "interrupted: what was done until then\n";
  result += rate_row("appended", totals.appended, totals.appended_ns);
  result += rate_row("applied", totals.applied, totals.applied_ns);
  if (settings.duplicates > 0)
    result += row("refused as duplicates", grouped(totals.refused), "events");
  for (auto [name, part] :
       {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}})
    result += row(std::string{"latency "} + name,
                  milliseconds(totals.latencies.percentile(part)), "ms");
  result += row("latency max", milliseconds(totals.latencies.max()), "ms");
  result
    += row("appended, not applied: peak", grouped(totals.lag_max), "events");
  result
    += row("being appended: peak", grouped(totals.in_flight_max), "events");
  if (settings.rate > 0) {
    result += row("due, not being appended: peak", grouped(totals.overdue_max),
                  "events");
    result += row("due, never appended", grouped(facts.unsent), "events");
  }
  result
    += row("resident memory: peak",
           decimal(static_cast<double>(facts.memory_kib) / 1024, 1), "MiB");
  return result;
}

std::string csv_head() {
  return "seconds,appended,applied,p50_ms,p99_ms,lag\n";
}

std::string csv_line(const load_sample& x) {
  return decimal(x.seconds, 3) + ',' + std::to_string(x.appended) + ','
         + std::to_string(x.applied) + ',' + milliseconds(x.p50_ns) + ','
         + milliseconds(x.p99_ns) + ',' + std::to_string(x.lag) + '\n';
}

std::string picture_of(const load_settings& settings,
                       const std::vector<load_sample>& all) {
  auto samples = without_short_end(all);
  plot result{"Load of many projections",
              description(settings),
              "time since the run began (s)",
              {}};
  result.panels.push_back(
    {"events (1/s)",
     plot_scale::linear,
     {{"appended", "#1f77b4",
       rates(samples, [](auto& x) { return x.appended; })},
      {"applied", "#d95f02",
       rates(samples, [](auto& x) { return x.applied; })}}});
  result.panels.push_back(
    {"latency (ms)",
     plot_scale::logarithmic,
     {{"median", "#1b9e77",
       latencies(samples, [](auto& x) { return x.p50_ns; })},
      {"99th percentile", "#7570b3",
       latencies(samples, [](auto& x) { return x.p99_ns; })}}});
  return svg_of(result);
}

} // namespace load
