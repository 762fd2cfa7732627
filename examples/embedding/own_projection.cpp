// A projection of one's own and the read model that it folds payments into,
// over an event store in memory, whose events come from anywhere.
//
// Prints the balance of an account.

#include <projections/folds/processors/projection.hpp>
#include <projections/runtime/arguments.hpp>
#include <projections/runtime/event_log.hpp>
#include <projections/runtime/projection_runner.hpp>
#include <projections/storage/memory/memory_event_store.hpp>
#include <projections/storage/memory/memory_recorder.hpp>

#include <iostream>

struct paid {
  int64_t cents = 0;
};

template <>
struct projections::event_type<paid> {
  static constexpr std::string_view topic = "bank:Account.Paid";
  static constexpr auto fields = std::tuple{field("cents", &paid::cents)};
};

using namespace projections;

/// Keeps the sum and the position of the last event that is in it together.
class balance final : public memory_recorder<> {
public:
  void add(int64_t cents, const tracking& x) {
    locked([&] {
      record(x);
      cents_ += cents;
    });
  }

  int64_t cents() {
    return locked([this] { return cents_; });
  }

private:
  int64_t cents_ = 0;
};

class payments final : public projection<balance> {
public:
  explicit payments(std::shared_ptr<balance> view)
    : projection(std::move(view), {.name = "payments"}) {
    on<paid>([this](const paid& event, const tracking& x) {
      this->view().add(event.cents, x);
    });
  }
};

int main(int argc, char** argv) {
  caf::actor_system_config config;
  add_message_types(config);
  if (auto code
      = read_arguments(config, argc, argv,
                       "own_projection folds payments into a balance and "
                       "prints it.\n"))
    return *code;
  caf::actor_system system{config};
  auto events = std::make_shared<memory_log>();
  event_log log{system,
                [=] { return std::make_unique<memory_event_store>(events); }};
  auto view = std::make_shared<balance>();
  projection_runner runner{log, "Bank", std::make_shared<payments>(view)};
  for (int64_t cents : {500, 250, -70}) {
    new_event event{event_type<paid>::topic.data(), encode_event(paid{cents})};
    log.store()->append({{"account-1", any_version, {event}}});
  }
  runner.wait(log.store()->head());
  std::cout << "balance=" << view->cents() << "\n";
}
