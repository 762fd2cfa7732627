// A pipe between what is tested and the test. Used where descriptors are read
// or written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace projections::test {

/// Both ends of a pipe. The functions may be called by two threads, one for
/// each end. Throws `std::system_error`.
class test_pipe {
public:
  test_pipe();

  test_pipe(const test_pipe&) = delete;

  test_pipe& operator=(const test_pipe&) = delete;

  ~test_pipe();

  // -- modifiers ---------------------------------------------------------------

  /// Writes all of `text`.
  void write(std::string_view text);

  /// Reads what is there, blocking if there is nothing.
  std::string read_some();

  /// Reads up to the end, in small pieces.
  std::string read_to_end();

  void close_in();

  void close_out();

  /// Lets the pipe hold one page.
  void make_small();

  /// Lets the pipe hold a mebibyte.
  void make_large();

  /// Makes writing to the full pipe an error.
  void make_non_blocking();

  /// Makes the descriptor of the end that is written one of `other`.
  void replace_in_by(const test_pipe& other);

  // -- inspectors --------------------------------------------------------------

  /// Returns the end that is written.
  [[nodiscard]] int in() const {
    return in_;
  }

  /// Returns the end that is read.
  [[nodiscard]] int out() const {
    return out_;
  }

  /// Returns how many bytes could be read at once.
  [[nodiscard]] size_t bytes_ready() const;

private:
  int in_ = -1;
  int out_ = -1;
};

} // namespace projections::test
