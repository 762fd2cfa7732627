// Goal: what is saved is recorded whole or not at all, and comes back as it
// was. Method: dogs and cats in a store in memory, behind one that counts what
// is asked of it and fails on demand.
#include "projections/folds/aggregates/application.hpp"

#include "projections/storage/log/store_error.hpp"
#include "projections/storage/log/wrapped_event_store.hpp"
#include "projections/storage/memory/memory_event_store.hpp"
#include "tests/folds/aggregates/dogs_and_cats.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>

using namespace projections;
using namespace projections::test;

namespace {

/// A store in memory that watches its user.
class watched_store final : public wrapped_event_store {
public:
  watched_store()
    : wrapped_event_store(
      std::make_shared<memory_event_store>(std::make_shared<memory_log>())) {
    // nop
  }

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override {
    ++appends;
    if (is_broken)
      throw store_unavailable{"the store is broken"};
    return wrapped_event_store::append(requests);
  }

  std::vector<recorded_event> read_stream(std::string_view stream,
                                          stream_version after,
                                          size_t limit) override {
    largest_read = std::max(largest_read, limit);
    return wrapped_event_store::read_stream(stream, after, limit);
  }

  size_t appends = 0;
  size_t largest_read = 0;
  bool is_broken = false;
};

/// An aggregate that breaks the rule for the constructor that takes an id.
class eager : public aggregate<eager> {
public:
  using events = event_types<cat_seen>;

  explicit eager(const uuid& id) : aggregate(id) {
    trigger_event(cat_seen{""});
  }

  void apply(const cat_seen&) {
    // nop
  }
};

struct fixture {
  std::shared_ptr<watched_store> store = std::make_shared<watched_store>();
  application<dog, cat> app{"DogSchool", store};
};

/// Returns what the exception `E` says that `f` throws.
template <class E, class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return "no error";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(application_suite, fixture)

// -- saving -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(saved_events_come_back_with_their_places) {
  dog fido{"Fido"};
  fido.add_trick("sit");
  cat tom;
  tom.see("roof");
  auto pending = fido.pending_events();
  auto recordings = app.save(fido, tom);
  BOOST_REQUIRE_EQUAL(recordings.size(), 3u);
  for (size_t i = 0; i < 2; ++i) {
    BOOST_TEST(recordings[i].stream == fido.stream());
    BOOST_TEST(recordings[i].version == static_cast<stream_version>(i + 1));
    BOOST_TEST(recordings[i].topic == pending[i].topic);
    BOOST_TEST(recordings[i].payload == pending[i].payload);
  }
  BOOST_TEST(recordings[2].stream == tom.stream());
  BOOST_TEST(recordings[2].version == 1);
  BOOST_TEST(recordings[2].topic == "garden:Cat.Seen");
  // They are what a reader of the log finds.
  auto events = store->read_all(log_start, 10, {}).events;
  BOOST_REQUIRE_EQUAL(events.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    BOOST_TEST(events[i].position == recordings[i].position);
    BOOST_TEST(events[i].stream == recordings[i].stream);
    BOOST_TEST(events[i].version == recordings[i].version);
    BOOST_TEST(events[i].topic == recordings[i].topic);
    BOOST_TEST(events[i].payload == recordings[i].payload);
  }
  BOOST_TEST(store->appends == 1u);
}

BOOST_AUTO_TEST_CASE(saved_aggregate_has_nothing_pending_and_goes_on) {
  dog fido{"Fido"};
  app.save(fido);
  BOOST_TEST(fido.pending_events().empty());
  BOOST_TEST(fido.version() == 1);
  BOOST_TEST(fido.saved_version() == 1);
  fido.add_trick("sit");
  auto recordings = app.save(fido);
  BOOST_REQUIRE_EQUAL(recordings.size(), 1u);
  BOOST_TEST(recordings[0].version == 2);
}

BOOST_AUTO_TEST_CASE(saving_nothing_is_no_error_and_no_append) {
  cat tom;
  BOOST_TEST(app.save(tom).empty());
  BOOST_TEST(app.save().empty());
  BOOST_TEST(store->appends == 0u);
}

BOOST_AUTO_TEST_CASE(aggregate_without_events_goes_along) {
  dog fido{"Fido"};
  app.save(fido);
  cat tom;
  tom.see("roof");
  BOOST_TEST(app.save(fido, tom).size() == 1u);
  BOOST_TEST(tom.pending_events().empty());
}

