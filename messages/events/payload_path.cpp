#include "projections/messages/events/payload_path.hpp"

#include <vector>

namespace projections {

void payload_path::fail(std::string_view problem) const {
  if (last_ == nullptr)
    fail_whole(problem);
  throw event_format_error{describe(event_) + ": member \"" + text()
                           + "\": " + std::string{problem}};
}

void payload_path::fail_missing() const {
  throw event_format_error{describe(event_) + ": member \"" + text()
                           + "\" is missing"};
}

void payload_path::fail_whole(std::string_view problem) const {
  throw event_format_error{describe(event_) + ": " + std::string{problem}};
}

/// Returns the path as in `tricks[2].name`.
std::string payload_path::text() const {
  std::vector<const step*> steps;
  for (auto i = last_; i != nullptr; i = i->before_)
    steps.push_back(i);
  std::string result;
  for (auto i = steps.rbegin(); i != steps.rend(); ++i) {
    if ((*i)->is_element_) {
      result += '[' + std::to_string((*i)->index_) + ']';
    } else {
      if (!result.empty())
        result += '.';
      result += (*i)->member_;
    }
  }
  return result;
}

} // namespace projections
