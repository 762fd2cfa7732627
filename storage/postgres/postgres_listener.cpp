#include "projections/storage/postgres/postgres_listener.hpp"

#include "projections/storage/log/shared_by_key.hpp"
#include "projections/storage/postgres/postgres_session.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

namespace projections {

namespace {

constexpr std::chrono::milliseconds pause_min{10};
constexpr std::chrono::milliseconds pause_max{1000};

/// How long the server is given to take back what is listened on, and the
/// thread to end.
constexpr std::chrono::milliseconds answer_max{400};
constexpr std::chrono::milliseconds end_max{500};

/// Passes notifications on one channel on.
class receiver final : public pqxx::notification_receiver {
public:
  receiver(pqxx::connection_base& at, const std::string& channel,
           std::weak_ptr<change_signal> signal)
    : notification_receiver(at, channel), signal_(std::move(signal)) {
    // nop
  }

  void operator()(const std::string&, int) override {
    if (auto found = signal_.lock())
      found->notify();
  }

  /// Returns whether it is `x` that is told.
  [[nodiscard]] bool tells(const std::shared_ptr<change_signal>& x) const {
    return signal_.lock() == x;
  }

private:
  std::weak_ptr<change_signal> signal_;
};

} // namespace

/// A session with what listens in it, which the destructor of the listener can
/// reach for as long as it is used.
class postgres_listener::ears {
public:
  ears(postgres_listener& user, const postgres_uri& uri, int interrupt)
    : session(uri, interrupt), in_use_(user, session) {
    // nop
  }

  ears(const ears&) = delete;
  ears& operator=(const ears&) = delete;

  /// Receivers take back what they listen on. A server that does not answer is
  /// not asked for that.
  ~ears() {
    if (!session.execute_within(answer_max, "UNLISTEN *"))
      session.shut_down();
  }

  postgres_session session;

private:
  /// Tells the listener of the session.
  class registration {
  public:
    registration(postgres_listener& user, postgres_session& x) : user_(user) {
      std::lock_guard guard{user_.mutex_};
      user_.session_ = &x;
    }

    registration(const registration&) = delete;
    registration& operator=(const registration&) = delete;

    ~registration() {
      {
        std::lock_guard guard{user_.mutex_};
        user_.session_ = nullptr;
      }
      user_.unused_.notify_all();
    }

  private:
    postgres_listener& user_;
  };

  registration in_use_;

public:
  std::map<std::string, receiver> receivers;
};

std::shared_ptr<change_signal>
postgres_listener::signal(const postgres_uri& uri, const std::string& channel) {
  static shared_by_key<std::string, postgres_listener> listeners;
  auto listener = listeners.get(uri.connection_string(), [&uri] {
    return std::make_shared<postgres_listener>(uri);
  });
  // Who holds the signal holds the listener too.
  struct both {
    std::shared_ptr<postgres_listener> listener;
    std::shared_ptr<change_signal> signal;
  };
  auto signal = listener->add(channel);
  auto kept = std::make_shared<both>(both{std::move(listener), signal});
  return {kept, signal.get()};
}

postgres_listener::postgres_listener(postgres_uri uri) : uri_(std::move(uri)) {
  thread_ = std::thread{[this] { run(); }};
}

postgres_listener::~postgres_listener() {
  stop_.set();
  {
    std::unique_lock guard{mutex_};
    auto is_unused
      = unused_.wait_for(guard, end_max, [this] { return !session_; });
    if (!is_unused)
      session_->shut_down();
  }
  thread_.join();
}

std::shared_ptr<change_signal>
postgres_listener::add(const std::string& channel) {
  auto result
    = change_signal::named(uri_.database_name() + " channel " + channel);
  std::lock_guard guard{mutex_};
  auto& found = signals_[channel];
  if (found.expired()) {
    found = result;
    added_.set();
  }
  return result;
}

/// Returns the signals that somebody still has.
std::map<std::string, std::shared_ptr<change_signal>>
postgres_listener::wanted() {
  std::map<std::string, std::shared_ptr<change_signal>> result;
  std::lock_guard guard{mutex_};
  added_.clear();
  std::erase_if(signals_, [](auto& x) { return x.second.expired(); });
  for (auto& [channel, signal] : signals_)
    if (auto found = signal.lock())
      result.emplace(channel, std::move(found));
  return result;
}

void postgres_listener::run() {
  auto next_pause = pause_min;
  do {
    try {
      auto began = change_signal::clock::now();
      try {
        listen();
        return;
      } catch (...) {
        // A session that has lasted was not the fault of the database.
        if (change_signal::clock::now() - began > pause_max)
          next_pause = pause_min;
        throw;
      }
    } catch (const std::exception&) {
      // Whoever waits has a poll of its own, and meets the error there.
    }
  } while (
    !pause(std::exchange(next_pause, std::min(next_pause * 2, pause_max))));
}

/// Listens until the listener is to end. Throws when the connection is lost.
void postgres_listener::listen() {
  ears at{*this, uri_, stop_.descriptor()};
  while (!pause(std::chrono::milliseconds{0})) {
    auto signals = wanted();
    std::erase_if(at.receivers, [&](auto& x) {
      auto found = signals.find(x.first);
      return found == signals.end() || !x.second.tells(found->second);
    });
    for (auto& [channel, signal] : signals)
      if (at.receivers.try_emplace(channel, at.session, channel, signal).second)
        // What was told before the channel was listened on was missed.
        signal->notify();
    signals.clear();
    at.session.get_notifs();
    if (!at.session.is_open())
      throw pqxx::broken_connection{"the connection was lost"};
    std::array<pollfd, 3> watched{{{at.session.sock(), POLLIN, 0},
                                   {stop_.descriptor(), POLLIN, 0},
                                   {added_.descriptor(), POLLIN, 0}}};
    ::poll(watched.data(), watched.size(), -1);
    if (watched[0].revents != 0)
      at.session.get_notifs();
  }
}

/// Waits for `time`, or until the listener is to end; returns whether it is.
bool postgres_listener::pause(std::chrono::milliseconds time) {
  pollfd watched{stop_.descriptor(), POLLIN, 0};
  return ::poll(&watched, 1, static_cast<int>(time.count())) > 0;
}

} // namespace projections
