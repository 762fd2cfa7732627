#include "projections/actors/front/front_actor.hpp"

#include "projections/actors/front/front_answers.hpp"
#include "projections/actors/front/request_failure.hpp"
#include "projections/actors/node/projector_actor.hpp"
#include "projections/actors/node/registry_actor.hpp"

#include <string>
#include <utility>

namespace projections {

namespace {

constexpr auto shutdown = caf::exit_reason::user_shutdown;

/// So many chunks that take no more requests may be ahead of the registry.
constexpr size_t chunks_ahead_max = 8;

/// So many chunks are kept for the next requests.
constexpr size_t spare_chunks_max = 8;

/// Answers with what `reply`, an object, says; with an error if it is empty.
template <class Answer>
void deliver(compat::promise<Answer>& to, std::string_view reply) {
  if (reply.empty()) {
    to.deliver(request_failure(error_code::crash,
                               "the actor that should answer has ended"));
    return;
  }
  reply_reader reader{reply};
  if (reader.take("type") == R"("error")") {
    to.deliver(error_in(reader));
  } else {
    Answer result{};
    read(reader, result);
    to.deliver(std::move(result));
  }
}

} // namespace

front_state::front_state(interface::pointer self, front_settings settings)
  : self_(self), settings_(std::move(settings)),
    collector_(settings_.style, settings_.value_bytes_max) {
  auto models
    = std::make_shared<shared_models>(std::move(settings_.read_models));
  projector_ = compat::spawn_state<projector_state>(
    self_->system(), models, settings_.style, settings_.dedup_window);
  registry_settings options;
  options.routing.style = settings_.style;
  options.routing.replies = reply_mode::body;
  options.reply_bytes_in_flight_max = settings_.reply_bytes_in_flight_max;
  interface me {
    self_
  };
  registry_ = compat::spawn_state<registry_state>(self_->system(), options,
                                                  writer_actor{me}, projector_,
                                                  models, node_observer{me});
  self_->link_to(registry_);
}

front_state::~front_state() {
  // A promise that is only dropped tells nobody.
  auto fail = [](std::vector<any_promise>& answers) {
    for (auto& x : answers)
      std::visit(
        [](auto& to) {
          if (to.pending())
            to.deliver(caf::make_error(caf::sec::request_receiver_down));
        },
        x);
  };
  for (auto& [sequence, answers] : sent_)
    fail(answers);
  for (auto& x : collected_)
    fail(x.answers);
  caf::anon_send_exit(registry_, shutdown);
  caf::anon_send_exit(projector_, shutdown);
}

/// Returns the handler of `Request`.
template <class Request>
auto front_state::take() {
  return [this](const Request& x) { return carry_out(x); };
}

front_end_actor::behavior_type front_state::make_behavior() {
  return {
    take<create_projection>(),
    take<update_projection>(),
    take<rebuild_projection>(),
    take<query_projection>(),
    take<list_projections>(),
    take<delete_projection>(),
    take<subscribe_to>(),
    take<unsubscribe_from>(),
    take<process_event>(),
    take<query_read_model>(),
    take<get_node_status>(),
    [this](const finished_batch& x) { take_back(x); },
    [this](chunk_sent_out) {
      --chunks_ahead_;
      send_chunks();
    },
    [this](const free_chunk& x) { keep(x.which); },
    [](read_input) {
      // nop
    },
    [](node_finished) {
      // nop
    },
  };
}

/// Has `x` carried out behind all requests before it.
template <class Request>
compat::promise<typename Request::answer>
front_state::carry_out(const Request& x) {
  auto answer = self_->make_response_promise<typename Request::answer>();
  if (requests_under_way_ >= settings_.requests_in_flight_max) {
    answer.deliver(request_failure(error_code::precondition_failed,
                                   std::to_string(requests_under_way_)
                                     + " requests are under way already"));
    return answer;
  }
  ++requests_under_way_;
  make_room(needs_own_chunk(x));
  collector_.add(x);
  auto& to = collected_.back();
  to.answers.push_back(answer);
  to.is_full = collector_.is_full();
  send_chunks();
  return answer;
}

/// Makes sure that the last collected chunk takes a request; an empty one for
/// only one request if that is to have its `own`.
void front_state::make_room(bool own) {
  if (!collected_.empty() && !collected_.back().is_full) {
    if (!own)
      return;
    collected_.back().is_full = true;
  }
  if (own || spare_.empty()) {
    collected_.push_back({std::make_shared<chunk>(), {}});
  } else {
    collected_.push_back(std::move(spare_.back()));
    spare_.pop_back();
  }
  collector_.begin(*collected_.back().which, own);
}

/// Sends the registry what it may have: one chunk at a time, so that the next
/// one grows meanwhile, and further ones only if they cannot grow.
void front_state::send_chunks() {
  while (
    !collected_.empty()
    && (chunks_ahead_ == 0
        || (collected_.front().is_full && chunks_ahead_ < chunks_ahead_max)))
    send_chunk();
}

void front_state::send_chunk() {
  auto& x = collected_.front();
  x.which->sequence = chunks_sent_++;
  ++chunks_ahead_;
  sent_.emplace(x.which->sequence, std::move(x.answers));
  compat::send(
    self_, registry_,
    decoded_chunk{std::move(x.which), reader_actor{interface{self_}}});
  collected_.pop_front();
}

/// Answers the requests of a batch.
void front_state::take_back(const finished_batch& x) {
  auto& batch = *x.batch;
  auto& answers = sent_.find(batch.in()->sequence)->second;
  for (auto i = batch.first(); i < batch.end(); ++i) {
    auto reply = batch.at(i).reply;
    std::visit([reply](auto& to) { deliver(to, reply); }, answers[i]);
    // Nobody is owed it at the end.
    answers[i] = {};
  }
  requests_under_way_ -= batch.end() - batch.first();
  compat::send(self_, x.registry, written_batch{x.batch});
}

/// Takes back a chunk whose requests are all answered.
void front_state::keep(const chunk_ptr& which) {
  auto answers = sent_.extract(which->sequence);
  if (spare_.size() == spare_chunks_max
      || !request_collector::is_worth_keeping(*which))
    return;
  answers.mapped().clear();
  spare_.push_back({which, std::move(answers.mapped())});
}

} // namespace projections
