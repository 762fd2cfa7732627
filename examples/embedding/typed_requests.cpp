// Named projections, a projector and a read model as a part of one's own actor
// system. They are asked with typed messages, and events and rows are structs:
// nothing here is written as JSON.
//
// Prints the users of two cities, what became of an event that came twice, and
// what projections there are.

#include <projections/actors/front/request_failure.hpp>
#include <projections/folds/read_models/row_read_model_config.hpp>
#include <projections/runtime/arguments.hpp>
#include <projections/runtime/embedded_node.hpp>

#include <caf/scoped_actor.hpp>

#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// -- events and rows -----------------------------------------------------------

struct user_moved {
  std::string id;
  std::string name;
  std::string city;
};

template <>
struct projections::event_type<user_moved> {
  static constexpr std::string_view topic = "UserMoved";
  static constexpr auto fields
    = std::tuple{field("id", &user_moved::id), field("name", &user_moved::name),
                 field("city", &user_moved::city)};
};

/// A row of the read model, and of the projection, too.
struct user {
  std::string name;
  std::string city;
};

template <>
struct projections::event_type<user> {
  static constexpr auto fields
    = std::tuple{field("name", &user::name), field("city", &user::city)};
};

namespace {

using namespace projections;

// -- asking --------------------------------------------------------------------

/// Asks the node and waits for the answer, as only a main function should:
/// actors go on by `then` instead of `receive`.
template <class Request, class Answer = typename Request::answer>
Answer ask(caf::scoped_actor& self, const front_actor& node, Request request) {
  Answer result;
  compat::request(self, node, std::move(request))
    .receive([&](Answer& x) { result = std::move(x); },
             [](const caf::error& x) {
               throw std::runtime_error{to_string(code_of(x)) + ": "
                                        + compat::text_of(x)};
             });
  return result;
}

void print(std::string_view title, const std::vector<user>& users) {
  std::cout << title << ":";
  for (auto& x : users)
    std::cout << " " << x.name << " in " << x.city << ";";
  std::cout << "\n";
}

void run(caf::actor_system& system) {
  // A read model that is declared; one with code of its own derives from
  // `read_model` as examples/own_read_model does.
  row_read_model_config by_city;
  by_city.name = "users_by_city";
  by_city.find_by = "city";
  by_city.on["UserMoved"].action = row_action::merge;
  front_settings settings;
  settings.read_models.push_back(make_row_read_model(by_city, settings.style));
  embedded_node node{system, std::move(settings)};
  caf::scoped_actor self{system};

  // Events go to the read models that they concern, each once.
  user_moved ada{"u1", "Ada", "London"};
  for (int i = 0; i < 2; ++i) {
    auto done = ask(self, node.actor(), to_process("event-1", ada));
    if (done.skipped.empty())
      std::cout << done.id << " went to " << done.updated_models.front()
                << "\n";
    else
      std::cout << done.id << " was skipped: " << done.skipped << "\n";
  }
  ask(self, node.actor(),
      to_process("event-2", user_moved{"u2", "Blaise", "Paris"}));
  print("London", rows_of<user>(ask(self, node.actor(),
                                    find_rows("users_by_city", "London"))));

  // A named projection merges what it is updated with.
  for (auto city : {"London", "Turin"})
    ask(self, node.actor(), update("users", user_moved{"u1", "Ada", city}));
  auto users = ask(self, node.actor(), query_projection{"users"});
  print("version " + std::to_string(users.version), rows_of<user>(users));

  // It can begin as something else than an empty array, and be folded anew.
  ask(self, node.actor(), create("founder", user{"Grace", "Arlington"}));
  ask(self, node.actor(),
      rebuild("users", std::vector{user_moved{"u1", "Ada", "London"},
                                   user_moved{"u2", "Blaise", "Paris"},
                                   user_moved{"u1", "Ada", "Turin"}}));
  for (auto& x : ask(self, node.actor(), list_projections{}).projections)
    std::cout << x.projection << " is at version " << x.version << "\n";

  try {
    ask(self, node.actor(), find_rows("users_by_city", "Atlantis"));
  } catch (const std::runtime_error& e) {
    std::cout << e.what() << "\n";
  }
}

} // namespace

// -- the program ---------------------------------------------------------------

int main(int argc, char** argv) {
  caf::actor_system_config config;
  add_message_types(config);
  if (auto code = read_arguments(config, argc, argv,
                                 "typed_requests asks a node in its own actor "
                                 "system by typed messages.\n"))
    return *code;
  caf::actor_system system{config};
  run(system);
}
