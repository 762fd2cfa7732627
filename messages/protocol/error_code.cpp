#include "projections/messages/protocol/error_code.hpp"

#include <array>

namespace projections {

namespace {

struct row {
  int wire;
  const char* name;
};

/// One row a value of `error_code`, in its order.
constexpr std::array<row, 8> rows{{
  {-1, "none"},
  {0, "timeout"},
  {10, "not_supported"},
  {12, "malformed_request"},
  {13, "crash"},
  {20, "key_does_not_exist"},
  {21, "key_already_exists"},
  {22, "precondition_failed"},
}};

const row& row_of(error_code code) {
  return rows.at(static_cast<size_t>(code));
}

} // namespace

int wire_code(error_code code) {
  return row_of(code).wire;
}

std::string to_string(error_code code) {
  return row_of(code).name;
}

} // namespace projections
