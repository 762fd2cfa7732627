// Goal: a view that is written once is opened by the name of any database, and
// is there for all who open it, under the name of its projection. Method: the
// event counters view and one with arguments of its own, over every backend.
#include "projections/runtime/open_view.hpp"

#include "tests/contract/backends.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <type_traits>

namespace {

using namespace projections;
using namespace projections::test;

/// What a view says of how it was made.
class described_view : public tracking_recorder {
public:
  [[nodiscard]] virtual std::string description() const = 0;
};

template <template <class> class Recorder>
class described_in final : public Recorder<described_view> {
public:
  /// In memory.
  described_in(std::string word, int number)
    : description_(std::move(word) + ' ' + std::to_string(number)) {
    // nop
  }

  /// In a database.
  described_in(const std::string& place, const std::string& projection,
               const std::string& word, int number)
    : Recorder<described_view>(place, projection),
      description_(projection + ' ' + word + ' ' + std::to_string(number)) {
    // nop
  }

  [[nodiscard]] std::string description() const override {
    return description_;
  }

private:
  std::string description_;
};

/// A view that only tracks, with the constructors of its recorder.
template <template <class> class Recorder>
class tracking_in final : public Recorder<tracking_recorder> {
public:
  using base = Recorder<tracking_recorder>;
  using base::base;
};

} // namespace

BOOST_AUTO_TEST_SUITE(open_view_test)

BOOST_AUTO_TEST_CASE_TEMPLATE(view_has_the_interface_and_the_backend, Backend,
                              backends) {
  Backend backend;
  auto view = open_view<event_counters_over>(parse_store_name(backend.name()),
                                             "eventcounters");
  static_assert(
    std::is_same_v<decltype(view), std::shared_ptr<event_counters_view>>);
  using expected = typename Backend::template view_type<event_counters_over>;
  BOOST_TEST((dynamic_cast<expected*>(view.get()) != nullptr));
  view->incr_created_event_counter({"upstream", 1});
  view->incr_subsequent_event_counter({"upstream", 2});
  BOOST_TEST(view->get_created_event_counter() == 1);
  BOOST_TEST(view->get_subsequent_event_counter() == 1);
  BOOST_TEST((view->max_tracking_id("upstream") == 2));
}

#if defined(PROJECTIONS_WITH_SQLITE) || defined(PROJECTIONS_WITH_POSTGRESQL)
BOOST_AUTO_TEST_CASE_TEMPLATE(view_in_a_database_is_there_for_all, Backend,
                              durable_backends) {
  Backend backend;
  auto name = parse_store_name(backend.name());
  open_view<event_counters_over>(name, "eventcounters")
    ->incr_created_event_counter({"upstream", 1});
  auto again = open_view<event_counters_over>(name, "eventcounters");
  BOOST_TEST(again->get_created_event_counter() == 1);
  BOOST_TEST((again->max_tracking_id("upstream") == 1));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(views_of_a_database_are_tracked_by_projection,
                              Backend, durable_backends) {
  Backend backend;
  auto name = parse_store_name(backend.name());
  open_view<tracking_in>(name, "one")->insert_tracking({"upstream", 3});
  BOOST_TEST(
    !open_view<tracking_in>(name, "other")->max_tracking_id("upstream"));
  BOOST_TEST(
    (open_view<tracking_in>(name, "one")->max_tracking_id("upstream") == 3));
}
#endif

BOOST_AUTO_TEST_CASE(view_in_memory_is_new_whatever_the_name) {
  auto name = parse_store_name("memory:shared");
  open_view<tracking_in>(name, "one")->insert_tracking({"upstream", 3});
  BOOST_TEST(!open_view<tracking_in>(name, "one")->max_tracking_id("upstream"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(view_is_made_of_the_arguments, Backend,
                              backends) {
  Backend backend;
  auto name = parse_store_name(backend.name());
  auto view = open_view<described_in>(name, "described", "with", 7);
  std::string expected
    = name.kind == store_kind::memory ? "with 7" : "described with 7";
  BOOST_TEST(view->description() == expected);
}

BOOST_AUTO_TEST_CASE(backend_that_is_not_built_is_refused) {
  store_name name{static_cast<store_kind>(255), "nowhere"};
  BOOST_CHECK_THROW((void) open_view<tracking_in>(name, "one"), store_error);
}

BOOST_AUTO_TEST_SUITE_END()
