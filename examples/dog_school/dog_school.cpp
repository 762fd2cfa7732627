// A school where dogs learn tricks, and a projection that counts both. Shows a
// whole event-sourced application: events, an aggregate, an application that
// saves and rebuilds it, a view, a projection by types of events, and a runner;
// and the same counts kept by an event-sourced projection, as an aggregate of
// an application of its own.
//
//   build/examples/dog_school [--events=URI] [--view=URI]
//                             [--counts=view|aggregate]
//
// A URI is memory:, sqlite:PATH or postgresql://USER:PASSWORD@HOST/DATABASE;
// both default to memory:. The counts are in a view, unless an aggregate is
// asked for; its events are where the view would be. Either way it prints
// `dogs=3 tricks=9`, or more if the stores know dogs already.

#include "examples/counters.hpp"
#include "examples/program.hpp"
#include <projections/folds/aggregates/application.hpp>
#include <projections/folds/processors/event_sourced_projection.hpp>
#include <projections/folds/processors/projection.hpp>
#include <projections/runtime/event_log.hpp>
#include <projections/runtime/open_store.hpp>
#include <projections/runtime/open_view.hpp>
#include <projections/runtime/projection_runner.hpp>

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// -- events ---------------------------------------------------------------------

namespace dogschool {

struct dog_registered {
  std::string name;
};

struct trick_added {
  std::string trick;
};

struct dog_counted {};
struct trick_counted {};

} // namespace dogschool

template <>
struct projections::event_type<dogschool::dog_registered> {
  static constexpr std::string_view topic = "dogschool:Dog.Registered";
  static constexpr auto fields
    = std::tuple{field("name", &dogschool::dog_registered::name)};
};

template <>
struct projections::event_type<dogschool::trick_added> {
  static constexpr std::string_view topic = "dogschool:Dog.TrickAdded";
  static constexpr auto fields
    = std::tuple{field("trick", &dogschool::trick_added::trick)};
};

template <>
struct projections::event_type<dogschool::dog_counted> {
  static constexpr std::string_view topic = "dogschool:Counter.DogCounted";
  static constexpr auto fields = std::tuple{};
};

template <>
struct projections::event_type<dogschool::trick_counted> {
  static constexpr std::string_view topic = "dogschool:Counter.TrickCounted";
  static constexpr auto fields = std::tuple{};
};

namespace dogschool {

using namespace projections;

// -- the aggregate and its application --------------------------------------------

class dog : public aggregate<dog> {
public:
  using events = event_types<dog_registered, trick_added>;
  using aggregate::aggregate;

  explicit dog(std::string name) {
    trigger_event(dog_registered{std::move(name)});
  }

  void add_trick(std::string trick) {
    trigger_event(trick_added{std::move(trick)});
  }

  [[nodiscard]] const std::string& name() const {
    return name_;
  }

  [[nodiscard]] const std::vector<std::string>& tricks() const {
    return tricks_;
  }

  void apply(const dog_registered& x) {
    name_ = x.name;
  }

  void apply(const trick_added& x) {
    tricks_.push_back(x.trick);
  }

private:
  std::string name_;
  std::vector<std::string> tricks_;
};

using dog_school = application<dog>;

// -- the view ---------------------------------------------------------------------

class dog_counts_view : public tracking_recorder {
public:
  virtual void count_dog(const tracking& x) = 0;
  virtual void count_trick(const tracking& x) = 0;
  virtual int64_t dogs() = 0;
  virtual int64_t tricks() = 0;
};

/// The view over the recorder of any backend.
template <template <class> class Recorder>
class dog_counts_over final
  : public counting::counters<Recorder, dog_counts_view> {
public:
  using counting::counters<Recorder, dog_counts_view>::counters;

  void count_dog(const tracking& x) override {
    this->count("dogs", x);
  }

  void count_trick(const tracking& x) override {
    this->count("tricks", x);
  }

  int64_t dogs() override {
    return this->counted("dogs");
  }

  int64_t tricks() override {
    return this->counted("tricks");
  }
};

// -- the projection -----------------------------------------------------------------

class dog_counts final : public projection<dog_counts_view> {
public:
  explicit dog_counts(std::shared_ptr<dog_counts_view> counts)
    : projection(std::move(counts), {"dogcounts"}) {
    on<dog_registered>([this](const dog_registered&, const tracking& x) {
      view().count_dog(x);
    });
    on<trick_added>(
      [this](const trick_added&, const tracking& x) { view().count_trick(x); });
  }
};

// -- the same without a view --------------------------------------------------------

class counter : public aggregate<counter> {
public:
  using events = event_types<dog_counted, trick_counted>;
  using aggregate::aggregate;

