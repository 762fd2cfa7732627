// What a transaction of a view has tracked so far. The recorders of databases
// own one each, so that a group of events costs two statements, not one each.
#pragma once

#include "projections/storage/views/tracking_recorder.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace projections {

/// The positions of a transaction by application: the first one of each is
/// written at once, which makes sure that nobody else has recorded it, unless
/// the one before it was locked; the last one is written before the commit. Not
/// thread-safe; used by the thread that is in the transaction.
class pending_tracking {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Takes `x` if a position of its application was taken before, and returns
  /// whether it was. Throws `integrity_error` if that was not smaller.
  bool follow(const tracking& x);

  /// Tells that `x`, the first of its application, is written and nobody else
  /// can change it.
  void begin(const tracking& x);

  /// Calls `write(x)` for what is to be written before the commit.
  template <class F>
  void write(F write_one) {
    for (auto& [_, x] : entries_)
      if (x.written != x.last.position) {
        write_one(x.last);
        x.written = x.last.position;
      }
  }

  /// Forgets `application`: its next position is its first.
  void forget(std::string_view application);

  /// Forgets everything: the transaction is over.
  void reset() {
    entries_.clear();
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns the last position of `application` in this transaction, if any.
  [[nodiscard]] std::optional<log_position>
  last(std::string_view application) const;

private:
  struct entry {
    tracking last;
    log_position written = log_start;
  };

  /// By application, of which a transaction may have thousands.
  std::map<std::string, entry, std::less<>> entries_;
};

} // namespace projections
