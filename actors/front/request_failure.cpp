#include "projections/actors/front/request_failure.hpp"

#include <cstdint>
#include <utility>

namespace projections {

caf::error request_failure(error_code code, std::string text) {
  // As numbers, errors come through to other processes without a type id.
  return caf::make_error(caf::sec::runtime_error, std::move(text),
                         static_cast<int32_t>(code));
}

error_code code_of(const caf::error& error) {
  if (error != caf::sec::runtime_error)
    return error_code::none;
  auto context = error.context();
  if (!context.match_elements<std::string, int32_t>())
    return error_code::none;
  auto number = context.get_as<int32_t>(1);
  // The number may come from a process of another version.
  constexpr auto last = static_cast<int32_t>(error_code::precondition_failed);
  return number > 0 && number <= last ? static_cast<error_code>(number)
                                      : error_code::none;
}

} // namespace projections
