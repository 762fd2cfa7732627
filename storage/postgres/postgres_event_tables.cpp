#include "projections/storage/postgres/postgres_event_tables.hpp"

#include "projections/storage/postgres/postgres_array.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace projections {

namespace {

/// One statement inserts so many events and about so many bytes, so that no
/// array comes near the limit of the server, 1 GiB.
constexpr size_t insert_rows_max = 10'000;
constexpr size_t insert_bytes_max = size_t{32} << 20;

/// Fewer keys are looked up in any case: a savepoint costs as much as that, and
/// each one uses up a transaction number.
constexpr size_t trusted_keys_min = 32;

constexpr size_t uuid_digits = 32;

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/// What is recorded beside the event at a position.
using text_at = std::pair<std::string_view, log_position>;

/// The columns of a table beside that of the events.
struct columns_beside {
  explicit columns_beside(const std::vector<text_at>& rows) {
    size_t bytes = 0;
    for (auto& [text, position] : rows)
      bytes += text.size();
    texts.reserve(rows.size(), bytes);
    positions.reserve(rows.size(), rows.size() * sizeof(log_position));
    for (auto& [text, position] : rows) {
      texts.add(text);
      positions.add(position);
    }
  }

  postgres_array texts{postgres_array::element::text};
  postgres_array positions{postgres_array::element::bigint};
};

} // namespace

// -- modifiers ----------------------------------------------------------------

pqxx::result postgres_event_tables::begin(postgres_connection& at,
                                          const append_plan& plan) const {
  // The versions are looked up under the lock, in the round trip that takes it.
  at.begin(sql_.begin_append + savepoint_for(plan));
  return at.run_on_texts(sql_.select_versions, plan.streams());
}

void postgres_event_tables::write(postgres_connection& at, append_plan& plan,
                                  const pqxx::result& versions) {
  auto streams = plan.streams();
  for (size_t i = 0; i < streams.size(); ++i)
    plan.know_version(
      streams[i],
      number_of(versions[static_cast<pqxx::result::size_type>(i)][0]));
  if (trusts_keys(plan)) {
    plan.decide();
    if (write_decided(at, plan))
      return;
    at.execute(sql_.roll_back);
    plan.reconsider();
  }
  look_up_keys(at, plan);
  plan.decide();
  if (!write_decided(at, plan))
    throw store_error{at.name()
                      + ": cannot append: others take keys without locking "
                      + names_.events};
}

std::vector<append_outcome> postgres_event_tables::append(
  postgres_connection& at, const std::vector<append_request>& requests) {
  auto plan = plan_of(requests);
  if (plan.streams().empty())
    return plan.finish();
  auto has_savepoint = trusts_keys(plan);
  write(at, plan, lock(at, plan));
  auto end = has_savepoint ? sql_.release + "; " : std::string{};
  if (!plan.rows().empty())
    end += sql_.notify;
  if (!end.empty())
    at.execute_later(end);
  return plan.finish();
}

/// Returns whether the keys of `plan` are inserted without being looked up.
bool postgres_event_tables::trusts_keys(const append_plan& plan) const {
  return !expects_known_keys_ && plan.key_count() >= trusted_keys_min;
}

/// Returns what is to be executed behind the lock.
std::string
postgres_event_tables::savepoint_for(const append_plan& plan) const {
  return trusts_keys(plan) ? "; " + sql_.savepoint : std::string{};
}

/// Keeps others from appending within the transaction, and returns the versions
/// of the streams of `plan`.
pqxx::result postgres_event_tables::lock(postgres_connection& at,
                                         const append_plan& plan) const {
  at.execute_later(sql_.lock + savepoint_for(plan));
  return at.run_on_texts(sql_.select_versions, plan.streams());
}