BOOST_AUTO_TEST_CASE(aggregate_named_twice_is_saved_once) {
  dog fido{"Fido"};
  BOOST_TEST(app.save(fido, fido).size() == 1u);
  BOOST_TEST(fido.pending_events().empty());
}

BOOST_AUTO_TEST_CASE(conflict_is_told_with_its_versions) {
  dog fido{"Fido"};
  app.save(fido);
  auto other = app.repository().get<dog>(fido.id());
  other.add_trick("roll over");
  other.add_trick("sit");
  app.save(other);
  fido.add_trick("jump");
  auto is_conflict = [&](const wrong_expected_version& e) {
    return e.stream() == fido.stream() && e.expected() == 1 && e.actual() == 3
           && std::string{e.what()}
                == "stream \"" + fido.stream()
                     + "\" was expected that has version 1, but it has "
                       "version 3";
  };
  BOOST_CHECK_EXCEPTION(app.save(fido), wrong_expected_version, is_conflict);
  BOOST_TEST(fido.pending_events().size() == 1u);
  BOOST_TEST(fido.version() == 2);
  BOOST_TEST(fido.saved_version() == 1);
}

BOOST_AUTO_TEST_CASE(conflict_of_one_saves_none) {
  for (auto outdated_is_first : {true, false}) {
    dog fido{"Fido"};
    app.save(fido);
    auto outdated = fido;
    fido.add_trick("sit");
    app.save(fido);
    auto head = store->head();
    outdated.add_trick("jump");
    cat tom;
    tom.see("roof");
    tom.see("tree");
    auto is_about_the_dog = [&](const wrong_expected_version& e) {
      return e.stream() == fido.stream();
    };
    if (outdated_is_first)
      BOOST_CHECK_EXCEPTION(app.save(outdated, tom), wrong_expected_version,
                            is_about_the_dog);
    else
      BOOST_CHECK_EXCEPTION(app.save(tom, outdated), wrong_expected_version,
                            is_about_the_dog);
    BOOST_TEST(store->head() == head);
    BOOST_TEST(!app.repository().contains(tom.id()));
    BOOST_TEST(outdated.pending_events().size() == 1u);
    BOOST_REQUIRE_EQUAL(tom.pending_events().size(), 2u);
    BOOST_TEST(tom.pending_events()[0].payload.find("roof")
               != std::string::npos);
    // What was not at fault can be saved by itself.
    BOOST_TEST(app.save(tom).size() == 2u);
  }
}

BOOST_AUTO_TEST_CASE(events_stay_pending_if_the_store_fails) {
  dog fido{"Fido"};
  cat tom;
  tom.see("roof");
  store->is_broken = true;
  BOOST_TEST(error_of<store_unavailable>([&] { app.save(fido, tom); })
             == "the store is broken");
  BOOST_TEST(fido.pending_events().size() == 1u);
  BOOST_TEST(tom.pending_events().size() == 1u);
  store->is_broken = false;
  BOOST_TEST(app.save(fido, tom).size() == 2u);
}

BOOST_AUTO_TEST_CASE(event_that_is_too_large_is_refused) {
  cat tom;
  tom.see(std::string(size_t{64} << 20, 'x'));
  auto error = error_of<store_error>([&] { app.save(tom); });
  BOOST_TEST(error.find("; at most 67108864 are taken") != error.npos, error);
  BOOST_TEST(tom.pending_events().size() == 1u);
}

// -- rebuilding ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(aggregate_is_rebuilt_as_it_is_or_was) {
  dog fido{"Fido"};
  for (auto trick : {"sit", "roll over", "jump"})
    fido.add_trick(trick);
  app.save(fido);
  auto now = app.repository().get<dog>(fido.id());
  BOOST_TEST((now.id() == fido.id()));
  BOOST_TEST(now.name == "Fido");
  BOOST_TEST(now.tricks == fido.tricks, boost::test_tools::per_element());
  BOOST_TEST(now.version() == 4);
  BOOST_TEST(now.pending_events().empty());
  auto then = app.repository().get<dog>(fido.id(), 2);
  BOOST_TEST(then.tricks == std::vector<std::string>{"sit"},
             boost::test_tools::per_element());
  BOOST_TEST(then.version() == 2);
  BOOST_TEST(app.repository().get<dog>(fido.id(), 4).version() == 4);
}

