// The events that stores are measured with: accounts that are opened and then
// booked on. The same ones for our programs and for the bare loops, which get
// them ready to be written, so that making them is not measured.
#pragma once

#include "projections/messages/events/event_fields.hpp"
#include "projections/messages/events/event_time.hpp"
#include "projections/messages/events/event_types.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace projections::bench {

/// The first event of a stream.
struct account_opened {
  std::string owner;
  std::string currency;
  event_time timestamp;
};

/// Any other event of a stream.
struct amount_booked {
  int64_t amount_cents = 0;
  std::string reference;
  std::string purpose;
  event_time timestamp;
};

/// So many events has every stream, but the last one may have fewer.
inline constexpr size_t events_per_stream = 10;

} // namespace projections::bench

template <>
struct projections::event_type<projections::bench::account_opened> {
  using type = projections::bench::account_opened;
  static constexpr std::string_view topic = "bank:Account.Opened";
  static constexpr auto fields = std::tuple{
    field("timestamp", &type::timestamp), field("owner", &type::owner),
    field("currency", &type::currency)};
};

template <>
struct projections::event_type<projections::bench::amount_booked> {
  using type = projections::bench::amount_booked;
  static constexpr std::string_view topic = "bank:Account.Booked";
  static constexpr auto fields = std::tuple{
    field("timestamp", &type::timestamp),
    field("amount_cents", &type::amount_cents),
    field("reference", &type::reference), field("purpose", &type::purpose)};
};

namespace projections::bench {

/// Returns a name for a stream as the Python library has it: 32 hex digits.
template <class Generator>
std::string random_stream(Generator& draw) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string result;
  while (result.size() < 32)
    for (auto number = draw(), i = uint64_t{0}; i < 16; ++i, number >>= 4)
      result += digits[number & 15];
  return result;
}

/// Returns `count` events in streams that are different for every `seed`, each
/// stream's events one after another. They have no positions.
inline std::vector<recorded_event> make_events(size_t count, uint64_t seed) {
  std::mt19937_64 draw{seed};
  event_time time = std::chrono::sys_days{std::chrono::year{2024} / 5 / 1};
  std::vector<recorded_event> result;
  result.reserve(count);
  std::string stream;
  for (size_t i = 0; i < count; ++i) {
    auto place = i % events_per_stream;
    if (place == 0)
      stream = random_stream(draw);
    time += std::chrono::microseconds{draw() % 1'000'000};
    recorded_event x;
    x.stream = stream;
    x.version = static_cast<stream_version>(place) + 1;
    if (place == 0) {
      x.topic = event_type<account_opened>::topic;
      x.payload
        = encode_event(account_opened{"Grace Brewster Hopper", "EUR", time});
    } else {
      x.topic = event_type<amount_booked>::topic;
      x.payload = encode_event(amount_booked{
        static_cast<int64_t>(draw() % 10'000'000),
        "invoice-" + std::to_string(i), "monthly subscription", time});
    }
    result.push_back(std::move(x));
  }
  return result;
}

/// Returns the requests that append `events` from `begin` to before `end`: one
/// for each stream, which expects the version that the stream will have.
inline std::vector<append_request> requests_of(
  const std::vector<recorded_event>& events, size_t begin, size_t end) {
  std::vector<append_request> result;
  for (auto i = begin; i < std::min(end, events.size()); ++i) {
    auto& x = events[i];
    if (result.empty() || result.back().stream != x.stream)
      result.push_back({x.stream, x.version - 1, {}});
    result.back().events.push_back({x.topic, x.payload});
  }
  return result;
}

/// Returns how many of `count` events are the first of their streams.
constexpr size_t streams_in(size_t count) {
  return (count + events_per_stream - 1) / events_per_stream;
}

} // namespace projections::bench
