#include "projections/actors/log/event_store_actor.hpp"

#include "projections/actors/log/store_failure.hpp"

#include <exception>
#include <thread>
#include <utility>

namespace projections {

namespace {

/// So often is a commit put off in a row while nobody comes, and the processor
/// given to others each time.
constexpr size_t passes_max = 8;

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
                                     std::shared_ptr<shared_event_store> store)
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
    [this](get_store_status) {
      auto result = store_->status();
      result.queued += appends_.size();
      return result;
    },
    [this](commit_appends) { commit_unless_more(); },
  };
}

compat::promise<append_results> event_store_state::append(append_events& x) {
  auto result = self_->make_response_promise<append_results>();
  auto bytes = bytes_of(x.requests);
  if (!appends_.empty()
      && (waiting_requests_ + x.requests.size() > joint_requests_max
          || waiting_bytes_ + bytes > joint_bytes_max))
    commit();
  if (appends_.empty())
    order_commit(1);
  waiting_requests_ += x.requests.size();
  waiting_bytes_ += bytes;
  appends_.push_back({std::move(x.requests)});
  answers_.push_back(result);
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
  if (appends_.empty())
    return;
  if (appends_.size() > ordered_)
    passes_ = 0;
  else if (last_committed_ <= 1 || ++passes_ > passes_max) {
    commit();
    return;
  }
  std::this_thread::yield();
  order_commit(appends_.size());
}

void event_store_state::commit() {
  auto answers = std::exchange(answers_, {});
  auto appends = std::exchange(appends_, {});
  waiting_requests_ = waiting_bytes_ = passes_ = 0;
  last_committed_ = appends.size();
  append_jointly(*store_, appends);
  for (size_t i = 0; i < appends.size(); ++i)
    if (appends[i].error)
      answers[i].deliver(store_failure(appends[i].error));
    else
      answers[i].deliver(append_results{std::move(appends[i].outcomes)});
}

} // namespace projections
