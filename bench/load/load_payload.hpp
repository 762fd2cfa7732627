// Writes and reads the payloads of the load without the codec and without
// looking at what fills them up, so that the measuring program costs little
// beside what it measures. Producers, projections and the check use it.
#pragma once

#include "examples/multi_projection_load/load_event.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace load {

/// A text is no payload of the load. It says what is wrong.
class bad_payload : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The smallest and the largest payload, in bytes. The smallest has room for
/// what events say as long as a run is shorter than 31 years.
inline constexpr size_t event_bytes_min = 64;
inline constexpr size_t event_bytes_max = size_t{1} << 20;

/// Returns the bytes that `encode` makes of `event`.
[[nodiscard]] std::string encode_payload(const load_event& event, size_t bytes);

/// Returns the event that `encode` has made `payload` of. Throws `bad_payload`.
[[nodiscard]] load_event decode_front(std::string_view payload);

} // namespace load
