#include "storage/postgres_event_store.hpp"

#include "storage/postgres_array.hpp"
#include "storage/postgres_listener.hpp"
#include "storage/storable_text.hpp"

#include <algorithm>
#include <limits>

namespace projections {

namespace {

/// So many positions are looked at for one slice, whatever the topics of their
/// events are.
constexpr log_position scan_max = 65'536;

/// One statement inserts so many events and about so many bytes, so that no
/// array comes near the limit of the server, 1 GiB.
constexpr size_t insert_rows_max = 10'000;
constexpr size_t insert_bytes_max = size_t{32} << 20;

/// What other processes append is looked for so often, beside what the listener
/// hears.
constexpr std::chrono::milliseconds look_interval{1000};

constexpr size_t uuid_digits = 32;

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_uuid(std::string_view stream) {
  return stream.size() == uuid_digits
         && std::all_of(stream.begin(), stream.end(), is_hex_digit);
}

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

int64_t number_of(const pqxx::field& x) {
  return x.as<int64_t>(0);
}

int64_t limit_of(size_t limit) {
  return static_cast<int64_t>(
    std::min<size_t>(limit, std::numeric_limits<int64_t>::max() - 1));
}

} // namespace

postgres_event_store::postgres_event_store(std::string_view uri,
                                           std::string_view application)
  : connection_(postgres_uri{uri}), tables_(connection_.uri(), application),
    has_uuids_(open_tables()), sql_(tables_, has_uuids_),
    changes_(postgres_listener::signal(connection_.uri(), tables_.channel)) {
  // nop
}

// -- modifiers ----------------------------------------------------------------

std::vector<append_outcome>
postgres_event_store::append(const std::vector<append_request>& requests) {
  append_plan plan{requests};
  plan.refuse_malformed([this](auto& x) { return problem_of(x); });
  if (plan.streams().empty())
    return plan.finish();
  connection_.call("append", [&] {
    // The versions are looked up under the lock, in the round trip that takes
    // it.
    auto streams = plan.streams();
    auto versions = connection_.begin_with(sql_.begin_append,
                                           sql_.select_versions, streams);
    try {
      for (size_t i = 0; i < streams.size(); ++i)
        plan.know_version(
          streams[i],
          number_of(versions[static_cast<pqxx::result::size_type>(i)][0]));
      look_up_keys(plan);
      plan.decide();
      insert(plan);
    } catch (...) {
      connection_.roll_back();
      throw;
    }
  });
  if (!plan.rows().empty())
    changes_->notify();
  return plan.finish();
}

/// Returns what is wrong with the names in `request` for PostgreSQL.
std::string
postgres_event_store::problem_of(const append_request& request) const {
  auto too_long = [](std::string_view what, size_t bytes) {
    return "an append with " + std::string{what} + " of "
           + std::to_string(bytes) + " bytes; PostgreSQL takes at most "
           + std::to_string(postgres_name_bytes_max);
  };
  if (request.stream.size() > postgres_name_bytes_max)
    return too_long("a stream name", request.stream.size());
  if (has_uuids_ && !is_uuid(request.stream))
    return "an append to stream \"" + request.stream
           + "\": the table has UUIDs for streams, so its name must be 32 hex "
             "digits in lower case";
  for (auto& event : request.events)
    if (event.idempotency_key.size() > postgres_name_bytes_max)
      return too_long("an idempotency key", event.idempotency_key.size());
  return {};
}

/// Asks for the keys that the plan has to know.
void postgres_event_store::look_up_keys(append_plan& plan) {
  postgres_array wanted{postgres_array::element::text};
  auto keys = plan.keys();
  for (auto x : keys)
    wanted.add(x);
  if (wanted.empty())
    return;
  // The plan refers to keys in the requests, not to those that come back.
  std::unordered_map<std::string_view, log_position> found;
  auto rows = connection_.run(sql_.select_keys, wanted.parameter());
  for (auto x : rows)
    found.emplace(text_of(x[0]), number_of(x[1]));
  for (auto x : keys)
    if (auto at = found.find(x); at != found.end())
      plan.know_key(x, at->second);
}

/// Writes what is taken, if anything is, and ends the transaction.
void postgres_event_store::insert(append_plan& plan) {
  if (plan.rows().empty())
    return connection_.roll_back();
  for (size_t i = 0; i < plan.rows().size();)
    i = insert_some(plan, i);
  insert_beside(plan);
  connection_.commit(sql_.notify);
}

/// Inserts events from row `begin` of the plan on, and returns which one comes
/// next.
size_t postgres_event_store::insert_some(append_plan& plan, size_t begin) {
  postgres_array streams{postgres_array::element::text};
  postgres_array versions{postgres_array::element::bigint};
  postgres_array topics{postgres_array::element::text};
  postgres_array payloads{postgres_array::element::bytea};
  size_t bytes = 0;
  auto end = begin;
  for (; end < plan.rows().size() && end - begin < insert_rows_max
         && bytes < insert_bytes_max;
       ++end) {
    auto& row = plan.rows()[end];
    streams.add(row.request->stream);
    versions.add(row.version);
    topics.add(row.event->topic);
    payloads.add(row.event->payload);
    bytes += row.request->stream.size() + row.event->topic.size()
             + row.event->payload.size();
  }
  auto positions = connection_.run(sql_.insert_events, streams.parameter(),
                                   versions.parameter(), topics.parameter(),
                                   payloads.parameter());
  for (auto x : positions)
    plan.place(begin++, number_of(x[0]));
  return end;
}

/// Inserts the keys and metadata of the events, if there are any.
void postgres_event_store::insert_beside(const append_plan& plan) {
  postgres_array keys{postgres_array::element::text};
  postgres_array keys_at{postgres_array::element::bigint};
  postgres_array metadata{postgres_array::element::text};
  postgres_array metadata_at{postgres_array::element::bigint};
  for (size_t i = 0; i < plan.rows().size(); ++i) {
    auto& event = *plan.rows()[i].event;
    if (!event.idempotency_key.empty()) {
      keys.add(event.idempotency_key);
      keys_at.add(plan.position(i));
    }
    if (!event.metadata.empty()) {
      metadata.add(event.metadata);
      metadata_at.add(plan.position(i));
    }
  }
  if (!keys.empty())
    connection_.run(sql_.insert_keys, keys.parameter(), keys_at.parameter());
  if (!metadata.empty())
    connection_.run(sql_.insert_metadata, metadata_at.parameter(),
                    metadata.parameter());
}

// -- inspectors ---------------------------------------------------------------

std::vector<recorded_event> postgres_event_store::read_stream(
  std::string_view stream, stream_version after, size_t limit) {
  std::vector<recorded_event> result;
  // What the table cannot hold is no stream of it.
  if (has_uuids_ ? !is_uuid(stream) : !is_storable_text(stream))
    return result;
  connection_.call("read a stream", [&] {
    auto rows = connection_.run(sql_.select_stream, std::string{stream}, after,
                                limit_of(limit));
    for (auto x : rows)
      result.push_back(event_of(x));
  });
  return result;
}

log_slice postgres_event_store::read_all(
  log_position after, size_t limit, const std::vector<std::string>& topics) {
  after = std::max(after, log_start);
  log_slice result;
  connection_.call("read the log", [&] {
    // One event more than asked for tells whether there are more.
    pqxx::result rows;
    auto bound = std::numeric_limits<log_position>::max();
    if (topics.empty()) {
      rows = connection_.run(sql_.select_all, after, limit_of(limit) + 1);
    } else {
      if (after < bound - scan_max)
        bound = after + scan_max;
      postgres_array wanted{postgres_array::element::text};
      for (auto& x : topics)
        if (is_storable_text(x))
          wanted.add(x);
      rows = connection_.run(sql_.select_topics, after, bound,
                             wanted.parameter(), limit_of(limit) + 1);
    }
    result.read_to = after;
    auto is_cut = false;
    for (auto x : rows) {
      // The row that only tells the last position has no event.
      if (x[0].is_null())
        break;
      is_cut = result.events.size() == limit;
      if (is_cut)
        break;
      result.events.push_back(event_of(x));
      result.read_to = result.events.back().position;
    }
    result.at_head = !is_cut;
    if (!topics.empty() && !is_cut) {
      auto last = number_of(rows.at(0)[5]);
      result.read_to = std::max(after, std::min(bound, last));
      result.at_head = result.read_to >= last;
    }
  });
  return result;
}

log_position postgres_event_store::head() {
  return connection_.call("read the head", [this] {
    return number_of(connection_.run(sql_.select_last).at(0)[0]);
  });
}

std::shared_ptr<change_signal> postgres_event_store::changes() {
  return changes_;
}

std::optional<std::chrono::milliseconds>
postgres_event_store::poll_interval() const {
  return look_interval;
}

/// Returns the event in the first five columns of `x`.
recorded_event postgres_event_store::event_of(const pqxx::row& x) const {
  recorded_event result{number_of(x[0]), std::string{text_of(x[1])},
                        number_of(x[2]), std::string{text_of(x[3])},
                        bytes_of(x[4])};
  if (has_uuids_)
    std::erase(result.stream, '-');
  return result;
}

} // namespace projections
