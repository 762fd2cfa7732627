#include "actors/event_store.hpp"

#include "actors/store_failure.hpp"
#include "storage/store_error.hpp"

#include <exception>
#include <iterator>
#include <thread>
#include <utility>

namespace projections {

namespace {

/// A commit takes no more requests and payload bytes than these, but always
/// one sender's.
constexpr size_t requests_max = 1000;
constexpr size_t bytes_max = size_t{8} << 20;

/// So often is a commit put off in a row while nobody comes, and the processor
/// given to others each time.
constexpr size_t passes_max = 8;

size_t bytes_of(const std::vector<append_request>& requests) {
  size_t result = 0;
  for (auto& request : requests)
    for (auto& event : request.events)
      result += event.payload.size() + event.metadata.size();
  return result;
}

std::vector<std::string> topics_of(const read_log& x) {
  return x.topics ? *x.topics : std::vector<std::string>{};
}

/// Calls `f` and answers with what it returns, or with an error.
template <class Answer, class F>
caf::result<Answer> answer(F f) {
  try {
    return Answer{f()};
  } catch (...) {
    return store_failure(std::current_exception());
  }
}

} // namespace

event_store_state::event_store_state(interface::pointer self,
                                     std::shared_ptr<event_store> store)
  : self_(self), store_(std::move(store)) {
  // nop
}

event_store_state::~event_store_state() {
  commit();
}

event_store_actor::behavior_type event_store_state::make_behavior() {
  return {
    [this](append_events& x) { return append(x); },
    [this](const read_stream& x) {
      return answer<stream_events>(
        [&] { return store_->read_stream(x.stream, x.after, x.limit); });
    },
    [this](const read_log& x) {
      return answer<log_part>([&] {
        return std::make_shared<const log_slice>(
          store_->read_all(x.after, x.limit, topics_of(x)));
      });
    },
    [this](read_head) {
      return answer<log_head>([&] { return store_->head(); });
    },
    [this](commit_appends) { commit_unless_more(); },
  };
}

compat::promise<append_results> event_store_state::append(append_events& x) {
  auto result = self_->make_response_promise<append_results>();
  auto bytes = bytes_of(x.requests);
  // Behind the requests of others it must not go together with theirs.
  if (!x.requests.empty())
    x.requests.front().with_previous = false;
  if (!waiting_.empty()
      && (waiting_requests_ + x.requests.size() > requests_max
          || waiting_bytes_ + bytes > bytes_max))
    commit();
  if (waiting_.empty())
    order_commit(1);
  waiting_requests_ += x.requests.size();
  waiting_bytes_ += bytes;
  waiting_.push_back({std::move(x.requests), result});
  return result;
}

/// Orders a commit of `appends` appends and of those that are here already,
/// behind which the order goes.
void event_store_state::order_commit(size_t appends) {
  ordered_ = appends;
  compat::send(self_, self_, commit_appends{});
}

/// Commits, unless further appends have come since the order: while senders are
/// at it, more may come in less time than a commit takes. Those whose appends
/// were committed together are given the time to come again.
void event_store_state::commit_unless_more() {
  // They were too many to wait for this.
  if (waiting_.empty())
    return;
  if (waiting_.size() > ordered_)
    passes_ = 0;
  else if (last_committed_ <= 1 || ++passes_ > passes_max) {
    commit();
    return;
  }
  std::this_thread::yield();
  order_commit(waiting_.size());
}

void event_store_state::commit() {
  auto waiting = std::exchange(waiting_, {});
  waiting_requests_ = waiting_bytes_ = passes_ = 0;
  last_committed_ = waiting.size();
  if (waiting.size() <= 1) {
    for (auto& x : waiting)
      commit_alone(x);
    return;
  }
  std::vector<append_request> all;
  for (auto& x : waiting)
    all.insert(all.end(), x.requests.begin(), x.requests.end());
  std::vector<append_outcome> outcomes;
  try {
    outcomes = store_->append(all);
  } catch (const store_unavailable&) {
    for (auto& x : waiting)
      x.answer.deliver(store_failure(std::current_exception()));
    return;
  } catch (const std::exception&) {
    for (auto& x : waiting)
      commit_alone(x);
    return;
  }
  auto next = std::make_move_iterator(outcomes.begin());
  for (auto& x : waiting) {
    auto end = next + static_cast<ptrdiff_t>(x.requests.size());
    x.answer.deliver(append_results{{next, end}});
    next = end;
  }
}

void event_store_state::commit_alone(waiting_append& x) {
  try {
    x.answer.deliver(append_results{store_->append(x.requests)});
  } catch (...) {
    x.answer.deliver(store_failure(std::current_exception()));
  }
}

} // namespace projections
