#include "projections/actors/node/read_model_actor.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace projections {

namespace {

/// All rows of a read model, as a reply takes them.
struct all_rows {
  const read_model& model;

  [[nodiscard]] size_t bytes() const {
    return model.text_bytes();
  }

  char* write(char* out) const {
    return model.write_rows(out);
  }
};

model_event event_of(const request& r) {
  return {r.event_type, r.value, r.identity};
}

/// So many requests before its turn, the read model is told of an event: enough
/// for memory to answer, few enough for the cache to keep it.
constexpr size_t expected_ahead = 8;

} // namespace

read_model_state::read_model_state(interface::pointer,
                                   std::shared_ptr<read_model> model,
                                   json_style style)
  : model_(std::move(model)), encoder_(style) {
  // nop
}

read_model_actor::behavior_type read_model_state::make_behavior() {
  return {[this](const model_group& group) { carry_out(*group.round); }};
}

void read_model_state::carry_out(model_round& round) {
  round.outcomes.reserve(round.requests.size());
  auto& requests = round.requests;
  try {
    for (size_t n = 0; n < requests.size(); ++n) {
      if (n + expected_ahead < requests.size())
        expect(round.batch->at(requests[n + expected_ahead]));
      round.outcomes.push_back(carry_out(*round.batch, requests[n]));
    }
  } catch (const std::exception& e) {
    spdlog::error("read model \"{}\" failed: {}", model_->name(), e.what());
  }
}

model_round::outcome read_model_state::carry_out(request_batch& batch,
                                                 uint32_t i) {
  auto& r = batch.at(i);
  if (r.kind == request_kind::process_event)
    return model_->apply(event_of(r)) ? model_round::outcome::taken
                                      : model_round::outcome::not_taken;
  query(batch, i);
  return model_round::outcome::answered;
}

void read_model_state::expect(const request& r) const {
  if (r.kind == request_kind::process_event)
    model_->expect(event_of(r));
}

void read_model_state::query(request_batch& batch, uint32_t i) {
  auto& r = batch.at(i);
  rows_.clear();
  if (!r.value.empty() && !model_->find(r.value, rows_)) {
    batch.answer(i, encoder_.error(r, error_code::key_does_not_exist,
                                   "read model " + shown_name(r.name)
                                     + " has no row for the key"));
    return;
  }
  encoder_.begin(r, "read_model_state")
    .string(name_key, r.name)
    .number(version_key, model_->version());
  if (r.value.empty())
    batch.answer(i, encoder_.name(state_key).head(), all_rows{*model_},
                 encoder_.tail());
  else
    batch.answer(i, encoder_.raw(state_key, rows_).end());
}

} // namespace projections