/// Returns what is wrong with the names in `request` for PostgreSQL.
std::string
postgres_event_tables::problem_of(const append_request& request) const {
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
void postgres_event_tables::look_up_keys(postgres_connection& at,
                                         append_plan& plan) {
  postgres_array wanted{postgres_array::element::text};
  auto keys = plan.keys();
  for (auto x : keys)
    wanted.add(x);
  if (wanted.empty())
    return;
  // The plan refers to keys in the requests, not to those that come back.
  std::unordered_map<std::string_view, log_position> found;
  auto rows = at.run(sql_.select_keys, wanted.parameter());
  for (auto x : rows)
    found.emplace(text_of(x[0]), number_of(x[1]));
  for (auto x : keys)
    if (auto place = found.find(x); place != found.end())
      plan.know_key(x, place->second);
  expects_known_keys_ = !found.empty();
}

/// Inserts what was decided. Returns false if a key is in the store; then the
/// transaction is void from the last savepoint on.
bool postgres_event_tables::write_decided(postgres_connection& at,
                                          append_plan& plan) const {
  for (size_t i = 0; i < plan.rows().size();)
    i = insert_some(at, plan, i);
  return insert_beside(at, plan);
}

/// Inserts events from row `begin` of the plan on, and returns which one comes
/// next.
size_t postgres_event_tables::insert_some(postgres_connection& at,
                                          append_plan& plan,
                                          size_t begin) const {
  postgres_array streams{postgres_array::element::text};
  postgres_array versions{postgres_array::element::bigint};
  postgres_array topics{postgres_array::element::text};
  postgres_array payloads{postgres_array::element::bytea};
  size_t stream_bytes = 0;
  size_t topic_bytes = 0;
  size_t payload_bytes = 0;
  auto end = begin;
  for (; end < plan.rows().size() && end - begin < insert_rows_max
         && stream_bytes + topic_bytes + payload_bytes < insert_bytes_max;
       ++end) {
    auto& row = plan.rows()[end];
    stream_bytes += row.request->stream.size();
    topic_bytes += row.event->topic.size();
    payload_bytes += row.event->payload.size();
  }
  auto count = end - begin;
  streams.reserve(count, stream_bytes);
  versions.reserve(count, count * sizeof(stream_version));
  topics.reserve(count, topic_bytes);
  payloads.reserve(count, payload_bytes);
  for (auto i = begin; i < end; ++i) {
    auto& row = plan.rows()[i];
    streams.add(row.request->stream);
    versions.add(row.version);
    topics.add(row.event->topic);
    payloads.add(row.event->payload);
  }
  auto positions
    = at.run(sql_.insert_events, streams.parameter(), versions.parameter(),
             topics.parameter(), payloads.parameter());
  for (auto x : positions)
    plan.place(begin++, number_of(x[0]));
  return end;
}

/// Inserts the keys and metadata of the events, if there are any. Returns false
/// if one of the keys is in the store.
bool postgres_event_tables::insert_beside(postgres_connection& at,
                                          const append_plan& plan) const {
  std::vector<text_at> keys;
  std::vector<text_at> metadata;
  for (size_t i = 0; i < plan.rows().size(); ++i) {
    auto& event = *plan.rows()[i].event;
    if (!event.idempotency_key.empty())
      keys.emplace_back(event.idempotency_key, plan.position(i));
    if (!event.metadata.empty())
      metadata.emplace_back(event.metadata, plan.position(i));
  }
  columns_beside beside{metadata};
  if (keys.empty()) {
    if (!metadata.empty())
      at.run(sql_.insert_metadata, beside.positions.parameter(),
             beside.texts.parameter());
    return true;
  }
  // In the order of the index, so that each of its pages is found once.
  std::sort(keys.begin(), keys.end());
  columns_beside taken{keys};
  try {
    if (metadata.empty())
      at.run(sql_.insert_keys, taken.texts.parameter(),
             taken.positions.parameter());
    else
      at.run(sql_.insert_both, taken.texts.parameter(),
             taken.positions.parameter(), beside.positions.parameter(),
             beside.texts.parameter());
  } catch (const pqxx::unique_violation&) {
    return false;
  }
  return true;
}

// -- inspectors ---------------------------------------------------------------

bool postgres_event_tables::is_uuid(std::string_view stream) {
  return stream.size() == uuid_digits
         && std::all_of(stream.begin(), stream.end(), is_hex_digit);
}

append_plan postgres_event_tables::plan_of(
  const std::vector<append_request>& requests) const {
  append_plan result{requests};
  result.refuse_malformed([this](auto& x) { return problem_of(x); });
  return result;
}

} // namespace projections
