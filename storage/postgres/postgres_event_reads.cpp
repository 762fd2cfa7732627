// How events are read, as the event tables declare it.
#include "projections/messages/text/storable_text.hpp"
#include "projections/storage/postgres/postgres_array.hpp"
#include "projections/storage/postgres/postgres_event_tables.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

namespace projections {

namespace {

/// So many positions are looked at for one slice, whatever the topics of their
/// events are.
constexpr log_position scan_max = 65'536;

/// A look that finds too few events with the topics is followed by one at so
/// many times the positions.
constexpr log_position scan_growth = 8;

/// Returns the bytes that the server shows as `\x` and two digits each.
std::string bytes_of(const pqxx::field& x) {
  auto text = text_of(x);
  // A database may be set to show bytes in another form.
  if (!text.starts_with("\\x"))
    return x.is_null() ? std::string{} : pqxx::binarystring{x}.str();
  // Digits have their value in the low four bits; so have letters, which count
  // from 1, and the bit 64. Without branches, many bytes are made at once.
  auto value = [](char c) { return (c & 15) + (c >> 6) * 9; };
  std::string result(text.size() / 2 - 1, '\0');
  auto from = text.data() + 2;
  auto to = result.data();
  for (size_t i = 0, size = result.size(); i < size; ++i)
    to[i] = static_cast<char>(value(from[2 * i]) * 16 + value(from[2 * i + 1]));
  return result;
}

int64_t limit_of(size_t limit) {
  return static_cast<int64_t>(
    std::min<size_t>(limit, std::numeric_limits<int64_t>::max() - 1));
}

} // namespace

std::vector<recorded_event> postgres_event_tables::read_stream(
  postgres_connection& at, std::string_view stream, stream_version after,
  size_t limit) const {
  std::vector<recorded_event> result;
  // What the table cannot hold is no stream of it.
  if (has_uuids_ ? !is_uuid(stream) : !is_storable_text(stream))
    return result;
  auto rows
    = at.run(sql_.select_stream, std::string{stream}, after, limit_of(limit));
  for (auto x : rows) {
    result.push_back(event_of(x));
    result.back().metadata = text_of(x[5]);
  }
  return result;
}

log_slice postgres_event_tables::read_all(
  postgres_connection& at, log_position after, size_t limit,
  const std::vector<std::string>& topics) const {
  after = std::max(after, log_start);
  log_slice result;
  // One event more than asked for tells whether there are more.
  pqxx::result rows;
  auto bound = std::numeric_limits<log_position>::max();
  if (topics.empty())
    rows = at.run(sql_.select_all, after, limit_of(limit) + 1);
  else
    rows = select_topics(at, after, limit, topics, bound);
  result.read_to = after;
  auto is_cut = false;
  auto has_metadata = false;
  size_t bytes = 0;
  for (auto x : rows) {
    // The row that only tells the last position has no event.
    if (x[0].is_null())
      break;
    is_cut = result.events.size() == limit || bytes > slice_bytes_max;
    if (is_cut)
      break;
    has_metadata = text_of(x[5]) == "t";
    result.events.push_back(event_of(x));
    result.read_to = result.events.back().position;
    bytes += result.events.back().payload.size();
  }
  result.at_head = !is_cut;
  if (!topics.empty() && !is_cut) {
    auto last = number_of(rows.at(0)[6]);
    result.read_to = std::max(after, std::min(bound, last));
    result.at_head = result.read_to >= last;
  }
  if (has_metadata)
    read_metadata(at, after, result);
  return result;
}

/// Looks for events with `topics` after `after`, `limit` of them and one more,
/// up to the position that it puts into `bound`.
pqxx::result postgres_event_tables::select_topics(
  postgres_connection& at, log_position after, size_t limit,
  const std::vector<std::string>& topics, log_position& bound) const {
  postgres_array wanted{postgres_array::element::text};
  for (auto& x : topics)
    if (is_storable_text(x))
      wanted.add(x);
  auto topics_wanted = wanted.parameter();
  // The server knows nothing about a table that was never analysed, and then
  // reads and sorts all events up to the bound, whatever the limit. So the
  // bound is near at first, where most events are wanted.
  auto most = std::numeric_limits<log_position>::max() - after;
  auto width
    = std::min(2 * (limit_of(std::min<size_t>(limit, scan_max)) + 1), scan_max);
  for (;; width = std::min(width * scan_growth, scan_max)) {
    bound = after + std::min(width, most);
    auto rows = at.run(sql_.select_topics, after, bound, topics_wanted,
                       limit_of(limit) + 1);
    if (width == scan_max || rows.size() > limit
        || number_of(rows.at(0)[6]) <= bound)
      return rows;
  }
}

/// Adds what is recorded beside the events of `slice`, which come after
/// `after`.
void postgres_event_tables::read_metadata(postgres_connection& at,
                                          log_position after,
                                          log_slice& slice) const {
  auto rows = at.run(sql_.select_metadata, after, slice.events.back().position);
  auto event = slice.events.begin();
  for (auto x : rows) {
    auto position = number_of(x[0]);
    while (event != slice.events.end() && event->position < position)
      ++event;
    if (event != slice.events.end() && event->position == position)
      event->metadata = text_of(x[1]);
  }
}

std::vector<std::optional<recorded_event>> postgres_event_tables::find_keys(
  postgres_connection& at, const std::vector<std::string>& keys) const {
  std::vector<std::optional<recorded_event>> result(keys.size());
  postgres_array wanted{postgres_array::element::text};
  for (auto& x : keys)
    if (is_storable_text(x))
      wanted.add(x);
  if (wanted.empty())
    return result;
  std::unordered_map<std::string, recorded_event> found;
  auto rows = at.run(sql_.select_events_by_key, wanted.parameter());
  for (auto x : rows) {
    auto& event = found[std::string{text_of(x[6])}] = event_of(x);
    event.metadata = text_of(x[5]);
  }
  for (size_t i = 0; i < keys.size(); ++i)
    if (auto event = found.find(keys[i]); event != found.end())
      result[i] = event->second;
  return result;
}

log_position postgres_event_tables::head(postgres_connection& at) const {
  return number_of(at.run(sql_.select_last).at(0)[0]);
}

/// Returns the event in the first five columns of `x`.
recorded_event postgres_event_tables::event_of(const pqxx::row& x) const {
  recorded_event result{number_of(x[0]), std::string{text_of(x[1])},
                        number_of(x[2]), std::string{text_of(x[3])},
                        bytes_of(x[4])};
  if (has_uuids_)
    std::erase(result.stream, '-');
  return result;
}

} // namespace projections
