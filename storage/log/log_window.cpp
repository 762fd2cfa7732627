#include "projections/storage/log/log_window.hpp"

#include <algorithm>
#include <utility>

namespace projections {

namespace {

size_t bytes_of(const log_slice& slice) {
  size_t result = 0;
  for (auto& x : slice.events)
    result += sizeof(x) + x.stream.size() + x.topic.size() + x.payload.size()
              + x.metadata.size();
  return result;
}

bool is_after(log_position position, const recorded_event* event) {
  return position < event->position;
}

} // namespace

// -- modifiers ----------------------------------------------------------------

void log_window::begin_at(log_position position) {
  slices_.clear();
  index_.clear();
  indexed_ = 0;
  bytes_ = 0;
  joined_.reset();
  begin_ = end_ = position;
  at_head_ = false;
}

void log_window::add(slice_ptr slice) {
  end_ = std::max(end_, slice->read_to);
  at_head_ = slice->at_head;
  if (slice->events.empty())
    return;
  auto bytes = bytes_of(*slice);
  bytes_ += bytes;
  slices_.push_back({std::move(slice), bytes});
}

void log_window::shrink(size_t bytes_max) {
  while (bytes_ > bytes_max && slices_.size() > 1) {
    auto& oldest = slices_.front();
    if (indexed_ > 0) {
      take_from_index(*oldest.slice);
      --indexed_;
    }
    begin_ = oldest.slice->read_to;
    bytes_ -= oldest.bytes;
    slices_.pop_front();
  }
  if (joined_ && joined_->events.front().position <= begin_)
    joined_.reset();
}

log_window::slice_ptr log_window::find(log_position after, size_t limit,
                                       const std::vector<std::string>& topics) {
  if (after >= end_)
    return nullptr;
  limit = std::max(limit, size_t{1});
  if (topics.empty())
    return find_any(after, limit);
  add_to_index();
  std::vector<const recorded_event*> wanted;
  auto is_cut = false;
  for (auto& topic : topics) {
    auto found = index_.find(topic);
    if (found == index_.end())
      continue;
    auto& events = found->second.events;
    auto first = std::upper_bound(
      events.begin() + static_cast<ptrdiff_t>(found->second.first),
      events.end(), after, is_after);
    auto left = static_cast<size_t>(events.end() - first);
    is_cut |= left > limit;
    wanted.insert(wanted.end(), first,
                  first + static_cast<ptrdiff_t>(std::min(left, limit)));
  }
  if (wanted.empty())
    return nullptr;
  if (topics.size() > 1) {
    std::sort(wanted.begin(), wanted.end(),
              [](auto* x, auto* y) { return x->position < y->position; });
    // A topic may be named twice.
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    is_cut |= wanted.size() > limit;
    wanted.resize(std::min(wanted.size(), limit));
  }
  if (auto whole = whole_slice(wanted))
    return whole;
  auto result = std::make_shared<log_slice>();
  result->events.reserve(wanted.size());
  for (auto* event : wanted)
    result->events.push_back(*event);
  result->read_to = is_cut ? wanted.back()->position : end_;
  result->at_head = !is_cut && at_head_;
  return result;
}

/// Returns the index of the first slice with an event that comes after `after`.
size_t log_window::first_after(log_position after) const {
  auto found = std::upper_bound(slices_.begin(), slices_.end(), after,
                                [](log_position p, auto& x) {
                                  return p < x.slice->events.back().position;
                                });
  return static_cast<size_t>(found - slices_.begin());
}

/// Returns a whole slice, or, where a few events came at a time, several of
/// them put together, once for all who ask for them.
log_window::slice_ptr log_window::find_any(log_position after, size_t limit) {
  auto i = first_after(after);
  if (i == slices_.size())
    return nullptr;
  auto& first = *slices_[i].slice;
  auto is_small
    = [limit](const log_slice& x) { return x.events.size() < (limit + 1) / 2; };
  if (i + 1 == slices_.size() || !is_small(first))
    return slices_[i].slice;
  auto is_joined
    = joined_
      && joined_->events.front().position == first.events.front().position
      && (joined_->read_to == end_ || !is_small(*joined_));
  if (!is_joined) {
    auto joined = std::make_shared<log_slice>();
    for (; i < slices_.size(); ++i) {
      auto& next = *slices_[i].slice;
      if (!joined->events.empty()
          && joined->events.size() + next.events.size() > limit)
        break;
      joined->events.insert(joined->events.end(), next.events.begin(),
                            next.events.end());
      joined->read_to = next.read_to;
      joined->at_head = next.at_head;
    }
    joined_ = std::move(joined);
  }
  return joined_;
}

/// Returns the slice that `wanted` begins with if it is all of it: that is
/// shared, instead of copied.
log_window::slice_ptr log_window::whole_slice(
  const std::vector<const recorded_event*>& wanted) const {
  auto i = first_after(wanted.front()->position - 1);
  auto& events = slices_[i].slice->events;
  auto is_whole = wanted.front() == &events.front()
                  && wanted.size() >= events.size()
                  && wanted[events.size() - 1] == &events.back();
  // Small slices are better put together.
  auto is_large = events.size() > wanted.size() / 2;
  return is_whole && is_large ? slices_[i].slice : nullptr;
}

void log_window::add_to_index() {
  for (; indexed_ < slices_.size(); ++indexed_)
    for (auto& event : slices_[indexed_].slice->events) {
      auto found = index_.find(event.topic);
      if (found == index_.end())
        found = index_.try_emplace(event.topic).first;
      found->second.events.push_back(&event);
    }
}

/// Forgets where the events of `slice` are, the oldest of the index.
void log_window::take_from_index(const log_slice& slice) {
  for (auto& event : slice.events) {
    auto found = index_.find(event.topic);
    auto& [events, first] = found->second;
    if (++first == events.size()) {
      index_.erase(found);
    } else if (first > events.size() / 2) {
      events.erase(events.begin(),
                   events.begin() + static_cast<ptrdiff_t>(first));
      first = 0;
    }
  }
}

} // namespace projections
