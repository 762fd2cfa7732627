// Answers of an event projection that have their keys and are ready to be
// appended. Made ahead of a part of the log, and taken by an emission outbox.
#pragma once

#include "projections/messages/events/recorded_event.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace projections {

/// The event that is answered.
struct emission_source {
  /// Whose log it is in.
  std::string application;
  std::string stream;
  stream_version version;
};

/// Requests of one event each, and what each of them answers.
struct emission_batch {
  std::vector<append_request> requests;

  /// One for each request.
  std::vector<emission_source> sources;

  /// Adds the request `i` of `from`.
  void add(const emission_batch& from, size_t i) {
    requests.push_back(from.requests[i]);
    sources.push_back(from.sources[i]);
  }
};

/// Answers to events of one log, in their order. Those for one target lie
/// together, so that answers to many events can be appended as they lie here.
class keyed_emissions {
public:
  /// The answers go to targets with the numbers below `target_count`.
  explicit keyed_emissions(size_t target_count) : batches_(target_count) {
    // nop
  }

  // -- modifiers ---------------------------------------------------------------

  /// Adds an answer to the event that is ended next.
  void add(size_t target, append_request request, emission_source source);

  /// Ends the answers to the event at `position`, which comes after all others.
  void end_event(log_position position);

  // -- inspectors --------------------------------------------------------------

  /// Returns the number of the event at `position` if its answers are here.
  [[nodiscard]] std::optional<size_t> find(log_position position) const;

  /// Returns where the answers to the event `i` for a target begin and end in
  /// the batch of that target.
  [[nodiscard]] std::pair<size_t, size_t> range(size_t i, size_t target) const;

  /// Returns the payloads and metadata of the answers to the event `i`, in
  /// bytes.
  [[nodiscard]] size_t bytes_of(size_t i) const;

  [[nodiscard]] const emission_batch& batch(size_t target) const {
    return batches_[target];
  }

  /// Returns how many answers there are.
  [[nodiscard]] size_t size() const {
    return size_;
  }

  /// Returns the size of their payloads and metadata, in bytes.
  [[nodiscard]] size_t bytes() const {
    return bytes_;
  }

private:
  /// Of an event: its place, and the bytes up to the end of its answers.
  struct end {
    log_position position;
    size_t bytes;
  };

  std::vector<emission_batch> batches_;
  std::vector<end> ends_;

  /// By event and target: where the answers end in the batch of the target.
  std::vector<size_t> batch_ends_;

  size_t size_ = 0;
  size_t bytes_ = 0;
};

} // namespace projections
