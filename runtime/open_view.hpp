// Opens views by the names of their databases, so that a program whose views
// are written once runs with every backend. Included by programs.
#pragma once

#include "projections/runtime/open_store.hpp"
#include "projections/storage/memory/memory_recorder.hpp"
#include "projections/storage/names/store_name.hpp"

#ifdef PROJECTIONS_WITH_SQLITE
#  include "projections/storage/sqlite/sqlite_recorder.hpp"
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include "projections/storage/postgres/postgres_recorder.hpp"
#endif

#include <memory>
#include <string>

namespace projections {

/// Opens the view of `projection` in the database `name`. `View` is a class
/// template over the recorder of a backend:
///
///     class dogs_view : public tracking_recorder {
///     public:
///       virtual void count_dog(const tracking& x) = 0;
///       virtual int64_t dogs() = 0;
///     };
///
///     template <template <class> class Recorder>
///     class dogs_in final : public Recorder<dogs_view> { … };
///
///     std::shared_ptr<dogs_view> view
///       = open_view<dogs_in>(parse_store_name("sqlite:dogs.db"), "dogcounts");
///
/// Where backends need statements of their own, these are in a base class with
/// a specialization for each recorder, as in `examples/counters.hpp`, or `View`
/// itself has them.
///
/// In memory the view is made of `arguments`, and it is a new one every time,
/// whatever the name; in a database, it is made of the place that the name
/// says, `projection`, and `arguments`. A view that inherits the constructors
/// of its recorder has the tracking table of `projection`. Arguments are taken
/// as constant references. Returns the view as a shared pointer to its
/// interface, which is what its recorder is a template over. Throws
/// `store_error` if this build lacks the backend, and what the view throws,
/// such as `store_error` if the database cannot be opened.
template <template <template <class> class> class View, class... Arguments>
[[nodiscard]] auto open_view(const store_name& name,
                             [[maybe_unused]] const std::string& projection,
                             const Arguments&... arguments) {
  using in_memory = View<memory_recorder>;
  using interface = typename in_memory::interface;
  std::shared_ptr<interface> result;
  switch (name.kind) {
    case store_kind::memory:
      result = std::make_shared<in_memory>(arguments...);
      break;
#ifdef PROJECTIONS_WITH_SQLITE
    case store_kind::sqlite:
      result = std::make_shared<View<sqlite_recorder>>(name.place, projection,
                                                       arguments...);
      break;
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
    case store_kind::postgresql:
      result = std::make_shared<View<postgres_recorder>>(name.place, projection,
                                                         arguments...);
      break;
#endif
    default:
      refuse_backend(name);
  }
  return result;
}

} // namespace projections
