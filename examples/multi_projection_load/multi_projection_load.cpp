// Many projections on one event log, each with a topic and a position of its
// own. Shows how to run them over a view that they share, on every backend, and
// how to prove that every event counts exactly once.
//
//   build/examples/multi_projection_load [--projections=N] [--events=N]
//     [--event-size=BYTES] [--backend=URI]
//
// Two producers append as fast as the store takes it; Ctrl-C ends that early.
// Prints a table, folds the log once more, and ends with 1 if a projection has
// come to anything else. A URI is memory:, sqlite:PATH or postgresql://….

#include "examples/multi_projection_load/load_view.hpp"
#include "examples/program.hpp"
#include <projections/folds/processors/projection.hpp>
#include <projections/messages/events/uuid.hpp>
#include <projections/runtime/open_store.hpp>

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <deque>
#include <future>
#include <random>

namespace load {

struct options : examples::options {
  options() {
    opt_group{custom_options_, "global"}
      .add(projections, "projections", "with a topic each (default: 100)")
      .add(events, "events", "how many are appended (default: 100000)")
      .add(event_size, "event-size", "bytes of a payload (default: 256)")
      .add(backend, "backend", "where events and view are (default: memory:)");
  }

  size_t projections = 100;
  size_t events = 100'000;
  size_t event_size = 256;
  std::string backend = "memory:";
};

/// Folds the events of one topic.
class load_projection final : public projection<load_view> {
public:
  using projection::projection;

  void process_event(const recorded_event& event, const tracking& x) override {
    view().apply(event.stream, decode<load_event>(event), x);
  }
};

int64_t now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

/// Appends `count` events, to a stream of each topic in turn, until `stop` is
/// readable. Returns how many it has appended.
size_t produce(event_store& store, const std::vector<std::string>& topics,
               size_t count, size_t event_size, pollfd stop) {
  auto producer = hex_of(random_uuid());
  std::mt19937 random{std::random_device{}()};
  size_t sent = 0;
  while (sent < count && ::poll(&stop, 1, 0) == 0) {
    std::vector<append_request> batch;
    load_event event{0, now_ns(), 0};
    for (auto end = std::min(sent + 256, count); sent < end; ++sent) {
      auto& topic = topics[sent % topics.size()];
      event.number = sent / topics.size() + 1;
      event.value = random() % value_end;
      batch.push_back(
        {topic + producer, any_version, {{topic, encode(event, event_size)}}});
    }
    for (auto& x : store.append(batch))
      if (x.error != append_error::none)
        throw std::runtime_error{x.problem};
  }
  return sent;
}

/// Compares `view` with a fold of the log behind `begin`, which should have
/// `count` events of `topics`. Throws `std::runtime_error` if anything differs.
void check(event_store& store, log_position begin, size_t count,
           const std::vector<std::string>& topics, load_view& view) {
  std::map<std::string, stream_states> due;
  for (auto& topic : topics)
    due[topic];
  for (log_slice slice{{}, begin}; !slice.at_head;) {
    slice = store.read_all(slice.read_to, 1000, {});
    for (auto& x : slice.events)
      if (auto found = due.find(x.topic); found != due.end()) {
        auto event = decode<load_event>(x);
        auto& state = found->second[x.stream];
        state.fold(event);
        count -= state.events == event.number ? 1 : 0;
      }
  }
  if (count != 0)
    throw std::runtime_error{"wrong: the log has lost or swapped events"};
  for (auto& [topic, states] : due)
    if (view.states(topic) != states)
      throw std::runtime_error{"wrong: lost, doubled or swapped by " + topic};
}

int run(options& chosen) {
  using limits = std::tuple<const char*, size_t, size_t, size_t>;
  for (auto [name, value, min, max] :
       {limits{"projections", chosen.projections, 1, 1'000},
        limits{"events", chosen.events, 1, 10'000'000},
        limits{"event-size", chosen.event_size, 64, 1'048'576}})
    if (value < min || value > max)
      return examples::refuse(
        fmt::format("--{}={} is not in {}..{}", name, value, min, max));
  auto place = parse_store_name(chosen.backend);
  stop_signals signals;
  std::vector<int64_t> latencies_ns;
  caf::actor_system system{chosen};
  event_log log{system, open_store(place, "load")};
  auto store = log.store();
  auto begin = store->head();
  auto view = open_load_view(place);
  view->applied = [&](const std::vector<int64_t>& due_ns) {
    for (auto x : due_ns)
      latencies_ns.push_back(now_ns() - x);
  };
  std::vector<std::string> topics;
  std::deque<projection_runner> runners;
  auto run_name = "load-" + hex_of(random_uuid()).substr(0, 8);
  for (size_t i = 0; i < chosen.projections; ++i) {
    auto& topic = topics.emplace_back(fmt::format("{}-{}", run_name, i));
    if (begin > log_start)
      view->insert_tracking({topic, begin});
    projection_description description{"load", {topic}};
    runners.emplace_back(log, topic,
                         std::make_shared<load_projection>(view, description));
  }
  std::cout << chosen.projections << " projections, " << chosen.event_size
            << " B an event, " << place.redacted() << std::endl;
  auto begin_ns = now_ns();
  pollfd stop{signals.descriptor(), POLLIN, 0};
  auto append = [&](size_t count) {
    return produce(*store, topics, count, chosen.event_size, stop);
  };
  auto other = std::async(std::launch::async, append, chosen.events / 2);
  auto count = append(chosen.events - chosen.events / 2) + other.get();
  auto print = [&](const char* what) {
    auto seconds = 1e-9 * (now_ns() - begin_ns);
    std::cout << fmt::format("{:12}{:>12.0f} a second ({} in {:.3f} s)\n", what,
                             count / seconds, count, seconds);
  };
  print("appended");
  for (auto& x : runners)
    x.wait(store->head(), std::nullopt);
  print("applied");
  runners.clear();
  std::sort(latencies_ns.begin(), latencies_ns.end());
  for (size_t percent : {50, 99})
    if (auto last = latencies_ns.size(); last-- > 0)
      std::cout << fmt::format("latency p{:<3}{:>12.3f} ms\n", percent,
                               1e-6 * latencies_ns[last * percent / 100]);
  check(*store, begin, count, topics, *view);
  std::cout << "checked: nothing lost, doubled or out of order\n";
  return 0;
}

} // namespace load

int main(int argc, char** argv) {
  return examples::run<load::options>(
    argc, argv, load::run,
    "multi_projection_load runs many projections on one log, and checks "
    "them.\n");
}
