#include "projections/actors/log/store_failure.hpp"

#include "projections/storage/log/store_error.hpp"

#include <utility>

namespace projections {

caf::error store_failure(const std::exception_ptr& exception) {
  bool is_unavailable = false;
  try {
    std::rethrow_exception(exception);
  } catch (const store_unavailable&) {
    is_unavailable = true;
  } catch (...) {
    // Trying again does not help.
  }
  return caf::make_error(caf::sec::runtime_error, compat::words_of(exception),
                         is_unavailable);
}

bool is_unavailable(const caf::error& error) {
  auto context = error.context();
  return context.match_elements<std::string, bool>() && context.get_as<bool>(1);
}

caf::error rebuild_refusal(std::string why) {
  return caf::make_error(caf::sec::invalid_argument, std::move(why));
}

bool is_rebuild_refusal(const caf::error& error) {
  return error == caf::sec::invalid_argument;
}

std::exception_ptr exception_of(const caf::error& error) {
  auto text = compat::text_of(error);
  if (is_unavailable(error))
    return std::make_exception_ptr(store_unavailable{text});
  return std::make_exception_ptr(store_error{text});
}

} // namespace projections