  void apply(const dog_counted&) {
    ++dogs_;
  }

  void apply(const trick_counted&) {
    ++tricks_;
  }

  [[nodiscard]] int64_t dogs() const {
    return dogs_;
  }

  [[nodiscard]] int64_t tricks() const {
    return tricks_;
  }

private:
  int64_t dogs_ = 0;
  int64_t tricks_ = 0;
};

using dog_counting = application<counter>;

/// The projection names its topics: where the school is in the same SQLite
/// file, its log has the events of the counter, too.
class counted_dogs final : public event_sourced_projection<dog_counting> {
public:
  explicit counted_dogs(std::shared_ptr<recorder_with_events> recorder)
    : event_sourced_projection(
      "DogCounting", std::move(recorder),
      {"dogcounting", event_types<dog_registered, trick_added>::topics()}) {
    when<dog_registered>(
      [this](const dog_registered&) { count(dog_counted{}); });
    when<trick_added>([this](const trick_added&) { count(trick_counted{}); });
  }

  /// Returns the only counter.
  counter counts() {
    auto& known = app().repository();
    return known.contains(only) ? known.get<counter>(only) : counter{only};
  }

private:
  template <event E>
  void count(const E& x) {
    auto counter = counts();
    counter.trigger_event(x);
    app().save(counter);
  }

  const uuid only = *uuid_of("5f1c7d0e9b5a4c3f8e2d6a7b8c9d0e1f");
};

// -- the program ----------------------------------------------------------------------

class options : public examples::options {
public:
  options() {
    opt_group{custom_options_, "global"}
      .add(events, "events", "where the events are (default: memory:)")
      .add(view, "view", "where the view is (default: memory:)")
      .add(counts, "counts", "what counts: view (default) or aggregate");
  }

  std::string events = "memory:";
  std::string view = "memory:";
  std::string counts = "view";
};

/// Registers a dog that learns three tricks. Returns where the last event is.
log_position teach(dog_school& school, std::string name) {
  dog pupil{std::move(name)};
  school.save(pupil);
  // Somebody else goes on with it.
  auto again = school.repository().get<dog>(pupil.id());
  for (auto trick : {"roll over", "fetch ball", "play dead"})
    again.add_trick(trick);
  return school.save(again).back().position;
}

/// Teaches three dogs in the store that `open` opens while `counting` runs,
/// until it has counted them.
void teach_all(options& chosen, const store_opener& open,
               std::shared_ptr<event_processor> counting) {
  caf::actor_system system{chosen};
  event_log log{system, open};
  dog_school school{"DogSchool", log.store()};
  projection_runner runner{log, school.name(), std::move(counting)};
  log_position last = log_start;
  for (auto name : {"Fido", "Millie", "Scrappy"})
    last = teach(school, name);
  runner.wait(last, std::nullopt);
  runner.close();
}

void print(int64_t dogs, int64_t tricks) {
  std::cout << "dogs=" << dogs << " tricks=" << tricks << "\n";
}

int run(options& chosen) {
  if (chosen.counts != "view" && chosen.counts != "aggregate")
    return examples::refuse("--counts=" + chosen.counts
                            + " is neither view nor aggregate");
  auto open = open_store(parse_store_name(chosen.events), "DogSchool");
  auto place = parse_store_name(chosen.view);
  if (chosen.counts == "view") {
    std::shared_ptr<dog_counts_view> view
      = open_view<dog_counts_over>(place, "dogcounts");
    teach_all(chosen, open, std::make_shared<dog_counts>(view));
    print(view->dogs(), view->tricks());
  } else {
    auto counting = std::make_shared<counted_dogs>(
      open_recorder_with_events(place, "DogCounting", "dogcounting"));
    teach_all(chosen, open, counting);
    auto counts = counting->counts();
    print(counts.dogs(), counts.tricks());
  }
  return 0;
}

} // namespace dogschool

int main(int argc, char** argv) {
  return examples::run<dogschool::options>(
    argc, argv, dogschool::run,
    "dog_school teaches three dogs and counts dogs and tricks in a view.\n"
    "A store is memory:, sqlite:PATH or "
    "postgresql://USER:PASSWORD@HOST/DATABASE.\n");
}
