#include "tests/actors/deterministic.hpp"

#include <caf/actor_registry.hpp>
#include <caf/scheduled_actor.hpp>

#include <boost/test/unit_test.hpp>
#include <spdlog/spdlog.h>

#include <stdexcept>
#include <string>

namespace projections::test {

deterministic_configuration::deterministic_configuration() {
  compat::add_message_types<caf::id_block::projections>(*this);
  compat::use_test_scheduler(*this);
}

deterministic_configuration deterministic_configuration::make() {
  compat::add_core_message_types();
  // What fails here fails on purpose.
  spdlog::set_level(spdlog::level::off);
  return {};
}

deterministic_system::deterministic_system()
  : config_(deterministic_configuration::make()), system_(config_) {
  // Else an actor that is left would hang the test instead of failing it.
  system_.await_actors_before_shutdown(false);
}

deterministic_system::~deterministic_system() {
  run();
  BOOST_TEST(system_.registry().running() == 0u);
}

bool deterministic_system::run_one() {
  auto& scheduler = compat::test_scheduler_of(system_);
  if (scheduler.jobs.empty())
    return false;
  compat::run_job(scheduler, 0);
  return true;
}

bool deterministic_system::run_latest() {
  auto& scheduler = compat::test_scheduler_of(system_);
  if (scheduler.jobs.empty())
    return false;
  compat::run_job(scheduler, scheduler.jobs.size() - 1);
  return true;
}

void deterministic_system::run() {
  while (run_one()) {
    // nop
  }
}

void deterministic_system::run_in_any_order(std::mt19937_64& chance) {
  auto& scheduler = compat::test_scheduler_of(system_);
  while (!scheduler.jobs.empty())
    compat::run_job(scheduler, chance() % scheduler.jobs.size());
}

void deterministic_system::run_until_ready(std::string_view name) {
  while (!ready_actor(name))
    if (!run_one())
      throw std::runtime_error{"no message came for " + std::string{name}};
}

void deterministic_system::advance(std::chrono::milliseconds by) {
  compat::advance_clock(system_, by);
}

caf::strong_actor_ptr deterministic_system::ready_actor(std::string_view name) {
  for (auto job : compat::test_scheduler_of(system_).jobs)
    if (auto self = dynamic_cast<caf::scheduled_actor*>(job);
        self != nullptr && self->name() == name)
      return caf::actor_cast<caf::strong_actor_ptr>(self->address());
  return nullptr;
}

size_t deterministic_system::ready_count() {
  return compat::test_scheduler_of(system_).jobs.size();
}

} // namespace projections::test