BOOST_AUTO_TEST_CASE(long_streams_are_read_in_slices) {
  cat tom;
  for (auto i = 0; i < 2'500; ++i)
    tom.see(std::to_string(i));
  app.save(tom);
  for (stream_version version : {999, 1'000, 1'001, 2'000, 2'500}) {
    auto x = app.repository().get<cat>(tom.id(), version);
    BOOST_TEST(x.version() == version);
    BOOST_TEST(x.places.back() == std::to_string(version - 1));
  }
  BOOST_TEST(app.repository().get<cat>(tom.id()).places == tom.places,
             boost::test_tools::per_element());
  BOOST_TEST(store->largest_read == 1'000u);
}

BOOST_AUTO_TEST_CASE(unknown_aggregate_is_named) {
  auto id = random_uuid();
  auto text = hex_of(id);
  auto error = [&](std::optional<stream_version> version) {
    return error_of<aggregate_not_found>(
      [&] { (void) app.repository().get<dog>(id, version); });
  };
  BOOST_TEST(error({}) == "there is no aggregate " + text);
  BOOST_TEST(error(3) == "there is no aggregate " + text);
  dog fido{id};
  fido.trigger_event(dog_registered{"Fido"});
  app.save(fido);
  BOOST_TEST(error({}) == "no error");
  BOOST_TEST(error(2) == "aggregate " + text + " has no version 2");
  BOOST_TEST(error(std::numeric_limits<stream_version>::max())
             == "aggregate " + text + " has no version 9223372036854775807");
  BOOST_TEST(error(0) == "aggregate " + text + " has no version 0");
  BOOST_TEST(error(-1) == "aggregate " + text + " has no version -1");
}

BOOST_AUTO_TEST_CASE(aggregate_of_another_type_is_refused) {
  cat tom;
  tom.see("roof");
  app.save(tom);
  auto error = error_of<unknown_topic>(
    [&] { (void) app.repository().get<dog>(tom.id()); });
  BOOST_TEST(error
             == "unknown topic: event \"garden:Cat.Seen\" at position 1 "
                "(version 1 of stream \""
                  + tom.stream()
                  + "\"); an aggregate of this type has the topics "
                    "\"dogschool:Dog.Registered\", "
                    "\"dogschool:Dog.TrickAdded\"");
}

BOOST_AUTO_TEST_CASE(event_of_another_format_is_refused) {
  auto id = random_uuid();
  store->append(
    {{hex_of(id), any_version, {{"garden:Cat.Seen", R"({"where":3})"}}}});
  BOOST_TEST(
    error_of<event_format_error>([&] { (void) app.repository().get<cat>(id); })
    == "event \"garden:Cat.Seen\" at position 1 (version 1 of stream "
       "\""
         + hex_of(id) + "\"): member \"where\": expected a string, found 3");
}

BOOST_AUTO_TEST_CASE(repository_contains_what_was_saved) {
  cat tom;
  tom.see("roof");
  BOOST_TEST(!app.repository().contains(tom.id()));
  app.save(tom);
  BOOST_TEST(app.repository().contains(tom.id()));
}

BOOST_AUTO_TEST_CASE(constructor_from_an_id_must_not_trigger_events) {
  application<eager> other{"Other", store};
  BOOST_TEST(error_of<std::logic_error>(
               [&] { (void) other.repository().get<eager>(random_uuid()); })
             == "an aggregate constructed from an id alone must not trigger "
                "events");
}

// -- the application ----------------------------------------------------------

BOOST_AUTO_TEST_CASE(application_knows_its_name_store_and_topics) {
  BOOST_TEST(app.name() == "DogSchool");
  BOOST_TEST((app.store() == store));
  std::vector<std::string> expected{
    "dogschool:Dog.Registered", "dogschool:Dog.TrickAdded", "garden:Cat.Seen"};
  BOOST_TEST(app.topics() == expected, boost::test_tools::per_element());
  static_assert(
    std::same_as<application<cat, eager>::events, event_types<cat_seen>>);
}

BOOST_AUTO_TEST_CASE(application_needs_a_name_and_a_store) {
  BOOST_TEST(
    error_of<std::invalid_argument>([&] { application<dog> x("", store); })
    == "an application without a name");
  BOOST_TEST(error_of<std::invalid_argument>(
               [] { application<dog> x("DogSchool", nullptr); })
             == "application \"DogSchool\" without an event store");
}

BOOST_AUTO_TEST_SUITE_END()
