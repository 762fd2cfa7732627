#include "projections/runtime/node.hpp"

#include "projections/actors/node/decoder_actor.hpp"
#include "projections/actors/node/projector_actor.hpp"
#include "projections/actors/node/reader_actor.hpp"
#include "projections/actors/node/registry_actor.hpp"
#include "projections/actors/node/writer_actor.hpp"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace projections {

namespace {

/// Decoders at work at once. More do not help: what they feed is one registry.
constexpr size_t decoder_count = 2;

/// By which the actors end when the node has done its work.
constexpr auto shutdown = caf::exit_reason::user_shutdown;

/// The exit code, for a thread that waits for it. Not a future, because under
/// ThreadSanitizer a thread that waits for one takes no signals.
class awaited_exit {
public:
  /// Takes the first exit code.
  void tell(int exit_code) {
    std::lock_guard guard{mutex_};
    if (!exit_code_)
      exit_code_ = exit_code;
    told_.notify_all();
  }

  /// Returns the exit code as soon as there is one.
  int wait() {
    std::unique_lock guard{mutex_};
    told_.wait(guard, [this] { return exit_code_.has_value(); });
    return *exit_code_;
  }

private:
  std::mutex mutex_;
  std::condition_variable told_;
  std::optional<int> exit_code_;
};

/// Hands the exit code on.
struct observer_state {
  using interface = node_observer;

  static constexpr const char* actor_name = "observer";

  observer_state(interface::pointer, std::shared_ptr<awaited_exit> shared)
    : exit(std::move(shared)) {
    // nop
  }

  interface::behavior_type make_behavior() {
    return {[this](node_finished x) { exit->tell(x.exit_code); }};
  }

  std::shared_ptr<awaited_exit> exit;
};

/// Ends the node with exit code 1 if `actor`, which it cannot do without, ends.
template <class Handle>
void depend_on(const Handle& actor, const node_observer& observer) {
  compat::when_down(actor, [observer](const caf::error& why) {
    if (why == shutdown)
      return;
    spdlog::critical("an actor has ended that the node needs, {}",
                     compat::render_error(why));
    compat::send_anonymously(observer, node_finished{1});
  });
}

} // namespace

int run_node(caf::actor_system& system, node_settings settings) {
  auto style = settings.style;
  auto exit = std::make_shared<awaited_exit>();
  auto observer = compat::spawn_state<observer_state>(system, exit);
  auto writer = compat::spawn_state<writer_state, caf::detached>(
    system, settings.output, style, observer);
  auto models
    = std::make_shared<shared_models>(std::move(settings.read_models));
  auto projector = compat::spawn_state<projector_state>(system, models, style,
                                                        settings.dedup_window);
  registry_settings registry_options;
  registry_options.routing.style = style;
  registry_options.routing.replies = settings.replies;
  registry_options.reply_bytes_in_flight_max = settings.bytes_in_flight_max;
  auto registry = compat::spawn_state<registry_state>(
    system, registry_options, writer, projector, models, observer);
  std::vector<decoder_actor> decoders;
  for (size_t i = 0; i < decoder_count; ++i)
    decoders.push_back(compat::spawn_state<decoder_state>(
      system, registry, style, settings.limits));
  reader_settings reader_options;
  reader_options.style = style;
  reader_options.limits = settings.limits;
  reader_options.input_bytes_in_flight_max = settings.bytes_in_flight_max;
  reader_options.descriptor = settings.input;
  reader_options.stop_descriptor = settings.stop;
  auto reader = compat::spawn_state<reader_state, caf::detached>(
    system, reader_options, decoders, registry);
  depend_on(writer, observer);
  depend_on(registry, observer);
  for (auto& decoder : decoders)
    depend_on(decoder, observer);
  depend_on(reader, observer);
  compat::send_anonymously(reader, read_input{});
  auto result = exit->wait();
  caf::anon_send_exit(reader, shutdown);
  for (auto& decoder : decoders)
    caf::anon_send_exit(decoder, shutdown);
  caf::anon_send_exit(registry, shutdown);
  caf::anon_send_exit(projector, shutdown);
  caf::anon_send_exit(writer, shutdown);
  caf::anon_send_exit(observer, shutdown);
  return result;
}

} // namespace projections
