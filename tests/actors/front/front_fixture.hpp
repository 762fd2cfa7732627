// A front actor on the deterministic scheduler, and what asks it. Used by the
// tests of the front actor.
#pragma once

#include "projections/actors/front/front_actor.hpp"
#include "projections/actors/front/request_failure.hpp"
#include "projections/folds/read_models/row_read_model.hpp"
#include "tests/actors/deterministic.hpp"

#include <caf/event_based_actor.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace projections::test {

/// What became of a request.
template <class Answer>
struct asked {
  std::optional<Answer> answer;
  caf::error error;

  /// Returns whether it was refused for `code` with `text`.
  [[nodiscard]] bool failed(error_code code, std::string_view text) const {
    return !answer && code_of(error) == code && compat::text_of(error) == text;
  }

  [[nodiscard]] bool is_open() const {
    return !answer && !error;
  }
};

inline front_settings settings_of_the_test() {
  row_read_model_config users;
  users.name = "users";
  users.find_by = "name";
  users.on["UserCreated"].action = row_action::merge;
  front_settings result;
  result.read_models.push_back(
    std::make_shared<row_read_model>(users, result.style));
  result.requests_in_flight_max = 3;
  result.value_bytes_max = 40;
  return result;
}

/// A node behind its front actor, with the read model `users`. Three requests
/// may be under way, and values have up to 40 bytes.
struct front_fixture {
  ~front_fixture() {
    end();
    system.run();
  }

  /// Makes the front actor end.
  void end() {
    caf::anon_send_exit(front, caf::exit_reason::user_shutdown);
    front = nullptr;
  }

  /// Sends `request`, which is carried out when the system runs.
  template <class Request, class Answer = typename Request::answer>
  std::shared_ptr<asked<Answer>> send(Request request) {
    auto result = std::make_shared<asked<Answer>>();
    system.get().spawn(
      [result, request, to = front](caf::event_based_actor* self) {
        compat::request(self, to, request)
          .then([result](const Answer& x) { result->answer = x; },
                [result](const caf::error& x) { result->error = x; });
      });
    return result;
  }

  /// The same, and has it carried out.
  template <class Request, class Answer = typename Request::answer>
  asked<Answer> ask(Request request) {
    auto result = send(std::move(request));
    system.run();
    return *result;
  }

  /// Kills the actor called `name` when it has a message.
  void kill(std::string_view name) {
    system.run_until_ready(name);
    compat::send_urgent_exit(system.ready_actor(name), caf::exit_reason::kill);
    system.run();
  }

  deterministic_system system;
  front_actor front
    = compat::spawn_state<front_state>(system.get(), settings_of_the_test());
};

} // namespace projections::test
