// Measures the requests of a program that has a node in its own actor system:
// an actor keeps some of them under way at the front actor, or a scoped actor
// asks for one at a time and takes the time of each.
//
//   bench_embedded KIND COUNT UNDER_WAY
//
// KIND is one of
//   updates       of 1,000 projections in turn, without the state in the answer
//   states        the same with the state, ten rows, in every answer
//   events        of 10,000 entities, into a read model
//   rows          one row of a read model of 10,000 rows
//   round-trips   like updates, from a scoped actor; UNDER_WAY is 1

#include "bench/command_line.hpp"
#include "bench/stopwatch.hpp"
#include "projections/folds/read_models/row_read_model.hpp"
#include "projections/messages/interfaces/message_types.hpp"
#include "projections/runtime/embedded_node.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace projections::bench {
namespace {

constexpr size_t projections_count = 1'000;
constexpr size_t rows_per_projection = 10;
constexpr size_t entities = 10'000;

/// So many requests go before those whose time is taken one by one.
constexpr size_t warm_up = 1'000;

std::string projection_name(size_t i) {
  return "projection-" + std::to_string(i % projections_count);
}

std::string entity_name(size_t i) {
  return "entity-" + std::to_string(i % entities);
}

/// Returns the JSON of a row that is known as `id` and changes with `i`.
std::string row_of(const std::string& id, size_t i) {
  return R"({"id": ")" + id + R"(", "name": "a name of some length", )"
         + R"("city": "London", "amount": )" + std::to_string(i % 97) + "}";
}

update_projection make_update(size_t i, bool include_state) {
  auto row = i / projections_count % rows_per_projection;
  return {projection_name(i), row_of("row-" + std::to_string(row), i),
          include_state};
}

process_event make_event(size_t i) {
  return {"event-" + std::to_string(i), "EntityChanged",
          row_of(entity_name(i), i)};
}

query_read_model make_query(size_t i) {
  return {"entities", '"' + entity_name(i) + '"'};
}

/// Returns what `make(i)` returns for `count` numbers from 0 on.
template <class Make>
auto make_requests(size_t count, Make make) {
  std::vector<decltype(make(size_t{0}))> result;
  result.reserve(count);
  for (size_t i = 0; i < count; ++i)
    result.push_back(make(i));
  return result;
}

front_settings settings_of_the_measurement() {
  row_read_model_config config;
  config.name = "entities";
  config.find_by = "id";
  config.on["EntityChanged"].action = row_action::merge;
  front_settings result;
  result.read_models.push_back(
    std::make_shared<row_read_model>(config, result.style));
  return result;
}

/// Like the node's program, for the sake of lone requests.
class configuration : public caf::actor_system_config {
public:
  static configuration make() {
    compat::add_core_message_types();
    return {};
  }

private:
  configuration() {
    projections::add_message_types(*this);
    compat::wake_workers_at_once(*this);
  }
};

/// Sends requests and calls `check` with every answer, in an actor.
template <class Answer, class Request, class Check>
struct requester {
  front_actor node;
  std::vector<Request> requests;
  Check check;
  std::promise<void> done;
  size_t sent = 0;
  size_t answered = 0;

