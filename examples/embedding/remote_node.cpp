// A node in another process: its front actor is published by CAF's io module
// and asked through a remote handle, with the same messages as one nearby. The
// program starts itself as the server, loses it in the middle of a request, and
// goes on with another one.
//
// Prints what the servers answered, and that one of them was lost.

#include <projections/actors/front/request_failure.hpp>
#include <projections/folds/read_models/row_read_model_config.hpp>
#include <projections/runtime/arguments.hpp>
#include <projections/runtime/embedded_node.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <future>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// -- events and rows -----------------------------------------------------------

struct sensor_read {
  std::string id;
  double celsius = 0;
};

template <>
struct projections::event_type<sensor_read> {
  static constexpr std::string_view topic = "SensorRead";
  static constexpr auto fields = std::tuple{
    field("id", &sensor_read::id), field("celsius", &sensor_read::celsius)};
};

namespace {

using namespace projections;

constexpr const char* loopback = "127.0.0.1";

// -- the server ----------------------------------------------------------------

/// Publishes a node until stdin ends. Prints the port, which the system
/// chooses.
int serve(caf::actor_system& system) {
  row_read_model_config sensors;
  sensors.name = "sensors";
  sensors.on["SensorRead"].action = row_action::merge;
  front_settings settings;
  settings.read_models.push_back(make_row_read_model(sensors, settings.style));
  embedded_node node{system, std::move(settings)};
  auto port = system.middleman().publish(node.actor(), 0, loopback);
  if (!port) {
    std::cerr << compat::render_error(port.error()) << "\n";
    return 1;
  }
  std::cout << *port << std::endl;
  while (std::cin.get() != std::istream::traits_type::eof()) {
    // What comes does not matter, only that it ends.
  }
  return 0;
}

/// This program as a server, in a process of its own.
class server_process {
public:
  server_process() {
    int input[2];
    int output[2];
    if (::pipe2(input, O_CLOEXEC) != 0 || ::pipe2(output, O_CLOEXEC) != 0)
      throw std::runtime_error{"there is no pipe"};
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_adddup2(&files, input[0], 0);
    ::posix_spawn_file_actions_adddup2(&files, output[1], 1);
    std::string program = "/proc/self/exe";
    std::string option = "--serve";
    char* arguments[] = {program.data(), option.data(), nullptr};
    auto failed = ::posix_spawn(&process_, program.c_str(), &files, nullptr,
                                arguments, environ);
    ::posix_spawn_file_actions_destroy(&files);
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    char digits[16] = {};
    if (failed != 0 || ::read(output[0], digits, sizeof(digits) - 1) <= 0)
      throw std::runtime_error{"the server did not start"};
    ::close(output[0]);
    port_ = static_cast<uint16_t>(std::stoi(digits));
  }

  server_process(const server_process&) = delete;
  server_process& operator=(const server_process&) = delete;

  /// Ends it by the end of its input, if it has not ended.
  ~server_process() {
    ::close(input_);
    ::waitpid(process_, nullptr, 0);
  }

  void kill() {
    ::kill(process_, SIGKILL);
  }

  [[nodiscard]] uint16_t port() const {
    return port_;
  }

private:
  pid_t process_ = -1;
  int input_ = -1;
  uint16_t port_ = 0;
};

// -- the client ----------------------------------------------------------------

front_actor connect(caf::actor_system& system, uint16_t port) {
  auto found = system.middleman().remote_actor<front_actor>(loopback, port);
  if (!found)
    throw std::runtime_error{"cannot connect: "
                             + compat::render_error(found.error())};
  return *found;
}

/// Asks `node` for an answer. The future throws `std::runtime_error` if it is
/// refused or cannot be sent, and `std::future_error` if the connection is lost
/// before the answer has come.
template <class Answer, class Request>
std::future<Answer> ask(caf::actor_system& system, const front_actor& node,
                        Request request) {
  auto promised = std::make_shared<std::promise<Answer>>();
  auto result = promised->get_future();
  auto asker = system.spawn([node, request, promised = std::move(promised)](
                              caf::event_based_actor* self) {
    compat::request(self, node, request)
      .then([promised](Answer& x) { promised->set_value(std::move(x)); },
            [promised](const caf::error& x) {
              promised->set_exception(
                std::make_exception_ptr(std::runtime_error{
                  to_string(code_of(x)) + ": " + compat::text_of(x)}));
            });
  });
  // Nobody else tells a request that its answer cannot come any more. With the
  // actor goes the promise.
  compat::when_down(node, [asker](const caf::error&) {
    caf::anon_send_exit(asker, caf::exit_reason::kill);
  });
  return result;
}

/// Has the node process an event, and prints the rows that it has then.
void use(caf::actor_system& system, const front_actor& node, double celsius) {
  sensor_read event{"roof", celsius};
  ask<event_processed>(system, node, to_process("", event)).get();
  auto rows
    = ask<read_model_rows>(system, node, query_read_model{"sensors", {}}).get();
  for (auto& x : rows_of<sensor_read>(rows))
    std::cout << x.id << ": " << x.celsius << "\n";
}

int run(caf::actor_system& system) {
  auto server = std::make_unique<server_process>();
  auto node = connect(system, server->port());
  use(system, node, 20.5);

  // Refusals come with their code and words.
  try {
    ask<read_model_rows>(system, node, find_rows("sensors", "cellar")).get();
  } catch (const std::runtime_error& e) {
    std::cout << e.what() << "\n";
  }

  // The answer waits for an event that never comes.
  ask<projection_content>(system, node, update_projection{"empty", "{}"}).get();
  auto answer = ask<projection_content>(
    system, node, query_projection{"empty", 2, 3'600'000});
  server->kill();
  try {
    answer.get();
  } catch (const std::exception&) {
    std::cout << "the server was lost\n";
  }

  // Another server begins with what is sent to it.
  server = std::make_unique<server_process>();
  node = connect(system, server->port());
  use(system, node, 21.5);
  return 0;
}

struct options : caf::actor_system_config {
  options() {
    opt_group{custom_options_, "global"}.add(
      is_server, "serve",
      "publish a node until stdin ends, and print its port");
  }

  bool is_server = false;
};

} // namespace

// -- the program ---------------------------------------------------------------

int main(int argc, char** argv) {
  options config;
  add_message_types(config);
  compat::add_module<caf::io::middleman>(config);
  if (auto code = read_arguments(config, argc, argv,
                                 "remote_node asks a node in another process, "
                                 "which it starts itself.\n"))
    return *code;
  caf::actor_system system{config};
  try {
    return config.is_server ? serve(system) : run(system);
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 1;
  }
}
