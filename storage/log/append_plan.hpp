// Decides which appends of a group are taken before anything is written. Event
// stores use it that ask for all versions and keys at once and write all events
// at once.
#pragma once

#include "projections/messages/events/recorded_event.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace projections {

/// A group of appends on its way into a store: first what has to be known of
/// the store is asked for and told, then `decide` says what is written, then
/// the positions are told. A request sees what those before it do. Refers to
/// the requests that it is made of.
class append_plan {
public:
  /// An event to be written.
  struct row {
    const append_request* request;
    const new_event* event;
    stream_version version;

    /// Which outcome its position belongs to.
    size_t outcome;
  };

  /// Refuses requests that are malformed in themselves.
  explicit append_plan(const std::vector<append_request>& requests);

  // -- modifiers ---------------------------------------------------------------

  /// Refuses requests for which `problem_of(request)` is not empty as malformed
  /// with that problem.
  template <class F>
  void refuse_malformed(F problem_of) {
    for (size_t i = 0; i < requests_.size(); ++i)
      if (is_open(i))
        if (auto problem = problem_of(requests_[i]); !problem.empty())
          outcomes_[i] = malformed(std::move(problem));
  }

  /// Tells the version that `stream` has in the store; one that is not told is
  /// 0.
  void know_version(std::string_view stream, stream_version version) {
    versions_[stream] = version;
  }

  /// Tells that `key` is in the store, at `position`.
  void know_key(std::string_view key, log_position position) {
    keys_[key] = {position, 0};
  }

  /// Decides about every request.
  void decide();

  /// Takes back what was decided, so that more can be told before it is decided
  /// again.
  void reconsider();

  /// Tells the position of the row `i`; those of all rows have to be told.
  void place(size_t i, log_position position);

  /// Returns what became of every request.
  std::vector<append_outcome> finish();

  // -- inspectors --------------------------------------------------------------

  /// Returns the streams whose versions have to be known, once each.
  [[nodiscard]] std::vector<std::string_view> streams() const;

  /// Returns the keys to be looked up in the store, once each.
  [[nodiscard]] std::vector<std::string_view> keys() const;

  /// Returns the number of key look-ups, duplicates included.
  [[nodiscard]] size_t key_count() const;

  /// Returns what is to be written, in order.
  [[nodiscard]] const std::vector<row>& rows() const {
    return rows_;
  }

  /// Returns the position that was told of the row `i`.
  [[nodiscard]] log_position position(size_t i) const {
    return positions_[i];
  }

private:
  /// Where the event with a key is: in the store, or at position 0 and so among
  /// the rows.
  struct key_place {
    log_position position;
    size_t row;
  };

  /// A request that is refused because of a key among the rows, whose position
  /// is still to come.
  struct refusal {
    size_t outcome;
    std::string_view key;
    size_t row;
    stream_version actual;
  };

  /// Requests from `first` to `end` that go together, of which `refused` is
  /// refused.
  struct refused_group {
    size_t first;
    size_t end;
    size_t refused;
  };

  [[nodiscard]] bool is_open(size_t i) const {
    return outcomes_[i].error == append_error::none;
  }
  static append_outcome malformed(std::string problem);
  void decide_group(size_t first, size_t end);
  void take_back(size_t row_count);
  bool decide_one(size_t i);
  bool refuse_for_key(size_t i, stream_version actual);

  const std::vector<append_request>& requests_;
  std::vector<append_outcome> outcomes_;

  /// Which requests are malformed, once something was decided.
  std::vector<size_t> malformed_;

  std::unordered_map<std::string_view, stream_version> versions_;
  std::unordered_map<std::string_view, key_place> keys_;
  std::vector<row> rows_;
  std::vector<log_position> positions_;
  std::vector<refusal> refusals_;
  std::vector<refused_group> refused_groups_;
};

} // namespace projections
