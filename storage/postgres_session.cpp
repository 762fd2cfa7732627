#include "storage/postgres_session.hpp"

// Only libpq connects in steps, hands out what cancels from another thread, and
// tells the state of a transaction.
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <new>

namespace projections {

namespace {

struct connection_release {
  void operator()(PGconn* x) const noexcept {
    PQfinish(x);
  }
};

} // namespace

// -- interruptible_connect ----------------------------------------------------

interruptible_connect::interruptible_connect(const postgres_uri& uri,
                                             int interrupt)
  : connectionpolicy(uri.connection_string()), interrupt_(interrupt),
    timeout_s_(uri.connect_timeout_s()) {
  // nop
}

interruptible_connect::handle
interruptible_connect::do_startconnect(handle existing) {
  if (existing != nullptr)
    return existing;
  std::unique_ptr<PGconn, connection_release> made{
    PQconnectStart(options().c_str())};
  if (!made)
    throw std::bad_alloc{};
  poll_until_connected(made.get());
  cancel_.reset(PQgetCancel(made.get()));
  connection_ = made.get();
  return made.release();
}

void interruptible_connect::poll_until_connected(PGconn* connection) {
  using clock = std::chrono::steady_clock;
  auto deadline = clock::now() + std::chrono::seconds{timeout_s_};
  auto state = PGRES_POLLING_WRITING;
  for (;;) {
    if (state == PGRES_POLLING_OK)
      return;
    if (state == PGRES_POLLING_FAILED || PQstatus(connection) == CONNECTION_BAD)
      throw pqxx::broken_connection{first_line(PQerrorMessage(connection))};
    auto wait_ms = -1;
    if (timeout_s_ > 0) {
      auto left
        = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now());
      wait_ms = static_cast<int>(std::max<int64_t>(left.count(), 0));
    }
    short wanted = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    std::array<pollfd, 2> watched{
      {{PQsocket(connection), wanted, 0}, {interrupt_, POLLIN, 0}}};
    auto ready = ::poll(watched.data(), watched.size(), wait_ms);
    if (watched[1].revents != 0)
      throw pqxx::broken_connection{"it was interrupted while connecting"};
    if (ready == 0)
      throw pqxx::broken_connection{"no connection within "
                                    + std::to_string(timeout_s_) + " s"};
    if (ready > 0)
      state = PQconnectPoll(connection);
    else if (errno != EINTR)
      throw pqxx::broken_connection{"poll failed while connecting"};
  }
}

void interruptible_connect::cancel_release::operator()(
  pg_cancel* x) const noexcept {
  PQfreeCancel(x);
}

// -- postgres_session ---------------------------------------------------------

postgres_session::postgres_session(const postgres_uri& uri, int interrupt)
  : interruptible_connect(uri, interrupt),
    connection_base(static_cast<pqxx::connectionpolicy&>(*this)) {
  init();
#include <pqxx/internal/ignore-deprecated-pre.hxx>
  // A session that is made anew behind the back of its owner would be in no
  // transaction and hold no lock.
  inhibit_reactivation(true);
#include <pqxx/internal/ignore-deprecated-post.hxx>
}

postgres_session::~postgres_session() {
  close();
}

const std::string& postgres_session::statement(std::string_view sql) {
  std::string text{sql};
  auto found = statements_.find(text);
  if (found == statements_.end()) {
    auto name = "projections_" + std::to_string(statements_.size());
    prepare(name, text);
    // Not at its first use, which may be by its name.
    prepare_now(name);
    found = statements_.emplace(std::move(text), std::move(name)).first;
  }
  return found->second;
}

void postgres_session::cancel() noexcept {
  std::array<char, 256> problem{};
  // If it cannot be cancelled, its connection is as good as lost, which its
  // owner is about to see.
  if (cancel_)
    PQcancel(cancel_.get(), problem.data(), static_cast<int>(problem.size()));
}

bool postgres_session::lost() const noexcept {
  if (!is_open())
    return true;
  pollfd watched{sock(), POLLRDHUP, 0};
  return ::poll(&watched, 1, 0) > 0;
}

bool postgres_session::transaction_failed() const noexcept {
  return PQtransactionStatus(connection_) == PQTRANS_INERROR;
}

std::string postgres_session::last_problem() const {
  return first_line(PQerrorMessage(connection_));
}

std::string first_line(std::string_view message) {
  auto line = message.substr(0, message.find('\n'));
  for (std::string_view severity : {"ERROR:", "FATAL:", "PANIC:"})
    if (line.starts_with(severity)) {
      line.remove_prefix(severity.size());
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    }
  return std::string{line};
}

} // namespace projections
