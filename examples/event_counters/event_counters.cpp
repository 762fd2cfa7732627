// Counts the events of any application: the first event of an aggregate as
// created, all others as subsequent. Shows a projection that takes events as
// they were recorded, over a view that is written once for every backend.
//
//   build/examples/event_counters --events=URI --view=URI --application=NAME
//                                 [--follow]
//
// A URI is memory:, sqlite:PATH or postgresql://USER:PASSWORD@HOST/DATABASE.
// NAME is the name under which the view tracks the events, and in PostgreSQL,
// in lower case, the beginning of the name of their table. Runs to the head of
// the log and prints `created=N subsequent=M` as its last line; with --follow,
// goes on with what is appended until it is interrupted.

#include "examples/event_counters/event_counters_view.hpp"
#include "examples/program.hpp"
#include <projections/folds/processors/projection.hpp>
#include <projections/runtime/event_log.hpp>
#include <projections/runtime/open_store.hpp>
#include <projections/runtime/open_view.hpp>
#include <projections/runtime/projection_runner.hpp>

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

namespace {

using namespace projections;
using event_counters::event_counters_over;
using event_counters::event_counters_view;

// -- the projection -------------------------------------------------------------

class event_counters_projection final : public projection<event_counters_view> {
public:
  explicit event_counters_projection(std::shared_ptr<event_counters_view> view)
    : projection(std::move(view), {"eventcounters"}) {
    // nop
  }

  void process_event(const recorded_event& event, const tracking& x) override {
    if (event.version == 1)
      view().incr_created_event_counter(x);
    else
      view().incr_subsequent_event_counter(x);
  }
};

// -- the program ----------------------------------------------------------------

class options : public examples::options {
public:
  options() {
    opt_group{custom_options_, "global"}
      .add(events, "events", "where the events are")
      .add(view, "view", "where the view is")
      .add(application, "application", "name of the application")
      .add(follows, "follow", "go on until interrupted");
  }

  std::string events;
  std::string view;
  std::string application;
  bool follows = false;
};

void print(event_counters_view& view) {
  std::cout << "created=" << view.get_created_event_counter()
            << " subsequent=" << view.get_subsequent_event_counter()
            << std::endl;
}

int run(options& chosen) {
  for (auto [name, value] : {std::pair{"events", &chosen.events},
                             {"view", &chosen.view},
                             {"application", &chosen.application}})
    if (value->empty())
      return examples::refuse(std::string{"--"} + name + " is missing");
  auto open = open_store(parse_store_name(chosen.events), chosen.application);
  std::shared_ptr<event_counters_view> view = open_view<event_counters_over>(
    parse_store_name(chosen.view), "eventcounters");
  caf::actor_system system{chosen};
  event_log log{system, open};
  projection_runner runner{log, chosen.application,
                           std::make_shared<event_counters_projection>(view)};
  if (chosen.follows)
    examples::run_until_interrupted(runner);
  else
    runner.wait(log.store()->head(), std::nullopt);
  runner.close();
  print(*view);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  return examples::run<options>(
    argc, argv, run,
    "event_counters counts the events of an application in a view.\n"
    "A store is memory:, sqlite:PATH or "
    "postgresql://USER:PASSWORD@HOST/DATABASE.\n");
}
