// The events of the load and what a projection makes of a stream of them.
// Producers encode the events, projections and the check fold them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace load {

/// A text is no payload of the load. It says what is wrong.
class bad_payload : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// One event.
struct load_event {
  /// Its place in its stream, from 1, as the producer counts.
  uint64_t number = 0;

  /// When it should have been appended, in nanoseconds since the run began.
  int64_t scheduled_ns = 0;

  /// What is summed up; drawn at random.
  uint64_t value = 0;

  bool operator==(const load_event&) const = default;
};

/// The smallest and the largest payload, in bytes.
inline constexpr size_t event_bytes_min = 64;
inline constexpr size_t event_bytes_max = size_t{1} << 20;

/// Values are smaller than this.
inline constexpr uint64_t value_end = 10'000;

/// Returns `event` as JSON of `bytes` bytes, which is at least
/// `event_bytes_min`. The run is shorter than 31 years.
[[nodiscard]] std::string encode(const load_event& event, size_t bytes);

/// Returns the event that `payload` encodes. Throws `bad_payload`.
[[nodiscard]] load_event decode(std::string_view payload);

/// What a projection knows of a stream.
struct stream_state {
  uint64_t events = 0;

  /// The sum of the values, modulo 2^64.
  uint64_t sum = 0;

  /// Differs for events in another order.
  uint64_t checksum = 0;

  /// Folds the next event.
  void fold(const load_event& event) {
    ++events;
    sum += event.value;
    // The multiplier is the one that splitmix64 steps by: odd, so that nothing
    // of what came before is lost.
    checksum = (checksum ^ (event.number * value_end + event.value))
                 * 0x9E3779B97F4A7C15U
               + 1;
  }

  bool operator==(const stream_state&) const = default;
};

/// The state of a projection, by stream.
using stream_states = std::map<std::string, stream_state, std::less<>>;

} // namespace load
