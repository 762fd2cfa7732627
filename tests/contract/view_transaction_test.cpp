// Goal: a view is told of the end of each transaction once, and nothing stays
// of one that fails, wherever that is. Method: a view over every database that
// gathers what it is told and counts its hooks; commits are refused by the
// database. Views in memory have no hooks.
#include "tests/contract/backends.hpp"

#if defined(PROJECTIONS_WITH_SQLITE) || defined(PROJECTIONS_WITH_POSTGRESQL)
#  include <boost/test/unit_test.hpp>

#  ifdef PROJECTIONS_WITH_SQLITE
#    include <sqlite3.h>
#  endif

#  include <cstdint>
#  include <memory>
#  include <optional>
#  include <stdexcept>
#  include <string>
#  include <string_view>
#  include <thread>
#  include <utility>

namespace {

using namespace projections;
using namespace projections::test;

class odd_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

#  ifdef PROJECTIONS_WITH_SQLITE
std::string table_of(sqlite_connection&) {
  return "gathered_rows";
}

void execute(sqlite_connection& db, const std::string& sql) {
  db.database().exec(sql);
}

int64_t counted(sqlite_connection& db) {
  auto row = db.statement("SELECT count(*) FROM gathered_rows");
  row->executeStep();
  return row->getColumn(0).getInt64();
}

/// Makes the database refuse the commit of the transaction at hand. SQLite
/// rolls back by itself then.
void refuse_commit(sqlite_connection& db) {
  auto refuse_once = [](void* connection) {
    sqlite3_commit_hook(static_cast<sqlite3*>(connection), nullptr, nullptr);
    return 1;
  };
  auto* handle = db.database().getHandle();
  sqlite3_commit_hook(handle, refuse_once, handle);
}
#  endif

#  ifdef PROJECTIONS_WITH_POSTGRESQL
std::string table_of(postgres_connection& db) {
  return quoted_table(db.uri(), "gathered_rows");
}

void execute(postgres_connection& db, const std::string& sql) {
  db.execute(sql);
}

int64_t counted(postgres_connection& db) {
  return db.run("SELECT count(*) FROM " + table_of(db))[0][0].as<int64_t>();
}

/// Inserts a row that names one that is not there.
void refuse_commit(postgres_connection& db) {
  db.execute("INSERT INTO " + table_of(db) + " VALUES (1000, 1001)");
}
#  endif

/// Gathers a row for each event.
template <class Recorder>
class gathering_view final : public Recorder {
public:
  using connection = typename Recorder::connection_type;

  explicit gathering_view(const std::string& place) : Recorder(place) {
    this->transact([](connection& db) {
      auto table = table_of(db);
      // What a row refers to has to be there at the commit.
      execute(db, "CREATE TABLE " + table
                    + " (number BIGINT PRIMARY KEY, other BIGINT REFERENCES "
                    + table + " (number) DEFERRABLE INITIALLY DEFERRED)");
    });
    commits = 0;
  }

  void add(const tracking& x) {
    this->transact([&](connection&) {
      this->record(x);
      last_ = x.position;
    });
  }

  /// Makes the end of the transaction of this thread fail.
  void refuse() {
    this->transact([](connection& db) { refuse_commit(db); });
  }

  int64_t rows() {
    return this->query([](connection& db) { return counted(db); });
  }

  /// Whether `flush` throws.
  bool flush_fails = false;

  /// How often the view was told of the ends of transactions.
  int commits = 0;
  int discards = 0;

private:
  void flush(connection& db) override {
    auto last = std::exchange(last_, log_start);
    if (flush_fails)
      throw odd_error{"cannot write"};
    if (last != log_start)
      execute(db, "INSERT INTO " + table_of(db) + " VALUES ("
                    + std::to_string(last) + ", NULL)");
  }

  void discard() override {
    ++discards;
    last_ = log_start;
  }

  void committed() override {
    ++commits;
  }

