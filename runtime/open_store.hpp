// Opens stores by their names. Programs that take names from their users begin
// here.
#pragma once

#include "projections/storage/log/event_store.hpp"
#include "projections/storage/names/store_name.hpp"
#include "projections/storage/views/recorder_with_events.hpp"

#include <memory>
#include <string>

namespace projections {

/// Returns what opens `name` for the events of `application`, for an
/// `event_log`. In PostgreSQL, `application` in lower case goes before
/// `_events` in the name of the table; without one, it is `stored_events`. The
/// events of `memory:` are gone with the last copy of what is returned. Throws
/// `store_error` if this build lacks the backend; the database is not looked
/// for before it is opened.
[[nodiscard]] store_opener open_store(const store_name& name,
                                      const std::string& application = {});

/// Opens the recorder of `projection` in the database `name`, beside the events
/// of `application`: the same ones as `open_store` of this name, for which a
/// store in memory has to be named, as in `memory:social`. Throws like
/// `open_store`, and `store_error` if the database cannot be opened.
[[nodiscard]] std::shared_ptr<recorder_with_events> open_recorder_with_events(
  const store_name& name, const std::string& application = {},
  const std::string& projection = {});

} // namespace projections
