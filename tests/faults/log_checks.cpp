#include "tests/faults/log_checks.hpp"

#include <map>
#include <ostream>

namespace projections::test {

namespace {

constexpr size_t slice_max = 1000;

} // namespace

std::ostream& operator<<(std::ostream& to, const counted_events& x) {
  return to << x.created << " created and " << x.subsequent
            << " subsequent up to position " << x.position;
}

std::vector<recorded_event> whole_log(event_store& store) {
  std::vector<recorded_event> result;
  log_slice slice;
  do {
    slice = store.read_all(slice.read_to, slice_max, {});
    for (auto& x : slice.events)
      result.push_back(std::move(x));
  } while (!slice.at_head);
  return result;
}

std::string disorder_of(const std::vector<recorded_event>& log) {
  std::map<std::string, stream_version> versions;
  log_position before = log_start;
  for (auto& x : log) {
    auto at = "position " + std::to_string(x.position);
    if (x.position <= before)
      return at + " comes after " + std::to_string(before);
    before = x.position;
    if (x.version != ++versions[x.stream])
      return at + " has version " + std::to_string(x.version) + " of stream "
             + x.stream + ", not " + std::to_string(versions[x.stream]);
  }
  return {};
}

counted_events content_of(event_counters_view& view) {
  counted_events result;
  view.in_one_transaction([&] {
    result.position = view.max_tracking_id("upstream").value_or(log_start);
    result.created = view.get_created_event_counter();
    result.subsequent = view.get_subsequent_event_counter();
  });
  return result;
}

counted_events fold_of(const std::vector<recorded_event>& log,
                       log_position position) {
  counted_events result;
  result.position = position;
  for (auto& x : log)
    if (x.position <= position)
      ++(x.version == 1 ? result.created : result.subsequent);
  return result;
}

log_position last_position(const std::vector<recorded_event>& log) {
  return log.empty() ? log_start : log.back().position;
}

} // namespace projections::test
