// Goal: the subscription set as the protocol has it, from "every type" to
// empty.
#include "projections/folds/deliveries/subscriptions.hpp"

#include <boost/test/unit_test.hpp>

using namespace projections;

BOOST_AUTO_TEST_SUITE(subscriptions_test)

BOOST_AUTO_TEST_CASE(every_type_is_taken_before_the_first_subscribe) {
  subscriptions types;
  BOOST_TEST(types.take("UserCreated"));
}

BOOST_AUTO_TEST_CASE(unsubscribe_before_the_first_subscribe_changes_nothing) {
  subscriptions types;
  types.unsubscribe(R"(["UserCreated"])");
  BOOST_TEST(types.take("UserCreated"));
  BOOST_TEST(types.take("UserDeleted"));
}

BOOST_AUTO_TEST_CASE(only_subscribed_types_are_taken_after_it) {
  subscriptions types;
  types.subscribe(R"(["UserCreated", "UserUpdated"])");
  BOOST_TEST(types.take("UserCreated"));
  BOOST_TEST(types.take("UserUpdated"));
  BOOST_TEST(!types.take("UserDeleted"));
}

BOOST_AUTO_TEST_CASE(subscribing_again_adds_types) {
  subscriptions types;
  types.subscribe(R"(["UserCreated"])");
  types.subscribe(R"(["UserCreated","UserDeleted"])");
  BOOST_TEST(types.take("UserCreated"));
  BOOST_TEST(types.take("UserDeleted"));
}

BOOST_AUTO_TEST_CASE(set_may_become_empty) {
  subscriptions types;
  types.subscribe(R"(["UserCreated"])");
  types.unsubscribe(R"(["UserCreated", "Unheard"])");
  BOOST_TEST(!types.take("UserCreated"));
  BOOST_TEST(!types.take("UserUpdated"));
}

BOOST_AUTO_TEST_CASE(types_are_compared_as_escaped_text) {
  subscriptions types;
  types.subscribe(R"(["a\"b"])");
  BOOST_TEST(types.take(R"(a\"b)"));
}

BOOST_AUTO_TEST_SUITE_END()
