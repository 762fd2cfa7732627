// A folder that exists for as long as a test needs it. Used by tests of
// databases.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace projections::test {

/// A folder for temporary files, removed with all that is in it with the
/// object.
class temporary_folder {
public:
  temporary_folder() {
    // mkdtemp replaces six letters X.
    auto name = "projections_" + std::string(6, 'X');
    path_ = (std::filesystem::temp_directory_path() / name).string();
    if (mkdtemp(path_.data()) == nullptr)
      throw std::runtime_error{"cannot make " + path_};
  }

  temporary_folder(const temporary_folder&) = delete;

  temporary_folder& operator=(const temporary_folder&) = delete;

  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const {
    return path_;
  }

private:
  std::string path_;
};

} // namespace projections::test
