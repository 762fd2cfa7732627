// The backends over which the contract suites run. A suite is a template over
// one of these classes; each object of it is a fresh, empty store.
#pragma once

#include "storage/memory_event_store.hpp"
#include "storage/sqlite_event_store.hpp"
#include "tests/temporary_folder.hpp"

#include <memory>
#include <string>
#include <tuple>

namespace projections::test {

/// A store in memory.
class memory_backend {
public:
  /// Returns an object for the store; all of them see the same events.
  [[nodiscard]] std::unique_ptr<event_store> open() const {
    return std::make_unique<memory_event_store>(log_);
  }

private:
  std::shared_ptr<memory_log> log_ = std::make_shared<memory_log>();
};

/// A store in a SQLite database of its own.
class sqlite_backend {
public:
  [[nodiscard]] std::unique_ptr<event_store> open() const {
    return std::make_unique<sqlite_event_store>(path());
  }

  /// The database file.
  [[nodiscard]] std::string path() const {
    return folder_.path() + "/store.sqlite";
  }

private:
  temporary_folder folder_;
};

using backends = std::tuple<memory_backend, sqlite_backend>;

} // namespace projections::test