  /// The last event that was not written yet.
  log_position last_ = log_start;
};

#  ifdef PROJECTIONS_WITH_SQLITE
auto open(const sqlite_backend& backend) {
  return std::make_shared<gathering_view<sqlite_recorder<>>>(backend.path());
}
#  endif

#  ifdef PROJECTIONS_WITH_POSTGRESQL
auto open(const postgres_backend& backend) {
  return std::make_shared<gathering_view<postgres_recorder<>>>(
    backend.schema().uri());
}
#  endif

/// Checks that nothing stays of a transaction of `view` that has failed, and
/// that the next one does not know of it.
template <class View>
void check_nothing_stays(View& view) {
  BOOST_TEST(view.discards == 1);
  BOOST_TEST(view.commits == 0);
  BOOST_TEST(view.rows() == 0);
  BOOST_TEST(!view.max_tracking_id("upstream"));
  view.add({"upstream", 1});
  BOOST_TEST(view.rows() == 1);
  BOOST_TEST((view.max_tracking_id("upstream") == 1));
  BOOST_TEST(view.discards == 1);
  BOOST_TEST(view.commits == 1);
}

/// Calls `commands` in a transaction of `view`, and checks that this fails with
/// a `store_error` whose text has `part`.
template <class View, class F>
void check_fails(View& view, F commands, std::string_view part) {
  BOOST_CHECK_EXCEPTION(view.in_one_transaction(commands), store_error,
                        [&](const store_error& e) {
                          std::string_view text{e.what()};
                          return text.find(part) != text.npos;
                        });
}

} // namespace

BOOST_AUTO_TEST_SUITE(view_transaction_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(nested_transactions_are_committed_once, Backend,
                              durable_backends) {
  Backend backend;
  auto view = open(backend);
  view->in_one_transaction([&] {
    view->add({"upstream", 1});
    view->in_one_transaction([&] { view->add({"upstream", 2}); });
    BOOST_TEST(view->commits == 0);
  });
  BOOST_TEST(view->commits == 1);
  BOOST_TEST(view->discards == 0);
  BOOST_TEST(view->rows() == 1);
  BOOST_TEST((view->max_tracking_id("upstream") == 2));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nested_failure_that_is_hidden_undoes_the_whole,
                              Backend, durable_backends) {
  Backend backend;
  auto view = open(backend);
  auto fails = [&] {
    view->add({"upstream", 2});
    throw odd_error{"changed my mind"};
  };
  auto hides_it = [&] {
    view->add({"upstream", 1});
    BOOST_CHECK_THROW(view->in_one_transaction(fails), odd_error);
    BOOST_TEST(view->discards == 0);
  };
  check_fails(*view, hides_it,
              ": cannot commit: a command of the transaction has failed");
  check_nothing_stays(*view);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_cannot_be_written_undoes_the_whole, Backend,
                              durable_backends) {
  Backend backend;
  auto view = open(backend);
  view->flush_fails = true;
  BOOST_CHECK_THROW(view->add({"upstream", 1}), odd_error);
  view->flush_fails = false;
  check_nothing_stays(*view);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(hidden_failure_to_write_for_a_query_undoes_it_all,
                              Backend, durable_backends) {
  Backend backend;
  auto view = open(backend);
  auto hides_it = [&] {
    view->add({"upstream", 1});
    view->flush_fails = true;
    BOOST_CHECK_THROW(view->rows(), odd_error);
    // What was gathered is lost to the view.
    view->flush_fails = false;
  };
  check_fails(*view, hides_it,
              ": cannot commit: a command of the transaction has failed");
  check_nothing_stays(*view);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(commit_that_is_refused_leaves_nothing, Backend,
                              durable_backends) {
  Backend backend;
  auto view = open(backend);
  auto commands = [&] {
    view->add({"upstream", 1});
    view->refuse();
    BOOST_TEST(view->rows() > 0);
  };
  check_fails(*view, commands, ": cannot commit: ");
  check_nothing_stays(*view);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(query_of_another_thread_sees_what_is_committed,
                              Backend, durable_backends) {
  Backend backend;
  auto view = open(backend);
  view->add({"upstream", 1});
  view->in_one_transaction([&] {
    view->add({"upstream", 2});
    BOOST_TEST(view->rows() == 2);
    int64_t rows = 0;
    std::optional<log_position> position;
    // It must not wait for the end of the transaction.
    std::jthread{[&] {
      rows = view->rows();
      position = view->max_tracking_id("upstream");
    }}.join();
    BOOST_TEST(rows == 1);
    BOOST_TEST((position == 1));
  });
  BOOST_TEST(view->rows() == 2);
}

BOOST_AUTO_TEST_SUITE_END()

#endif
