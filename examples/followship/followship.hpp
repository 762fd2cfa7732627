// Who follows whom, event-sourced: the events, the entity, the command that
// users send, and the projection that tells those who are followed.
#pragma once

#include <projections/folds/aggregates/application.hpp>
#include <projections/folds/processors/event_projection.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

// -- events ---------------------------------------------------------------------

namespace social {

using projections::uuid;

/// In the stream of `who`: a user has begun to follow another one.
struct followed {
  uuid who{};
  uuid whom{};
};

/// In the stream of `whom`: the same, told to the one who is followed.
struct was_followed {
  uuid who{};
  uuid whom{};
};

} // namespace social

template <>
struct projections::event_type<social::followed> {
  static constexpr std::string_view topic = "social:Followship.Followed";
  static constexpr auto fields
    = std::tuple{field("who", &social::followed::who),
                 field("whom", &social::followed::whom)};
};

template <>
struct projections::event_type<social::was_followed> {
  static constexpr std::string_view topic = "social:Followship.WasFollowed";
  static constexpr auto fields
    = std::tuple{field("who", &social::was_followed::who),
                 field("whom", &social::was_followed::whom)};
};

namespace social {

using namespace projections;

/// The name of the application.
inline const std::string application_name = "Social";

// -- the entity -------------------------------------------------------------------

/// Whom a user follows, and who follows the user; its id is that of the user.
class followship : public aggregate<followship> {
public:
  using events = event_types<followed, was_followed>;
  using aggregate::aggregate;

  /// Lets the user follow `whom`. Returns false, and changes nothing, if that
  /// is so already. Throws `std::invalid_argument` if both are the same.
  bool follow(const uuid& whom) {
    if (whom == id())
      throw std::invalid_argument{"user " + stream()
                                  + " cannot follow themselves"};
    if (std::find(following_.begin(), following_.end(), whom)
        != following_.end())
      return false;
    trigger_event(followed{id(), whom});
    return true;
  }

  /// In the order in which it came to be.
  [[nodiscard]] const std::vector<uuid>& following() const {
    return following_;
  }
  [[nodiscard]] const std::vector<uuid>& followers() const {
    return followers_;
  }

  void apply(const followed& x) {
    following_.push_back(x.whom);
  }

  void apply(const was_followed& x) {
    followers_.push_back(x.who);
  }

private:
  std::vector<uuid> following_;
  std::vector<uuid> followers_;
};

using network = application<followship>;

/// Returns the followship of `user`, also of one to whom nothing has happened.
inline followship followship_of(const network& app, const uuid& user) {
  auto& known = app.repository();
  return known.contains(user) ? known.get<followship>(user) : followship{user};
}

// -- the command --------------------------------------------------------------------

struct follow {
  uuid user;
  uuid whom;
};

/// Handles commands. The stream of a user also gets `WasFollowed` at any time,
/// by the projection: then the user is read again, and the command is handled
/// on what has become of them. Thread-safe.
class follow_handler {
public:
  explicit follow_handler(const network& app) : app_(app) {
    // nop
  }

  /// Records that the user follows `whom`; following somebody twice is no
  /// error and records nothing. Throws what `followship::follow` throws, and
  /// `wrong_expected_version` if others are faster for too many times.
  void handle(const follow& command) {
    for (auto tries_left = tries_max;; --tries_left) {
      auto user = followship_of(app_, command.user);
      if (!user.follow(command.whom))
        return;
      try {
        app_.save(user);
        return;
      } catch (const wrong_expected_version&) {
        ++conflicts_;
        if (tries_left == 1)
          throw;
      }
    }
  }

  /// How often somebody else was faster.
  [[nodiscard]] size_t conflicts() const {
    return conflicts_;
  }

private:
  static constexpr int tries_max = 100;

  network app_;
  std::atomic<size_t> conflicts_ = 0;
};

// -- the projection -------------------------------------------------------------------

/// Answers each `Followed` with a `WasFollowed` in the stream of the one who
/// was followed. What `answer` is given is all that the answer depends on.
class followship_projection final : public event_projection {
public:
  /// Records answers and tracking in one transaction.
  explicit followship_projection(std::shared_ptr<recorder_with_events> recorder)
    : event_projection(description(), application_name, std::move(recorder)) {
    answer_follows();
  }

  /// Records answers in `events` first, and tracking by `recorder` then.
  followship_projection(std::shared_ptr<tracking_recorder> recorder,
                        std::shared_ptr<event_store> events)
    : event_projection(description(), std::move(recorder),
                       {{application_name, std::move(events)}}) {
    answer_follows();
  }

  static inline const std::string projection_name = "followship";

private:
  static event_projection_description description() {
    return {.name = projection_name,
            .topics = event_types<followed>::topics(),
            .outputs = event_types<was_followed>::topics()};
  }

  void answer_follows() {
    on<followed>([](const followed& x) {
      return std::vector{emit(x.whom, was_followed{x.who, x.whom})};
    });
  }
};

} // namespace social
