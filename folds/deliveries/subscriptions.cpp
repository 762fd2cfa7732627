#include "projections/folds/deliveries/subscriptions.hpp"

#include "projections/messages/json/json_text.hpp"

namespace projections {

void subscriptions::subscribe(std::string_view event_types) {
  decltype(types_) added;
  for (element_cursor i{event_types}; i.next();)
    added.emplace(unquoted(i.value()));
  // With the room made before, the merge only relinks what is in `added`.
  types_.reserve(types_.size() + added.size());
  types_.merge(added);
  all_ = false;
}

void subscriptions::unsubscribe(std::string_view event_types) {
  for (element_cursor i{event_types}; i.next();)
    if (auto type = types_.find(unquoted(i.value())); type != types_.end())
      types_.erase(type);
}

} // namespace projections
