// Arrays as parameters of a statement, so that any number of rows is one round
// trip and one plan. Used by the PostgreSQL backends.
#pragma once

#include <pqxx/binarystring>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace projections {

/// Collects the elements of an array in the binary format of PostgreSQL, where
/// nothing needs quoting. An array has less than 1 GiB, which the server
/// checks.
class postgres_array {
public:
  /// What the elements are: the numbers of the types in the server's catalogue,
  /// which never change.
  enum class element : uint32_t { bytea = 17, bigint = 20, text = 25 };

  explicit postgres_array(element type);

  // -- modifiers ---------------------------------------------------------------

  /// Makes room for `count` elements with `bytes` bytes in all.
  void reserve(size_t count, size_t bytes);

  /// Adds an element, which is text or bytes.
  void add(std::string_view x);

  /// Adds an element, which is a number.
  void add(int64_t x);

  /// Returns the array as a parameter.
  [[nodiscard]] pqxx::binarystring parameter();

  // -- inspectors --------------------------------------------------------------

  [[nodiscard]] bool empty() const {
    return size_ == 0;
  }

private:
  /// What goes to the server; its head is filled in at the end.
  std::string bytes_;
  size_t size_ = 0;
};

} // namespace projections
