// Opens a view of counters by the name of its store, so that one program runs
// with every backend.
#pragma once

#include "examples/counters.hpp"
#include <projections/runtime/open_store.hpp>
#include <projections/storage/names/store_name.hpp>

#include <memory>
#include <string>

namespace examples {

/// Returns the view in the store `name`, with its counters in a table called
/// after the projection. `View` is written over the counters of a backend. As
/// in the Python library, the tracking table of a SQLite file is `tracking`, so
/// that a file holds one view; in PostgreSQL it has the name of the projection.
template <template <template <class> class> class View>
auto open_view(const projections::store_name& name,
               [[maybe_unused]] const std::string& projection) {
  using in_memory = View<counting::memory_counters>;
  using interface = typename in_memory::interface;
  std::shared_ptr<interface> result;
  switch (name.kind) {
    case projections::store_kind::memory:
      result = std::make_shared<in_memory>();
      break;
#ifdef PROJECTIONS_WITH_SQLITE
    case projections::store_kind::sqlite:
      result = std::make_shared<View<counting::sqlite_counters>>(name.place,
                                                                 projection);
      break;
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
    case projections::store_kind::postgresql:
      result = std::make_shared<View<counting::postgres_counters>>(
        name.place, projection, projection);
      break;
#endif
    default:
      projections::refuse_backend(name);
  }
  return result;
}

} // namespace examples
