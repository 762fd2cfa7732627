#include "projections/runtime/event_log.hpp"

#include "projections/actors/log/event_store_actor.hpp"
#include "projections/actors/log/log_reader_actor.hpp"
#include "projections/actors/log/monitor_actor.hpp"
#include "projections/storage/log/shared_event_store.hpp"

#include <caf/scoped_actor.hpp>

#include <stdexcept>
#include <utility>

namespace projections {

event_log::event_log(caf::actor_system& system, const store_opener& open,
                     event_log_settings settings)
  : system_(system), monitor_(std::move(settings.monitor)),
    owns_monitor_(!monitor_) {
  store_ = std::make_shared<shared_event_store>(open());
  std::shared_ptr<event_store> reads = open();
  appender_
    = compat::spawn_state<event_store_state, caf::detached>(system, store_);
  reader_ = compat::spawn_state<log_reader_state, caf::detached>(
    system, std::move(reads));
  if (owns_monitor_)
    monitor_ = compat::spawn_state<monitor_state>(system);
  compat::send_anonymously(
    monitor_, watch_log{std::move(settings.name), appender_, reader_});
}

event_log::~event_log() {
  caf::anon_send_exit(appender_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(reader_, caf::exit_reason::user_shutdown);
  if (owns_monitor_)
    caf::anon_send_exit(monitor_, caf::exit_reason::user_shutdown);
}

std::shared_ptr<event_store> event_log::store() const {
  return store_;
}

system_status event_log::status() const {
  caf::scoped_actor self{system_};
  system_status result;
  compat::request(self, monitor_, get_system_status{})
    .receive([&](system_status& x) { result = std::move(x); },
             [](const caf::error& e) {
               throw std::runtime_error{"the monitor does not answer: "
                                        + compat::text_of(e)};
             });
  return result;
}

} // namespace projections
