// Hears what other processes tell of a PostgreSQL database with NOTIFY. Shared
// by the event stores and recorders of this process.
#pragma once

#include "projections/storage/log/change_signal.hpp"
#include "projections/storage/postgres/postgres_uri.hpp"
#include "projections/storage/postgres/wake_descriptor.hpp"

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace projections {

class postgres_session;

/// A connection and a thread that listen on the channels of one database. When
/// the connection is lost it is made again, first after 10 ms, then after up to
/// a second, and then every signal tells of a change, since one may have been
/// missed. What is heard is a hint: an owner of a signal still looks for itself
/// now and then. Thread-safe.
class postgres_listener {
public:
  /// Returns a signal that tells of notifications on `channel` in the database
  /// of `uri`, and of what `notify` of it is called for. It is the same for all
  /// objects of this process; the listener lives as long as one of its signals.
  /// An unreachable database is not an error.
  [[nodiscard]] static std::shared_ptr<change_signal>
  signal(const postgres_uri& uri, const std::string& channel);

  explicit postgres_listener(postgres_uri uri);

  /// Waiting and connecting end at once. A session is shut down if its server
  /// does not answer within half a second.
  ~postgres_listener();

private:
  class ears;

  std::shared_ptr<change_signal> add(const std::string& channel);
  std::map<std::string, std::shared_ptr<change_signal>> wanted();
  void run();
  void listen();
  bool pause(std::chrono::milliseconds time);

  postgres_uri uri_;

  /// Set when the thread is to end.
  wake_descriptor stop_;

  /// Set when a channel was added.
  wake_descriptor added_;

  /// Guards what follows.
  std::mutex mutex_;

  /// The session that the thread uses; null while there is none, which is told
  /// to the destructor.
  postgres_session* session_ = nullptr;
  std::condition_variable unused_;

  /// One entry for each channel, and so at most one for each table.
  std::map<std::string, std::weak_ptr<change_signal>> signals_;

  std::thread thread_;
};

} // namespace projections