  void send(caf::event_based_actor* self) {
    compat::request(self, node, std::move(requests[sent++]))
      .then(
        [this, self](const Answer& x) {
          check(x);
          if (sent < requests.size())
            send(self);
          if (++answered == requests.size())
            done.set_value();
        },
        [this](const caf::error& x) {
          if (answered < requests.size())
            done.set_exception(
              std::make_exception_ptr(std::runtime_error{compat::text_of(x)}));
          answered = requests.size();
        });
  }
};

/// Sends `requests`, of which `under_way` are not answered at any time, and
/// waits for all answers.
template <class Answer, class Request, class Check>
void send_all(caf::actor_system& system, const front_actor& node,
              std::vector<Request> requests, size_t under_way, Check check) {
  requester<Answer, Request, Check> all{
    node, std::move(requests), std::move(check), {}};
  auto done = all.done.get_future();
  system.spawn([&all, under_way](caf::event_based_actor* self) {
    for (size_t i = std::min(under_way, all.requests.size()); i > 0; --i)
      all.send(self);
  });
  done.get();
}

/// Asks for one thing and waits for the answer.
template <class Answer, class Request>
Answer ask(caf::scoped_actor& self, const front_actor& node, Request request) {
  Answer result;
  compat::request(self, node, std::move(request))
    .receive([&](Answer& x) { result = std::move(x); },
             [](const caf::error& x) {
               throw std::runtime_error{compat::text_of(x)};
             });
  return result;
}

/// Throws unless the projections have taken `count` updates.
void check_projections(caf::scoped_actor& self, const front_actor& node,
                       size_t count) {
  uint64_t versions = 0;
  for (size_t i = 0; i < std::min(count, projections_count); ++i)
    versions += ask<projection_content>(self, node,
                                        query_projection{projection_name(i)})
                  .version;
  check_count("updates", versions, count);
}

/// Throws unless the read model has taken `count` events.
void check_entities(caf::scoped_actor& self, const front_actor& node,
                    size_t count) {
  auto x = ask<read_model_rows>(self, node, query_read_model{"entities", ""});
  check_count("events", x.version, count);
}

void measure_updates(caf::actor_system& system, const front_actor& node,
                     size_t count, size_t under_way, bool include_state) {
  caf::scoped_actor self{system};
  // Every row is there before, so that states have one size.
  constexpr auto rows = projections_count * rows_per_projection;
  auto ignore = [](const projection_content&) {
    // The versions are summed up at the end.
  };
  auto make = [&](size_t i) { return make_update(i, include_state); };
  send_all<projection_content>(system, node, make_requests(rows, make), 1'000,
                               ignore);
  auto requests = make_requests(count, make);
  size_t states = 0;
  stopwatch watch;
  watch.start();
  send_all<projection_content>(
    system, node, std::move(requests), under_way,
    [&](const projection_content& x) { states += x.state.empty() ? 0 : 1; });
  watch.stop(count);
  check_count("states", states, include_state ? count : 0);
  check_projections(self, node, rows + count);
}

void measure_events(caf::actor_system& system, const front_actor& node,
                    size_t count, size_t under_way) {
  caf::scoped_actor self{system};
  auto events = make_requests(count, make_event);
  size_t taken = 0;
  stopwatch watch;
  watch.start();
  send_all<event_processed>(
    system, node, std::move(events), under_way,
    [&](const event_processed& x) { taken += x.updated_models.size(); });
  watch.stop(count);
  check_count("events", taken, count);
  check_entities(self, node, count);
}

void measure_rows(caf::actor_system& system, const front_actor& node,
                  size_t count, size_t under_way) {
  send_all<event_processed>(system, node, make_requests(entities, make_event),
                            1'000, [](const event_processed&) {
                              // The rows that follow are what counts.
                            });
  auto queries = make_requests(count, make_query);
  size_t found = 0;
  stopwatch watch;
  watch.start();
  send_all<read_model_rows>(
    system, node, std::move(queries), under_way,
    [&](const read_model_rows& x) { found += x.rows.size() > 2 ? 1 : 0; });
  watch.stop(count);
  check_count("rows", found, count);
}

void measure_round_trips(caf::actor_system& system, const front_actor& node,
                         size_t count) {
  caf::scoped_actor self{system};
  auto requests = make_requests(warm_up + count,
                                [](size_t i) { return make_update(i, false); });
  for (size_t i = 0; i < warm_up; ++i)
    ask<projection_content>(self, node, std::move(requests[i]));
  stopwatch watch;
  watch.start(count);
  for (auto i = warm_up; i < requests.size(); ++i) {
    watch.begin_step();
    ask<projection_content>(self, node, std::move(requests[i]));
    watch.end_step();
  }
  watch.stop(count);
  check_projections(self, node, warm_up + count);
}

void run(int argc, char** argv) {
  if (argc != 4)
    throw bad_command_line{};
  const std::string_view kind{argv[1]};
  auto count = count_of(argv[2]);
  auto under_way = count_of(argv[3]);
  auto config = configuration::make();
  caf::actor_system system{config};
  embedded_node node{system, settings_of_the_measurement()};
  if (kind == "updates")
    measure_updates(system, node.actor(), count, under_way, false);
  else if (kind == "states")
    measure_updates(system, node.actor(), count, under_way, true);
  else if (kind == "events")
    measure_events(system, node.actor(), count, under_way);
  else if (kind == "rows")
    measure_rows(system, node.actor(), count, under_way);
  else if (kind == "round-trips" && under_way == 1)
    measure_round_trips(system, node.actor(), count);
  else
    throw bad_command_line{};
}

} // namespace
} // namespace projections::bench

int main(int argc, char** argv) {
  return projections::bench::run_program(
    "bench_embedded (updates | states | events | rows | round-trips) COUNT "
    "UNDER_WAY",
    argc, argv, [&] { projections::bench::run(argc, argv); });
}
