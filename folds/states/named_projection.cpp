#include "projections/folds/states/named_projection.hpp"

#include <utility>

namespace projections {

namespace {

constexpr std::string_view empty_array = "[]";

} // namespace

named_projection::named_projection(std::string name,
                                   std::string_view initial_state,
                                   json_style style)
  : name_(std::move(name)), style_(style), state_(initial_state, style) {
  if (initial_state != empty_array)
    initial_ = std::make_unique<const std::string>(initial_state);
}

void named_projection::apply(event_data event) {
  folding_ = true;
  try {
    fold(state_, event);
  } catch (...) {
    folding_ = state_.torn();
    throw;
  }
  folding_ = false;
  ++version_;
}

void named_projection::fold(json_state& into, event_data event) {
  into.apply(event.data, event.identity);
}

json_state named_projection::initial() const {
  return {initial_ ? std::string_view{*initial_} : empty_array, style_};
}

void named_projection::become(json_state state, uint64_t version) {
  state_ = std::move(state);
  version_ = version;
  folding_ = false;
}

} // namespace projections
