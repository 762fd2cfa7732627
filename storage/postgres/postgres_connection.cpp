#include "projections/storage/postgres/postgres_connection.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace projections {

namespace {

using clock = std::chrono::steady_clock;

/// A cancel request that comes before its statement is lost, so it is repeated
/// after so long.
constexpr std::chrono::milliseconds cancel_interval{50};

/// How long the server is given to cancel a statement. Less than what is left
/// of the second that a runner has to stop.
constexpr std::chrono::milliseconds cancel_max{400};

/// How long the thread whose session was shut down is given to see it.
constexpr std::chrono::milliseconds shut_down_max{100};

/// How long the answer to what is of no account is waited for.
constexpr std::chrono::milliseconds answer_max{500};

/// So much text waits at most for what is executed next.
constexpr size_t deferred_bytes_max = size_t{64} << 10;

/// Returns whether trying again may help with an error of this SQLSTATE: the
/// server is going or coming, has too many connections, or somebody has held a
/// lock for too long, or it was cancelled.
bool passes(const std::string& state) {
  static constexpr std::array<std::string_view, 12> states{
    "40001", "40P01", "55P03", "57014", "57P01", "57P02",
    "57P03", "57P05", "25P03", "25P04", "53300", "08006"};
  for (auto x : states)
    if (x == state)
      return true;
  return false;
}

} // namespace

postgres_connection::postgres_connection(postgres_uri uri)
  : uri_(std::move(uri)) {
  call("connect", [this] { connect(); });
}

postgres_connection::~postgres_connection() {
  disconnect();
}

// -- modifiers ----------------------------------------------------------------

pqxx::result postgres_connection::execute(const std::string& sql) {
  return guarded(
    [&](open_session& at) { return at.work.exec(behind_deferred(sql)); });
}

pqxx::result postgres_connection::run_on_texts(
  std::string_view sql, const std::vector<std::string_view>& texts) {
  return guarded([&](open_session& at) {
    auto& name = prepared(at, sql);
    std::string elements;
    for (auto x : texts)
      elements += (elements.empty() ? "" : ",") + literal(at, std::string{x});
    return at.work.exec(
      behind_deferred("EXECUTE " + name + "(ARRAY[" + elements + "]::text[])"));
  });
}

void postgres_connection::begin(const std::string& sql) {
  connect();
  in_transaction_ = true;
  deferred_ = sql;
}

void postgres_connection::execute_later(const std::string& sql) {
  if (!in_transaction_ || deferred_.size() + sql.size() > deferred_bytes_max) {
    execute(sql);
    return;
  }
  deferred_ += (deferred_.empty() ? "" : "; ") + sql;
}

std::string postgres_connection::literal(open_session& at,
                                         const std::string& x) {
  return at.work.quote(x);
}

/// Without a type, as a parameter comes.
std::string postgres_connection::literal(open_session&, int64_t x) {
  return '\'' + std::to_string(x) + '\'';
}

/// Returns the name under which `sql` is prepared. Preparing it waits for locks
/// and may fail, so it belongs to the transaction, which has to begin before.
const std::string& postgres_connection::prepared(open_session& at,
                                                 std::string_view sql) {
  if (!deferred_.empty() && !at.session.has_prepared(sql))
    at.work.exec(behind_deferred({}));
  return at.session.statement(sql);
}

/// Returns `sql` behind the statements that were to go with it.
std::string postgres_connection::behind_deferred(const std::string& sql) {
  // It may have begun where a later one of its statements has failed.
  has_begun_ = in_transaction_;
  auto result = std::exchange(deferred_, {});
  return result.empty() || sql.empty() ? result + sql : result + "; " + sql;
}

void postgres_connection::commit(const std::string& before) {
  if (session_ && session_->session.transaction_failed())
    throw pqxx::failure{"a statement of the transaction has failed"};
  execute(before.empty() ? "COMMIT" : before + "; COMMIT");
  in_transaction_ = has_begun_ = false;
}

void postgres_connection::roll_back() noexcept {
  deferred_.clear();
  in_transaction_ = false;
  // Without the session there is no transaction either.
  if (std::exchange(has_begun_, false))
    execute_or_disconnect("ROLLBACK");
}

void postgres_connection::execute_or_disconnect(
  const std::string& sql) noexcept {
  if (session_ && !session_->session.execute_within(answer_max, sql))
    disconnect();
}

void postgres_connection::interrupt(bool on) noexcept {
  if (!on) {
    interrupted_ = false;
    interrupt_.clear();
    return;
  }
  interrupted_ = true;
  interrupt_.set();
  std::unique_lock guard{mutex_};
  auto number = statements_;
  auto ended = [&] { return !under_way_ || statements_ != number; };
  auto deadline = clock::now() + cancel_max;
  auto is_taken = true;
  while (is_taken && !ended() && clock::now() < deadline) {
    is_taken = session_->session.cancel(
      std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()));
    if (is_taken)
      ended_.wait_for(guard, cancel_interval, ended);
  }
  if (is_taken && ended())
    return;
  // A request that was not taken must not reach a later statement.
  session_->session.shut_down();
  ended_.wait_for(guard, shut_down_max, ended);
}

// -- sessions -----------------------------------------------------------------

postgres_connection::statement_under_way::statement_under_way(
  postgres_connection& at)
  : at_(at) {
  std::lock_guard guard{at_.mutex_};
  if (at_.interrupted_)
    throw pqxx::broken_connection{"it was interrupted"};
  at_.under_way_ = true;
  ++at_.statements_;
}

postgres_connection::statement_under_way::~statement_under_way() {
  {
    std::lock_guard guard{at_.mutex_};
    at_.under_way_ = false;
  }
  at_.ended_.notify_all();
}

/// Makes sure that there is a session. One that was lost in a transaction is
/// not replaced before that is rolled back.
void postgres_connection::connect() {
  if (in_transaction_) {
    if (!session_)
      throw pqxx::broken_connection{"the connection was lost"};
    return;
  }
  if (session_ && !session_->session.lost())
    return;
  disconnect();
  if (interrupted_)
    throw pqxx::broken_connection{"it was interrupted"};
  auto made = std::make_unique<open_session>(uri_, interrupt_.descriptor());
  std::lock_guard guard{mutex_};
  session_ = std::move(made);
  ++session_number_;
}

void postgres_connection::disconnect() noexcept {
  std::unique_ptr<open_session> ended;
  std::lock_guard guard{mutex_};
  ended.swap(session_);
}

void postgres_connection::throw_lost() {
  auto problem = session_->session.last_problem();
  throw pqxx::broken_connection{problem.empty() ? "the connection was lost"
                                                : problem};
}

void postgres_connection::throw_error(std::string_view tried,
                                      const pqxx::pqxx_exception& e) const {
  auto text = name() + ": cannot " + std::string{tried} + ": "
              + first_line(e.base().what());
  auto* refused = dynamic_cast<const pqxx::sql_error*>(&e);
  if (dynamic_cast<const pqxx::broken_connection*>(&e) != nullptr
      || dynamic_cast<const pqxx::transaction_rollback*>(&e) != nullptr
      || (refused != nullptr && passes(refused->sqlstate())))
    throw store_unavailable{text};
  throw store_error{text};
}

} // namespace projections
