// The events of the load and what projections keep of a stream of them.
#pragma once

#include <projections/messages/events/event_types.hpp>

#include <map>
#include <string>

namespace load {

/// One event: its place in its stream, from 1; when it was due, by a clock of
/// the program; and what is summed up, from 0 to `value_end` - 1.
struct load_event {
  int64_t number = 0;
  int64_t due_ns = 0;
  int64_t value = 0;
};

inline constexpr int64_t value_end = 10'000;

} // namespace load

template <>
struct projections::event_type<load::load_event> {
  static constexpr std::string_view topic = "load";
  static constexpr auto fields
    = std::tuple{field("n", &load::load_event::number),
                 field("at", &load::load_event::due_ns),
                 field("value", &load::load_event::value)};
};

namespace load {

/// Returns `x` as JSON of `bytes` bytes, at least 64. Decoding skips the
/// `rest`.
inline std::string encode(const load_event& x, size_t bytes) {
  auto result = projections::encode_event(x);
  result.replace(result.size() - 1, 1, R"(,"rest":")");
  result.resize(bytes - 2, 'x');
  result += R"("})";
  return result;
}

/// What a projection keeps of a stream, or of a part of it. The checksum tells
/// the order: it adds up each value times its place, modulo 2^31 - 1.
struct stream_state {
  int64_t events = 0;
  int64_t sum = 0;
  int64_t checksum = 0;

  /// Folds the next event.
  void fold(const load_event& x) {
    ++events;
    sum += x.value;
    checksum = (checksum + events * x.value) % 2'147'483'647;
  }

  bool operator==(const stream_state&) const = default;
};

/// By stream.
using stream_states = std::map<std::string, stream_state, std::less<>>;

} // namespace load
