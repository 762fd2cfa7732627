#include "projections/storage/log/group_commit.hpp"

#include "projections/storage/log/store_error.hpp"

#include <iterator>
#include <numeric>
#include <utility>

namespace projections {

namespace {

using request_list = std::vector<append_request>;

void append_alone(event_store& store, group_commit& sender) {
  try {
    sender.outcomes = store.append(sender.requests);
  } catch (...) {
    sender.error = std::current_exception();
  }
}

template <class T>
void move_to_end(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()),
            std::make_move_iterator(from.end()));
}

/// Moves the first `count` elements at `from` to `to`, and `from` behind them.
template <class T>
void move_front(std::vector<T>& to, typename std::vector<T>::iterator& from,
                size_t count) {
  auto end = from + static_cast<ptrdiff_t>(count);
  to.assign(std::make_move_iterator(from), std::make_move_iterator(end));
  from = end;
}

} // namespace

size_t bytes_of(const request_list& requests) {
  size_t result = 0;
  for (auto& request : requests)
    for (auto& event : request.events)
      result += event.payload.size() + event.metadata.size();
  return result;
}

void append_jointly(event_store& store, std::vector<group_commit>& senders) {
  if (senders.empty())
    return;
  if (senders.size() == 1)
    return append_alone(store, senders.front());
  std::vector<size_t> counts;
  for (auto& x : senders)
    counts.push_back(x.requests.size());
  request_list all;
  all.reserve(std::accumulate(counts.begin(), counts.end(), size_t{0}));
  for (auto& x : senders) {
    // Behind the requests of others it must not go together with theirs.
    if (!x.requests.empty())
      x.requests.front().atomic_with_previous = false;
    move_to_end(all, x.requests);
  }
  try {
    auto outcomes = store.append(all);
    auto next = outcomes.begin();
    for (size_t i = 0; i < senders.size(); ++i)
      move_front(senders[i].outcomes, next, counts[i]);
  } catch (const store_unavailable&) {
    for (auto& x : senders)
      x.error = std::current_exception();
  } catch (const std::exception&) {
    auto next = all.begin();
    for (size_t i = 0; i < senders.size(); ++i) {
      move_front(senders[i].requests, next, counts[i]);
      append_alone(store, senders[i]);
    }
  }
}

} // namespace projections
