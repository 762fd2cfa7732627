#include "bench/load/load_settings.hpp"

#include "bench/load/load_payload.hpp"
#include "projections/storage/names/store_redaction.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace load {

namespace {

constexpr uint64_t default_events = 100'000;
constexpr double default_seconds = 5;

constexpr double projections_max = 100'000;
constexpr double streams_max = 1'000'000;
constexpr double all_streams_max = 5'000'000;
constexpr double events_max = 1e9;
constexpr double rate_max = 1e7;
constexpr double skew_max = 10;
constexpr double threads_max = 256;
constexpr double seconds_max = 86'400;

/// Says that `value` of `option` is not between two numbers; empty if it is.
std::string out_of(const char* option, double value, double min, double max) {
  if (value >= min && value <= max)
    return {};
  return std::string{"--"} + option + "=" + short_number(value) + " is not in "
         + short_number(min) + ".." + short_number(max);
}

/// Returns the file that `path` names, whether it is there or not.
std::filesystem::path file_of(const std::string& path) {
  std::error_code error;
  auto result = std::filesystem::absolute(path, error);
  auto resolved = std::filesystem::weakly_canonical(result, error);
  return error ? result : resolved;
}

/// Returns whether two paths are those of one file.
bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return std::filesystem::equivalent(a, b, ignored) || file_of(a) == file_of(b);
}

/// Says whether a file to be written is another one's, too; empty if not.
std::string shared_file(const load_settings& x,
                        const projections::store_name& backend) {
  if (!x.csv.empty() && !x.plot.empty() && is_same_file(x.csv, x.plot))
    return "--csv and --plot name the same file, " + x.csv;
  if (backend.kind != projections::store_kind::sqlite)
    return {};
  // SQLite's, and the one by which runners keep off each other.
  constexpr std::array endings{"", "-wal", "-shm", "-journal", "-runner"};
  for (auto& [option, path] : {std::pair{"--csv=", x.csv}, {"--plot=", x.plot}})
    for (auto& database : {backend.place, backend.place + views_suffix})
      for (auto ending : endings)
        if (!path.empty() && is_same_file(path, database + ending))
          return option + path + " is a file of the store";
  return {};
}

} // namespace

void complete(load_settings& x) {
  if (x.events > 0 || x.seconds > 0)
    return;
  x.seconds = default_seconds;
  x.events = default_events;
}

std::string problem_of(const load_settings& x) {
  auto number = [](auto y) { return static_cast<double>(y); };
  for (auto& problem : {
         out_of("projections", number(x.projections), 1, projections_max),
         out_of("streams", number(x.streams), 1, streams_max),
         out_of("events", number(x.events), 0, events_max),
         out_of("event-size", number(x.event_size), number(event_bytes_min),
                number(event_bytes_max)),
         out_of("rate", x.rate, 0, rate_max),
         out_of("duplicates", x.duplicates, 0, 1),
         out_of("skew", x.skew, 0, skew_max),
         out_of("threads", number(x.threads), 1, threads_max),
         out_of("seconds", x.seconds, 0, seconds_max),
       })
    if (!problem.empty())
      return problem;
  if (number(x.projections) * number(x.streams) > all_streams_max)
    return "--projections=" + std::to_string(x.projections)
           + " times --streams=" + std::to_string(x.streams) + " is more than "
           + short_number(all_streams_max);
  try {
    return shared_file(x, projections::parse_store_name(x.backend));
  } catch (const projections::bad_store_name& e) {
    return "--backend: " + std::string{e.what()};
  }
}

std::string description(const load_settings& x) {
  auto result = std::to_string(x.projections) + " projections of "
                + (x.folds_all ? "all events" : "a topic each") + ", "
                + std::to_string(x.event_size) + " B an event";
  if (x.streams != load_settings{}.streams)
    result += ", 2 x " + std::to_string(x.streams) + " streams each";
  if (x.rate > 0)
    result += ", " + short_number(x.rate) + " a second by schedule";
  if (x.duplicates > 0)
    result += ", " + short_number(100 * x.duplicates) + " % twice";
  if (x.skew > 0)
    result += ", skew " + short_number(x.skew);
  result += ", " + std::to_string(x.threads)
            + (x.threads == 1 ? " thread" : " threads") + ", "
            + projections::redacted_store_name(x.backend);
  return result;
}

std::string short_number(double x) {
  std::array<char, 64> text;
  // Whole numbers are written out; six digits tell enough of others.
  auto format = std::abs(x) < 1e15 && x == std::floor(x) ? "%.0f" : "%.6g";
  std::snprintf(text.data(), text.size(), format, x);
  return text.data();
}

} // namespace load
