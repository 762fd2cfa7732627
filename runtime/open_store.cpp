#include "projections/runtime/open_store.hpp"

#include "projections/storage/log/shared_by_key.hpp"
#include "projections/storage/memory/memory_event_store.hpp"
#include "projections/storage/memory/memory_recorder_with_events.hpp"

#ifdef PROJECTIONS_WITH_SQLITE
#  include "projections/storage/sqlite/sqlite_event_store.hpp"
#  include "projections/storage/sqlite/sqlite_recorder_with_events.hpp"
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include "projections/storage/postgres/postgres_event_store.hpp"
#  include "projections/storage/postgres/postgres_recorder_with_events.hpp"
#endif

#include <memory>
#include <utility>

namespace projections {

namespace {

/// Returns the log that everybody in this process has under `name`; one of its
/// own without a name.
std::shared_ptr<memory_log> log_of(const std::string& name) {
  if (name.empty())
    return std::make_shared<memory_log>();
  static shared_by_key<std::string, memory_log> logs;
  return logs.get(name, [] { return std::make_shared<memory_log>(); });
}

} // namespace

store_opener open_store(const store_name& name,
                        [[maybe_unused]] const std::string& application) {
  switch (name.kind) {
    case store_kind::memory:
      return [log = log_of(name.place)] {
        return std::make_unique<memory_event_store>(log);
      };
#ifdef PROJECTIONS_WITH_SQLITE
    case store_kind::sqlite:
      return [path = name.place] {
        return std::make_unique<sqlite_event_store>(path);
      };
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
    case store_kind::postgresql:
      return [uri = name.place, application] {
        return std::make_unique<postgres_event_store>(uri, application);
      };
#endif
    default:
      refuse_backend(name);
  }
}

std::shared_ptr<recorder_with_events> open_recorder_with_events(
  const store_name& name, [[maybe_unused]] const std::string& application,
  [[maybe_unused]] const std::string& projection) {
  switch (name.kind) {
    case store_kind::memory:
      return std::make_shared<memory_recorder_with_events>(log_of(name.place));
#ifdef PROJECTIONS_WITH_SQLITE
    case store_kind::sqlite:
      return std::make_shared<sqlite_recorder_with_events>(name.place,
                                                           projection);
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
    case store_kind::postgresql:
      return std::make_shared<postgres_recorder_with_events>(
        name.place, application, projection);
#endif
    default:
      refuse_backend(name);
  }
}

} // namespace projections
