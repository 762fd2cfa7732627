// Claims on things that processes share by a file system. The recorders of
// SQLite views keep other runners off with it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace projections {

/// Takes the claim `name` among those that the file `path` stands for; the file
/// is made if it is not there. Returns null if somebody else has it, in this
/// process or another. It ends with what is returned, or with the process.
/// Throws `store_error` if the file cannot be used.
[[nodiscard]] std::shared_ptr<void> claim_by_file(const std::string& path,
                                                  std::string_view name);

} // namespace projections
