// Goal: many projections of one log, each with a topic of its own, fold all
// that is theirs and nothing else, however differently they come forward.
// Method: views in memory over a store of each kind; events are appended while
// projections run, stand still and are rebuilt.
#include "tests/runtime/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace projections;
using namespace projections::test;

constexpr size_t projection_count = 40;

template <class Backend>
class many_fixture : public runner_fixture<Backend> {
public:
  many_fixture() {
    for (size_t i = 0; i < projection_count; ++i)
      views_.push_back(std::make_shared<memory_event_counters>());
  }

  static std::string topic(size_t projection) {
    return std::string{"topic"} + std::to_string(projection);
  }

  /// Runs projection `i`, and has it call `before_event` before each event.
  void start(size_t i,
             std::function<void(const recorded_event&)> before_event = {}) {
    auto processor
      = std::make_shared<counting_projection>(views_[i], std::vector{topic(i)});
    processor->before_event = std::move(before_event);
    runners_.push_back(this->run(std::move(processor)));
  }

  /// Appends `rounds` times an event of each topic.
  void append_rounds(size_t rounds) {
    std::vector<std::string> topics;
    for (size_t i = 0; i < projection_count; ++i)
      topics.push_back(topic(i));
    for (size_t i = 0; i < rounds; ++i)
      head_ = this->append(std::string{"s"} + std::to_string(i % 7), topics);
    rounds_ += rounds;
  }

  /// Waits until projection `i` is at the head, and looks what it has folded.
  void check(size_t i) {
    runners_[i]->wait(head_, long_time);
    auto& view = *views_[i];
    BOOST_TEST(view.get_created_event_counter()
                 + view.get_subsequent_event_counter()
               == static_cast<int64_t>(rounds_));
    BOOST_TEST(view.max_tracking_id("upstream").value() == head_);
  }

  projection_runner& runner(size_t i) {
    return *runners_[i];
  }

private:
  std::vector<std::shared_ptr<memory_event_counters>> views_;
  std::vector<std::unique_ptr<projection_runner>> runners_;
  log_position head_ = log_start;
  size_t rounds_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(many_projections_test)

BOOST_AUTO_TEST_CASE_TEMPLATE(each_folds_what_is_its_own, Backend,
                              runner_backends) {
  many_fixture<Backend> fixture;
  // Some find events that are there, others come later.
  fixture.append_rounds(20);
  for (size_t i = 0; i < projection_count; ++i) {
    fixture.start(i);
    fixture.append_rounds(1);
  }
  for (size_t i = 0; i < projection_count; ++i)
    fixture.check(i);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(rebuild_does_not_disturb_the_others, Backend,
                              runner_backends) {
  many_fixture<Backend> fixture;
  for (size_t i = 0; i < projection_count; ++i)
    fixture.start(i);
  fixture.append_rounds(20);
  for (size_t i = 0; i < projection_count; i += 3) {
    fixture.runner(i).rebuild();
    fixture.append_rounds(1);
  }
  for (size_t i = 0; i < projection_count; ++i)
    fixture.check(i);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(one_that_stands_still_holds_back_no_other,
                              Backend, runner_backends) {
  many_fixture<Backend> fixture;
  std::promise<void> is_released;
  auto released = is_released.get_future().share();
  fixture.start(0, [released](const recorded_event&) { released.wait(); });
  for (size_t i = 1; i < projection_count; ++i)
    fixture.start(i);
  fixture.append_rounds(50);
  for (size_t i = 1; i < projection_count; ++i)
    fixture.check(i);
  BOOST_TEST(fixture.runner(0).status().position == log_start);
  is_released.set_value();
  fixture.check(0);
}

BOOST_AUTO_TEST_SUITE_END()
