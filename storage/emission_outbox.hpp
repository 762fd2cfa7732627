// Answers of an event projection on their way into event stores. Owned by an
// emission recorder; knows nothing of tracking.
#pragma once

#include "storage/emission.hpp"
#include "storage/event_store.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace projections {

/// The answers to one event, ready to be appended.
struct keyed_emission {
  /// What is answered.
  struct question {
    std::string application;
    std::string stream;
    stream_version version;
  };

  /// A request of one event, and the number of its target.
  struct addressed_request {
    append_request request;
    size_t target;
  };

  std::shared_ptr<const question> answered = {};
  std::vector<addressed_request> requests = {};

  /// The payloads and metadata, in bytes.
  size_t bytes = 0;
};

/// Gathers events for one or several stores and appends them in batches, each
/// event by itself under its key. Not thread-safe.
class emission_outbox {
public:
  /// Beyond so many events or bytes, what was gathered is to be recorded.
  static constexpr size_t events_max = 10'000;
  static constexpr size_t bytes_max = size_t{16} << 20;

  /// There is at least one target.
  emission_outbox(emission_settings settings,
                  std::vector<emission_target> targets);

  // -- modifiers ---------------------------------------------------------------

  /// Takes answers to be recorded.
  void take(keyed_emission x);

  /// Records what was taken for all targets but the first.
  void record_for_others();

  /// Records what was taken for the first target.
  void record_for_first();

  /// Forgets everything.
  void clear();

  // -- inspectors --------------------------------------------------------------

  /// Gives their keys to `events`, with which the projection answers `source`
  /// from the log of `application`. Throws `emission_refused` if one is not
  /// declared, goes to an unknown target, or if `source` is as deep as
  /// emissions may be. Thread-safe.
  [[nodiscard]] keyed_emission
  make_keyed(const recorded_event& source, const std::string& application,
             std::vector<emitted_event> events) const;

  [[nodiscard]] bool is_full() const {
    return events_ >= events_max || bytes_ >= bytes_max;
  }

  /// The applications of the targets, in order.
  [[nodiscard]] const std::vector<std::string>& applications() const {
    return applications_;
  }

private:
  using question = keyed_emission::question;

  /// What is appended at once: requests of one event each, and what each of
  /// them answers.
  struct batch {
    std::vector<append_request> requests;
    std::vector<std::shared_ptr<const question>> questions;

    /// Adds the request `i` of `from`.
    void add(const batch& from, size_t i) {
      requests.push_back(from.requests[i]);
      questions.push_back(from.questions[i]);
    }
  };

  struct target {
    std::shared_ptr<event_store> store;
    std::vector<batch> batches;

    /// Whether all of the last batch was recorded before, as in a replay. Then
    /// the next one is looked for before anything is appended.
    bool expects_known = false;
  };

  [[nodiscard]] size_t target_of(const emitted_event& x) const;
  void record(target& to) const;
  [[nodiscard]] batch append(event_store& to, const batch& what) const;
  [[nodiscard]] batch compare(event_store& to, const batch& what) const;
  void diverge(divergence x) const;
  [[nodiscard]] static std::string describe(const batch& at, size_t i);

  emission_settings settings_;
  std::vector<std::string> applications_;
  std::vector<target> targets_;
  size_t events_ = 0;
  size_t bytes_ = 0;
};

} // namespace projections
