#include "projections/actors/log/waiting_reads.hpp"

#include <algorithm>

namespace projections {

namespace {

bool is_awaited(const read_log& x) {
  return x.awaited > x.after;
}

} // namespace

void waiting_reads::add(waiting_read x) {
  auto key = static_cast<const void*>(x.reader.get());
  auto& added = reads_.emplace(key, std::move(x)).first->second;
  auto& request = added.request;
  if (request.topics->empty())
    unselective_.insert(&added);
  for (auto& topic : *request.topics)
    by_topic_[topic].insert(&added);
  by_after_.emplace(request.after, &added);
  if (is_awaited(request))
    by_awaited_.emplace(request.awaited, &added);
}

std::optional<waiting_read>
waiting_reads::take(const caf::strong_actor_ptr& reader) {
  auto found = reads_.find(reader.get());
  if (found == reads_.end())
    return std::nullopt;
  return take(&found->second);
}

std::vector<waiting_read> waiting_reads::take_topic(std::string_view topic) {
  std::vector<waiting_read> result;
  auto found = by_topic_.find(topic);
  if (found == by_topic_.end())
    return result;
  // Taking one changes the set.
  std::vector<waiting_read*> wanting{found->second.begin(),
                                     found->second.end()};
  for (auto* x : wanting)
    result.push_back(take(x));
  return result;
}

std::vector<waiting_read> waiting_reads::take_unselective() {
  std::vector<waiting_read> result;
  while (!unselective_.empty())
    result.push_back(take(*unselective_.begin()));
  return result;
}

std::vector<waiting_read> waiting_reads::take_awaited(log_position position) {
  std::vector<waiting_read> result;
  while (!by_awaited_.empty() && by_awaited_.begin()->first <= position)
    result.push_back(take(by_awaited_.begin()->second));
  return result;
}

std::optional<waiting_read> waiting_reads::take_before(log_position position) {
  if (by_after_.empty() || by_after_.begin()->first >= position)
    return std::nullopt;
  return take(by_after_.begin()->second);
}

std::vector<waiting_read> waiting_reads::take_all() {
  std::vector<waiting_read> result;
  while (!by_after_.empty())
    result.push_back(take(by_after_.begin()->second));
  return result;
}

void waiting_reads::hasten(const caf::strong_actor_ptr& reader,
                           log_position position) {
  auto found = reads_.find(reader.get());
  if (found == reads_.end())
    return;
  auto* read = &found->second;
  auto& request = read->request;
  if (is_awaited(request)) {
    by_awaited_.erase({request.awaited, read});
    position = std::min(position, request.awaited);
  }
  request.awaited = position;
  if (is_awaited(request))
    by_awaited_.emplace(position, read);
}

waiting_read waiting_reads::take(waiting_read* x) {
  auto& request = x->request;
  unselective_.erase(x);
  for (auto& topic : *request.topics)
    if (auto found = by_topic_.find(topic); found != by_topic_.end()) {
      found->second.erase(x);
      if (found->second.empty())
        by_topic_.erase(found);
    }
  by_after_.erase({request.after, x});
  if (is_awaited(request))
    by_awaited_.erase({request.awaited, x});
  return std::move(reads_.extract(x->reader.get()).mapped());
}

} // namespace projections
