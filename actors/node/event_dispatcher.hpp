// What the projector does with a group of requests: which events are new, which
// read models get them, and what the replies are. Knows no actor.
#pragma once

#include "projections/folds/deliveries/event_identity.hpp"
#include "projections/folds/deliveries/processed_ids.hpp"
#include "projections/folds/deliveries/subscriptions.hpp"
#include "projections/folds/read_models/read_model.hpp"
#include "projections/messages/protocol/model_round.hpp"
#include "projections/messages/protocol/reply_encoder.hpp"
#include "projections/messages/text/keyed_hash.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace projections {

/// Carries out one group of requests after the other, in waves: each wave has
/// at most one round for every read model, and the next one begins when all
/// rounds are back. Without failures there is one wave. An event that a read
/// model failed to apply is answered with error 13 and not remembered; its
/// redelivery goes to those read models only that did not apply it. Not
/// thread-safe.
class event_dispatcher {
public:
  /// One bit for every read model.
  using model_set = uint64_t;

  static_assert(read_models_max == 64);

  /// Failed events, with the read models that applied them.
  static constexpr size_t partly_applied_max = 65'536;

  /// `models` has at most `read_models_max`; of them only what never changes is
  /// used. `dedup_window` is that of `processed_ids`.
  event_dispatcher(const std::vector<std::shared_ptr<read_model>>& models,
                   json_style style, size_t dedup_window);

  // -- modifiers ---------------------------------------------------------------

  /// Begins the group that starts with request `first` of `batch`. The group
  /// before must be done.
  void begin(const batch_ptr& batch, uint32_t first);

  /// Returns the rounds of the next wave, in the order of the read models; they
  /// come back through `take_back`. There is none when the group is done: then
  /// every request is answered.
  std::vector<std::unique_ptr<model_round>> next_wave();

  /// Takes back a round of the wave, carried out as far as its outcomes reach.
  void take_back(const model_round& round);

  /// Returns whether rounds of the wave are out.
  [[nodiscard]] bool is_waiting() const {
    return rounds_out_ > 0;
  }

private:
  /// An event of the group that read models have to apply. In the order of
  /// insertion into the processed ids.
  struct pending_event {
    uint32_t request = request::none;
    std::string_view id;
    hash_128 hash;
    /// Where it is among the processed ids.
    id_number number = 0;
    /// Whether the id was derived, and from which content.
    bool derived = false;
    hash_128 content;
    /// The read models that it goes to, and how it went there.
    model_set concerned = 0;
    model_set applied = 0;
    model_set taken = 0;
    model_set failed = 0;
    /// Whether its failure was dealt with.
    bool settled = false;
  };

  /// A redelivery of an event of the same group.
  struct redelivery {
    uint32_t request;
    /// Which of the pending events it repeats.
    size_t original;
    bool subscribed;
    bool answered = false;
  };

  /// Who applied, and who took, an event that failed elsewhere.
  struct partly_applied {
    model_set applied;
    model_set taken;
  };

  hash_128 expect(uint32_t i) const;
  void take_event(uint32_t i, hash_128 own_id);
  void apply_later(pending_event event);
  std::optional<size_t> find_pending(id_number number) const;
  void query_later(uint32_t i);
  void note_outcomes(const model_round& round);
  bool settle_failures();
  void retry_redeliveries(size_t p);
  void finish();
  void answer_updated(const pending_event& event);
  void answer_skipped(uint32_t i, std::string_view id, std::string_view reason);
  void answer_subscription(uint32_t i, std::string_view type);
  model_set concerned_by(std::string_view event_type);
  std::string_view names_of(model_set models);

  std::vector<std::shared_ptr<read_model>> models_;
  reply_encoder encoder_;
  subscriptions subscriptions_;
  processed_ids processed_;
  event_identity identity_;

  /// Which read models an event type concerns; as many types as were seen, up
  /// to a limit.
  std::unordered_map<std::string, model_set, keyed_text_hash, std::equal_to<>>
    concerned_;

  std::unordered_map<std::string, partly_applied, keyed_text_hash,
                     std::equal_to<>>
    partly_applied_;

  /// The group under way.
  batch_ptr batch_;
  /// What the next processed id would be numbered when the group began.
  id_number first_number_ = 0;
  std::vector<pending_event> pending_;
  std::vector<redelivery> redeliveries_;
  /// Derived ids of the group; they stay in place.
  std::deque<std::string> derived_ids_;

  /// What every read model has to do in the next wave, by place.
  std::vector<std::vector<uint32_t>> todo_;
  size_t rounds_out_ = 0;
  /// Whether failures of the group are not dealt with yet.
  bool has_failures_ = false;

  /// The text of `updated_models` for the set that was asked for last.
  model_set named_models_ = 0;
  std::string names_ = "[]";
};

} // namespace projections
