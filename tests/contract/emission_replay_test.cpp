// Goal: what was emitted before is not emitted again, and never replaced.
// Method: emission recorders over every backend that begin at the start again,
// with the same emissions and with others.
#include "projections/folds/emissions/event_id.hpp"
#include "tests/contract/backends.hpp"
#include "tests/contract/emitting.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace projections;
using namespace projections::test;

BOOST_AUTO_TEST_SUITE(emission_replay)

BOOST_AUTO_TEST_CASE_TEMPLATE(repeated_emissions_write_nothing, Backend,
                              backends) {
  Backend backend;
  auto recorder = over(backend.open_recorder());
  emit_all(*recorder, 1, 5);
  auto before = content_of(*backend.open_store());
  recorder->clear();
  recorder->forget("social");
  emit_all(*recorder, 1, 5);
  BOOST_TEST((content_of(*backend.open_store()) == before));
  BOOST_TEST((recorder->max_tracking_id("social") == 5));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(replay_goes_over_into_what_is_new, Backend,
                              backends) {
  Backend expected;
  emit_all(*over(expected.open_recorder()), 1, 8);
  Backend backend;
  auto recorder = over(backend.open_recorder());
  emit_all(*recorder, 1, 5);
  recorder->forget("social");
  emit_all(*recorder, 1, 2);
  emit_all(*recorder, 3, 4);
  emit_all(*recorder, 5, 7);
  emit_all(*recorder, 8, 8);
  BOOST_TEST(
    (content_of(*backend.open_store()) == content_of(*expected.open_store())));
  BOOST_TEST((recorder->max_tracking_id("social") == 8));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(divergence_in_a_replay_fails, Backend, backends) {
  Backend backend;
  auto recorder = over(backend.open_recorder());
  emit_all(*recorder, 1, 2);
  recorder->forget("social");
  emit_all(*recorder, 1, 1);
  BOOST_CHECK_THROW(
    recorder->emit(source_at(2), {{"own2", "A", "other"}}, {"social", 2}),
    divergence_error);
  BOOST_TEST((recorder->max_tracking_id("social") == 1));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(divergence_fails_and_changes_nothing, Backend,
                              backends) {
  Backend backend;
  auto recorder = over(backend.open_recorder());
  emit_all(*recorder, 1, 1);
  recorder->forget("social");
  auto before = content_of(*backend.open_store());
  for (auto changed :
       {emission{"own1", "A", "other"}, emission{"own1", "Other", "1"},
        emission{"elsewhere", "A", "1"}})
    BOOST_CHECK_THROW(recorder->emit(source_at(1), {changed}, {"social", 1}),
                      divergence_error);
  BOOST_TEST((content_of(*backend.open_store()) == before));
  BOOST_TEST(!backend.open_recorder()->max_tracking_id("social"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(divergence_is_reported_where_what_is_stored_stays,
                              Backend, backends) {
  Backend backend;
  std::string reported;
  auto recorder = over(backend.open_recorder(),
                       {"p", {}, divergence_policy::keep_stored, [&](auto& x) {
                          reported = x.describe();
                        }});
  emit_all(*recorder, 1, 1);
  recorder->forget("social");
  recorder->emit(source_at(1), {{"own1", "A", "other"}}, {"social", 1});
  BOOST_TEST(
    reported
    == "projection \"p\" has emitted \"A\" in stream \"own1\" with 1 for the "
       "event at version 1 of stream \"u1\" of application \"social\", and "
       "would emit \"A\" in stream \"own1\" with other now (idempotency key "
         + emission_key("p", "social", "u1", 1, 0)
         + "): its function was changed, or does not depend on the event "
           "alone");
  BOOST_TEST(content_of(*backend.open_store()).size() == 3u);
  BOOST_TEST((recorder->max_tracking_id("social") == 1));
}

BOOST_AUTO_TEST_SUITE_END()
