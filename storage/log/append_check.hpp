// What is wrong with an append whatever the backend. Backends check requests
// with it before they write.
#pragma once

#include "projections/storage/log/event_store.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace projections {

/// The largest payload of an event, in bytes.
inline constexpr size_t payload_bytes_max = size_t{64} << 20;

/// Returns an outcome that refuses `request` if it is malformed in itself: it
/// has no stream, no event, an event without topic, a payload that is too
/// large, anything but a payload that is no storable text, or a key that occurs
/// twice.
[[nodiscard]] append_outcome check_form(const append_request& request);

/// Returns an outcome that refuses `request` if it does not expect `actual`,
/// which is what the stream has; else one with that version.
[[nodiscard]] append_outcome check_version(const append_request& request,
                                           stream_version actual);

/// Returns an outcome that refuses `request` because `key` is in the store at
/// `position`.
[[nodiscard]] append_outcome refuse_key(const append_request& request,
                                        std::string_view key,
                                        log_position position,
                                        stream_version actual);

/// Returns the index behind the last request that goes together with the one at
/// `first`.
[[nodiscard]] size_t group_end(const std::vector<append_request>& requests,
                               size_t first);

/// Returns an outcome that refuses the request `i` if it repeats an idempotency
/// key of those from `first` on, with which it goes together.
[[nodiscard]] append_outcome check_group_keys(
  const std::vector<append_request>& requests, size_t first, size_t i);

/// Refuses the requests from `first` to `end`, which go together, because the
/// one at `refused` is refused, as its outcome in `outcomes` says.
void refuse_group(const std::vector<append_request>& requests, size_t first,
                  size_t end, size_t refused,
                  std::vector<append_outcome>& outcomes);

/// Returns what became of `requests`. Calls `append_one(request)` for each, in
/// order. Those that go together it calls within `together(body)`, which calls
/// `body()` and, if that returns false, undoes what it has done.
template <class AppendOne, class Together>
std::vector<append_outcome>
append_in_groups(const std::vector<append_request>& requests,
                 AppendOne append_one, Together together) {
  std::vector<append_outcome> result;
  result.reserve(requests.size());
  for (size_t first = 0; first < requests.size(); first = result.size()) {
    auto end = group_end(requests, first);
    if (end == first + 1) {
      result.push_back(append_one(requests[first]));
      continue;
    }
    auto taken = true;
    together([&] {
      for (auto i = first; taken && i < end; ++i) {
        result.push_back(check_group_keys(requests, first, i));
        if (result.back().error == append_error::none)
          result.back() = append_one(requests[i]);
        taken = result.back().error == append_error::none;
      }
      return taken;
    });
    if (!taken) {
      auto refused = result.size() - 1;
      result.resize(end);
      refuse_group(requests, first, end, refused, result);
    }
  }
  return result;
}

} // namespace projections
