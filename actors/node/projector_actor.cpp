#include "projections/actors/node/projector_actor.hpp"

#include "projections/actors/node/read_model_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace projections {

namespace {

size_t names_bytes_of(const std::vector<std::shared_ptr<read_model>>& models) {
  // Quotes, comma and space.
  size_t result = 0;
  for (auto& model : models)
    result += model->name().size() + 4;
  return result;
}

} // namespace

shared_models::shared_models(std::vector<std::shared_ptr<read_model>> owned)
  : models(std::move(owned)), names_bytes(names_bytes_of(models)) {
  if (models.size() > read_models_max)
    throw std::invalid_argument{std::to_string(models.size())
                                + " read models; there may be "
                                + std::to_string(read_models_max) + " at most"};
}

projector_state::projector_state(interface::pointer self,
                                 std::shared_ptr<shared_models> models,
                                 json_style style, size_t dedup_window)
  : self_(self), models_(std::move(models)), style_(style),
    dispatcher_(models_->models, style, dedup_window),
    actors_(models_->models.size()) {
  for (size_t i = 0; i < actors_.size(); ++i)
    spawn_actor(i);
}

projector_actor::behavior_type projector_state::make_behavior() {
  return {
    [this](const request_group& group) {
      groups_.push_back(group);
      if (groups_.size() > 1)
        return;
      begin_group();
      send_wave();
    },
    [this](const round_finished& x) {
      dispatcher_.take_back(*x.round);
      if (!dispatcher_.is_waiting())
        send_wave();
    },
    [this](const read_model_down& x) {
      spdlog::error("the actor of read model \"{}\" has ended, {}; another one "
                    "goes on with its rows",
                    models_->models[x.place]->name(), x.reason);
      spawn_actor(x.place);
    },
  };
}

/// Sends out the next rounds of the current group. When there are none, the
/// group is done and the next one begins.
void projector_state::send_wave() {
  for (;;) {
    auto rounds = dispatcher_.next_wave();
    for (auto& round : rounds) {
      auto& actor = actors_[round->model];
      // The round comes back when its last handle is gone: carried out, stopped
      // in the middle, or lost with the actor.
      round_ptr handle{
        round.release(), [me = interface{self_}](model_round* x) {
          compat::send_anonymously(me, round_finished{round_ptr{x}});
        }};
      compat::send(self_, actor, model_group{std::move(handle)});
    }
    if (!rounds.empty())
      return;
    end_group();
    if (groups_.empty())
      return;
    begin_group();
  }
}

/// Notes what the registry may know of the rows now. No read model is at work
/// here, so they can be asked.
void projector_state::end_group() {
  size_t bytes = 0;
  for (auto& model : models_->models)
    bytes = std::max(bytes, model->text_bytes());
  uint64_t growth = 0;
  auto& done = groups_.front();
  for (auto i = done.first; i != request::none; i = done.batch->at(i).next)
    growth += done.batch->at(i).growth_bytes;
  models_->rows_bytes.store(bytes, std::memory_order_relaxed);
  models_->growth_included.fetch_add(growth, std::memory_order_release);
  groups_.pop_front();
}

void projector_state::begin_group() {
  dispatcher_.begin(groups_.front().batch, groups_.front().first);
}

/// Spawns the actor of a read model, and hears when it ends.
void projector_state::spawn_actor(size_t model) {
  actors_[model] = compat::spawn_state<read_model_state>(
    self_->system(), models_->models[model], style_);
  compat::when_down(actors_[model],
                    [me = interface{self_}, model](const caf::error& why) {
                      compat::send_anonymously(
                        me, read_model_down{model, compat::render_error(why)});
                    });
}

} // namespace projections
