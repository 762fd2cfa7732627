// The fixtures of release 0.1 as tests may change them, over every backend that
// is built: copies of what that release wrote, and the same written anew, which
// tells a change of what is read from a change of what is written.
#pragma once

#include "tests/fixtures/fixture_filling.hpp"
#include "tests/fixtures/fixture_places.hpp"
#include "tests/temporary_folder.hpp"

#ifdef PROJECTIONS_WITH_POSTGRESQL
#  include "tests/fixtures/fixture_dump.hpp"
#endif

#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace projections::test {

/// What release 0.1 wrote; never opened where it is.
struct release_0_1 {
  static std::string folder() {
    return PROJECTIONS_SOURCE_DIR "/tests/fixtures/0.1";
  }
};

/// What this build writes, once for all tests.
struct this_build {
  static std::string folder() {
    static const this_build written;
    return written.folder_.path();
  }

private:
  this_build() {
#ifdef PROJECTIONS_WITH_SQLITE
    fill(sqlite_places{folder_.path()});
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
    postgres_schema schema;
    fill(postgres_places{schema.uri()});
    write_dump(schema, folder_.path() + '/' + dump_file);
#endif
  }

  temporary_folder folder_;
};

#ifdef PROJECTIONS_WITH_SQLITE
/// Files as `Writer` has left them.
template <class Writer>
struct sqlite_copy {
  sqlite_copy() {
    for (auto* file : sqlite_places::files)
      std::filesystem::copy_file(Writer::folder() + '/' + file,
                                 folder.path() + '/' + file);
  }

  temporary_folder folder;
  sqlite_places places{folder.path()};
};
#endif

#ifdef PROJECTIONS_WITH_POSTGRESQL
/// A schema restored from the dump of what `Writer` has left.
template <class Writer>
struct postgres_copy {
  postgres_copy() {
    restore_dump(schema, Writer::folder() + '/' + dump_file);
  }

  postgres_schema schema;
  postgres_places places{schema.uri()};
};
#endif

// clang-format off
using fixture_copies = std::tuple<
#ifdef PROJECTIONS_WITH_SQLITE
  sqlite_copy<release_0_1>, sqlite_copy<this_build>
#endif
#if defined(PROJECTIONS_WITH_SQLITE) && defined(PROJECTIONS_WITH_POSTGRESQL)
  ,
#endif
#ifdef PROJECTIONS_WITH_POSTGRESQL
  postgres_copy<release_0_1>, postgres_copy<this_build>
#endif
>;
// clang-format on

// -- what is compared ---------------------------------------------------------

/// Returns all that an event says, in words.
inline std::string described(const recorded_event& x) {
  return std::to_string(x.position) + ": " + x.stream + " version "
         + std::to_string(x.version) + ' ' + x.topic + ' ' + x.payload + ' '
         + x.metadata;
}

inline std::vector<std::string>
described(const std::vector<recorded_event>& events) {
  std::vector<std::string> result;
  for (auto& x : events)
    result.push_back(described(x));
  return result;
}

/// Returns all events of `store`.
inline std::vector<std::string> described(event_store& store) {
  return described(store.read_all(log_start, 1000, {}).events);
}

/// Returns the school's events as they are recorded in `places`.
template <class Places>
std::vector<recorded_event> recorded_school(const Places&) {
  return recorded(school_events(), viewed_events, Places::school_gap);
}

} // namespace projections::test
