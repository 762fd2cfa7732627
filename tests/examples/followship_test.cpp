// Goal: the command of the followship example does what it says, also while
// others write to the stream of the same user. Method: its handler over a store
// in memory, into which somebody else appends at the worst moment.
#include "examples/followship/followship.hpp"

#include "projections/storage/log/wrapped_event_store.hpp"
#include "projections/storage/memory/memory_event_store.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace projections;

namespace {

/// Calls `before_append` before each append.
class overtaken_store final : public wrapped_event_store {
public:
  using wrapped_event_store::wrapped_event_store;

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override {
    before_append();
    return wrapped_event_store::append(requests);
  }

  std::function<void()> before_append = [] {};
};

struct fixture {
  /// Records that `ann` was followed by a user who is new, as a projection
  /// does.
  void tell_ann() {
    social::was_followed event{random_uuid(), ann};
    memory_event_store{log}.append(
      {{hex_of(ann),
        any_version,
        {{std::string{event_type<social::was_followed>::topic},
          encode_event(event)}}}});
  }

  uuid ann = random_uuid();
  uuid bob = random_uuid();
  std::shared_ptr<memory_log> log = std::make_shared<memory_log>();
  std::shared_ptr<overtaken_store> store = std::make_shared<overtaken_store>(
    std::make_shared<memory_event_store>(log));
  social::network app{"Social", store};
  social::follow_handler handler{app};
};

} // namespace

BOOST_AUTO_TEST_SUITE(followship)

BOOST_AUTO_TEST_CASE(following_twice_records_nothing_more) {
  fixture f;
  f.handler.handle({f.ann, f.bob});
  f.handler.handle({f.ann, f.bob});
  BOOST_TEST(f.store->head() == 1);
  BOOST_TEST(
    (social::followship_of(f.app, f.ann).following() == std::vector{f.bob}));
}

BOOST_AUTO_TEST_CASE(following_oneself_is_refused) {
  fixture f;
  BOOST_CHECK_EXCEPTION(
    f.handler.handle({f.ann, f.ann}), std::invalid_argument,
    [&](const std::invalid_argument& e) {
      return e.what() == "user " + hex_of(f.ann) + " cannot follow themselves";
    });
  BOOST_TEST(f.store->head() == log_start);
}

BOOST_AUTO_TEST_CASE(user_who_was_followed_meanwhile_is_read_again) {
  fixture f;
  size_t times = 0;
  f.store->before_append = [&] {
    if (times++ < 3)
      f.tell_ann();
  };
  f.handler.handle({f.ann, f.bob});
  BOOST_TEST(f.handler.conflicts() == 3u);
  auto ann = social::followship_of(f.app, f.ann);
  BOOST_TEST((ann.following() == std::vector{f.bob}));
  BOOST_TEST(ann.followers().size() == 3u);
}

BOOST_AUTO_TEST_CASE(handler_gives_up_where_it_is_never_its_turn) {
  fixture f;
  f.store->before_append = [&] { f.tell_ann(); };
  BOOST_CHECK_THROW(f.handler.handle({f.ann, f.bob}), wrong_expected_version);
  BOOST_TEST(social::followship_of(f.app, f.ann).following().empty());
}

BOOST_AUTO_TEST_SUITE_END()
