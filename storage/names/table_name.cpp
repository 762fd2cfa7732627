#include "projections/storage/names/table_name.hpp"

namespace projections {

std::string lower_case(std::string_view name) {
  std::string result{name};
  for (auto& x : result)
    if (x >= 'A' && x <= 'Z')
      x = static_cast<char>(x - 'A' + 'a');
  return result;
}

std::string quoted_name(std::string_view name) {
  std::string result = "\"";
  for (auto x : name) {
    if (x == '"')
      result += '"';
    result += x;
  }
  result += '"';
  return result;
}

std::string tracking_table_name(std::string_view projection,
                                std::string_view unnamed) {
  return projection.empty() ? std::string{unnamed}
                            : lower_case(projection) + "_tracking";
}

} // namespace projections
