// Appends of several senders in one commit, so that the disk is waited for
// once. Used by whatever stands between a store and many senders.
#pragma once

#include "projections/storage/log/event_store.hpp"

#include <cstddef>
#include <exception>
#include <vector>

namespace projections {

/// A commit takes no more requests and payload bytes than these, but always one
/// sender's.
inline constexpr size_t joint_requests_max = 1000;
inline constexpr size_t joint_bytes_max = size_t{8} << 20;

/// What one sender wants to be recorded, and what became of it.
struct group_commit {
  std::vector<append_request> requests;

  /// One for each request, unless there is an error.
  std::vector<append_outcome> outcomes = {};

  /// What the store has thrown; else null.
  std::exception_ptr error = {};
};

/// Returns the size of the payloads and metadata of `requests` in bytes.
[[nodiscard]] size_t bytes_of(const std::vector<append_request>& requests);

/// Records what `senders` want in one commit and tells each what became of it.
/// Where that fails for a reason that trying again does not help, a commit is
/// made for each sender, so that one that cannot be recorded takes nobody with
/// it.
void append_jointly(event_store& store, std::vector<group_commit>& senders);

} // namespace projections
