// Requests for events that are to come. The log reader keeps them until there
// is something to say.
#pragma once

#include "projections/messages/interfaces/message_types.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace projections {

/// A request that waits for events, and who asked. Its topics are not null.
struct waiting_read {
  read_log request;
  caf::strong_actor_ptr reader;
  compat::promise<log_part> answer;
};

/// Requests that wait, one for each actor at most. Finds those that an event
/// concerns without looking at the others. Not thread-safe.
class waiting_reads {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Adds `x`. Nothing of the same actor must wait.
  void add(waiting_read x);

  /// Takes out what `reader` waits for, if it does.
  std::optional<waiting_read> take(const caf::strong_actor_ptr& reader);

  /// Takes out all that want events of `topic`, except those that want all.
  std::vector<waiting_read> take_topic(std::string_view topic);

  /// Takes out all that want events of whatever topic.
  std::vector<waiting_read> take_unselective();

  /// Takes out all for which a position up to `position` is waited for.
  std::vector<waiting_read> take_awaited(log_position position);

  /// Takes out one that was told least of all, if that is less than `position`.
  std::optional<waiting_read> take_before(log_position position);

  /// Takes out all.
  std::vector<waiting_read> take_all();

  /// Notes that somebody waits for `position` at `reader`, if that waits here.
  void hasten(const caf::strong_actor_ptr& reader, log_position position);

  // -- inspectors --------------------------------------------------------------

  [[nodiscard]] size_t size() const {
    return reads_.size();
  }

  [[nodiscard]] bool empty() const {
    return reads_.empty();
  }

  /// Returns whether some want events of certain topics.
  [[nodiscard]] bool has_selective() const {
    return !by_topic_.empty();
  }

  /// Returns whether some want events of whatever topic.
  [[nodiscard]] bool has_unselective() const {
    return !unselective_.empty();
  }

  /// Returns the one that was told least of all. There must be one.
  [[nodiscard]] const waiting_read& first() const {
    return *by_after_.begin()->second;
  }

private:
  using by_position = std::set<std::pair<log_position, waiting_read*>>;

  struct text_hash {
    using is_transparent = void;
    size_t operator()(std::string_view x) const {
      return std::hash<std::string_view>{}(x);
    }
  };

  waiting_read take(waiting_read* x);

  /// By the address of the actor that has asked.
  std::unordered_map<const void*, waiting_read> reads_;

  std::unordered_map<std::string, std::unordered_set<waiting_read*>, text_hash,
                     std::equal_to<>>
    by_topic_;
  std::unordered_set<waiting_read*> unselective_;

  /// By the position after which they want events, and by the one that is
  /// waited for, where there is such a one.
  by_position by_after_;
  by_position by_awaited_;
};

} // namespace projections
