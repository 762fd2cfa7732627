// A file that exists for as long as a test needs it. Used by the tests that
// hand the node a read-model file.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace projections::test {

/// A file in the folder for temporary files, named `read_models_…` and removed
/// with the object.
class temporary_file {
public:
  explicit temporary_file(const std::string& content = {}) {
    // mkstemp replaces six letters X.
    auto name = "read_models_" + std::string(6, 'X');
    path_ = (std::filesystem::temp_directory_path() / name).string();
    auto file = mkstemp(path_.data());
    if (file < 0)
      throw std::runtime_error{"cannot make " + path_};
    close(file);
    write(content);
  }

  temporary_file(const temporary_file&) = delete;

  temporary_file& operator=(const temporary_file&) = delete;

  ~temporary_file() {
    unlink(path_.c_str());
  }

  /// Puts `content` in place of what the file held.
  void write(const std::string& content) const {
    std::ofstream{path_} << content;
  }

  [[nodiscard]] const std::string& path() const {
    return path_;
  }

private:
  std::string path_;
};

} // namespace projections::test
