#include "projections/storage/postgres/postgres_session.hpp"

// Only libpq connects in steps, hands out what cancels from another thread, and
// tells the state of a transaction.
#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <future>
#include <limits>
#include <new>
#include <thread>
#include <utility>

namespace projections {

namespace {

struct connection_release {
  void operator()(PGconn* x) const noexcept {
    PQfinish(x);
  }
};

struct result_release {
  void operator()(PGresult* x) const noexcept {
    PQclear(x);
  }
};

using clock = std::chrono::steady_clock;

/// Returns how many milliseconds there are until `deadline`, for `poll`.
int milliseconds_until(clock::time_point deadline) {
  auto left
    = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now());
  constexpr int64_t longest = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, longest));
}

/// Waits until the next result of `connection` can be taken without waiting.
/// Returns false if it cannot at `deadline`, or the connection is lost.
bool await_result(PGconn* connection, clock::time_point deadline) {
  while (PQisBusy(connection) != 0) {
    pollfd watched{PQsocket(connection), POLLIN, 0};
    auto ready = ::poll(&watched, 1, milliseconds_until(deadline));
    if (ready == 0 || (ready < 0 && errno != EINTR))
      return false;
    if (ready > 0 && PQconsumeInput(connection) != 1)
      return false;
  }
  return true;
}

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
  socket_.open(PQsocket(made.get()));
  cancel_ = {PQgetCancel(made.get()), PQfreeCancel};
  connection_ = made.get();
  return made.release();
}

void interruptible_connect::poll_until_connected(PGconn* connection) {
  auto deadline = clock::now() + std::chrono::seconds{timeout_s_};
  auto state = PGRES_POLLING_WRITING;
  for (;;) {
    if (state == PGRES_POLLING_OK)
      return;
    if (state == PGRES_POLLING_FAILED || PQstatus(connection) == CONNECTION_BAD)
      throw pqxx::broken_connection{first_line(PQerrorMessage(connection))};
    auto wait_ms = -1;
    if (timeout_s_ > 0)
      wait_ms = milliseconds_until(deadline);
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

interruptible_connect::socket_handle::~socket_handle() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

void interruptible_connect::socket_handle::open(int socket) {
  descriptor_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (descriptor_ < 0)
    throw pqxx::broken_connection{"there are too many open files"};
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
    auto name = "projections_" + std::to_string(names_++);
    prepare(name, text);
    // Not at its first use, which may be by its name.
    prepare_now(name);
    found = statements_.emplace(std::move(text), std::move(name)).first;
  }
  return found->second;
}

bool postgres_session::execute_within(std::chrono::milliseconds limit,
                                      const std::string& sql) noexcept {
  auto deadline = clock::now() + limit;
  if (PQsendQuery(connection_, sql.c_str()) != 1)
    return false;
  for (auto has_failed = false;;) {
    if (!await_result(connection_, deadline))
      return false;
    std::unique_ptr<PGresult, result_release> result{PQgetResult(connection_)};
    if (!result)
      return !has_failed;
    auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      has_failed = true;
  }
}

/// libpq asks through a connection of its own and waits for the server to close
/// it, which one that stands still does not do for minutes. So a thread waits,
/// which ends by itself when the network gives the connection up.
bool postgres_session::cancel(std::chrono::milliseconds limit) noexcept {
  try {
    std::packaged_task<bool()> request{[handle = cancel_] {
      std::array<char, 256> problem{};
      return PQcancel(handle.get(), problem.data(),
                      static_cast<int>(problem.size()))
             == 1;
    }};
    auto taken = request.get_future();
    std::thread{std::move(request)}.detach();
    return taken.wait_for(limit) == std::future_status::ready && taken.get();
  } catch (const std::exception&) {
    return false;
  }
}

void postgres_session::shut_down() noexcept {
  ::shutdown(socket_.descriptor(), SHUT_RDWR);
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
