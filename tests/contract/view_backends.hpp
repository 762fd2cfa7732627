// The backends over which the suites of views run. Each object of one of these
// classes stands for a fresh, empty event counters view.
#pragma once

#include "tests/contract/event_counters_view.hpp"
#include "tests/temporary_folder.hpp"

#include <memory>
#include <tuple>

namespace projections::test {

/// A view in memory, which is one object.
class memory_views {
public:
  /// Returns an object for the view.
  [[nodiscard]] std::shared_ptr<event_counters_view> open() const {
    return view_;
  }

private:
  std::shared_ptr<event_counters_view> view_
    = std::make_shared<memory_event_counters>();
};

/// A view in a SQLite database.
class sqlite_views {
public:
  [[nodiscard]] std::shared_ptr<event_counters_view> open() const {
    return std::make_shared<sqlite_event_counters>(folder_.path() + "/view");
  }

private:
  temporary_folder folder_;
};

// Those whose transactions can fail as a whole, and all of them.
using durable_views = std::tuple<sqlite_views>;
using views = std::tuple<memory_views, sqlite_views>;

} // namespace projections::test
