#include "runtime/event_log.hpp"

#include "actors/log_reader.hpp"
#include "storage/shared_event_store.hpp"

#include <utility>

namespace projections {

event_log::event_log(caf::actor_system& system, const store_opener& open)
  : system_(system) {
  store_ = std::make_shared<shared_event_store>(open());
  std::shared_ptr<event_store> reads = open();
  appender_
    = compat::spawn_state<event_store_state, caf::detached>(system, store_);
  reader_ = compat::spawn_state<log_reader_state, caf::detached>(
    system, std::move(reads));
}

event_log::~event_log() {
  caf::anon_send_exit(appender_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(reader_, caf::exit_reason::user_shutdown);
}

} // namespace projections
