// Goal: where SQLite has no room left or may not write, appends and runners end
// with an error that says so; what was committed stays, and goes on when there
// is room. Method: databases with a greatest number of pages, and a file whose
// header forbids to write, which holds for the superuser as well.
#ifdef PROJECTIONS_WITH_SQLITE
#  include "tests/faults/log_checks.hpp"
#  include "tests/runtime/raw_projection.hpp"
#  include "tests/runtime/runner_fixture.hpp"

#  include <boost/test/unit_test.hpp>

#  include <fstream>
#  include <functional>
#  include <future>
#  include <memory>
#  include <string>
#  include <utility>
#  include <vector>

namespace {

using namespace projections;
using namespace projections::test;

/// An empty store has seven pages of 4 KiB.
constexpr uint32_t pages_max = 16;
constexpr size_t payload_bytes = 1000;
constexpr int appends_max = 1000;

/// Where the header of a database file says which version of the format one
/// has to know to write; see https://www.sqlite.org/fileformat.html. A greater
/// one than SQLite knows makes a file that it only reads.
constexpr std::streamoff write_version_at = 18;
constexpr char write_version_wal = 2;
constexpr char write_version_unknown = 3;

std::string thrown_text(const std::function<void()>& f) {
  try {
    f();
  } catch (const store_error& e) {
    return e.what();
  }
  return "no store_error was thrown";
}

append_request big_request(const std::string& stream) {
  auto payload = '"' + std::string(payload_bytes, 'x') + '"';
  return {stream, any_version, {{"T", payload}, {"T", payload}}};
}

/// Appends until that fails, and returns the error. Puts what was recorded into
/// `last`.
std::string fill(event_store& store, log_position& last) {
  return thrown_text([&] {
    for (int i = 0; i < appends_max; ++i)
      last = store.append({big_request("s" + std::to_string(i))})
               .front()
               .positions.back();
  });
}

/// The list of all events, as a view: it grows with each of them.
class event_list final : public sqlite_recorder<> {
public:
  explicit event_list(const std::string& path) : sqlite_recorder(path) {
    transact([](sqlite_connection& db) {
      db.database().exec("CREATE TABLE IF NOT EXISTS list (position INTEGER "
                         "PRIMARY KEY, payload TEXT)");
    });
  }

  void add(const recorded_event& event, const tracking& x) {
    transact([&](sqlite_connection& db) {
      record(x);
      auto row = db.statement("INSERT INTO list VALUES (?, ?)");
      row->bind(1, event.position);
      row->bind(2, event.payload);
      row->exec();
    });
  }

  /// Makes the connection that writes execute `pragma` first.
  void set(const std::string& pragma) {
    in_one_transaction([&] {
      query([&](sqlite_connection& db) {
        db.database().exec(pragma);
        return true;
      });
    });
  }

  /// Returns how many events there are, and the last one.
  std::pair<int64_t, log_position> content() {
    return query([&](sqlite_connection& db) {
      auto rows = db.statement("SELECT count(*), max(position) FROM list");
      rows->executeStep();
      return std::pair{rows->getColumn(0).getInt64(),
                       rows->getColumn(1).getInt64()};
    });
  }
};

/// Returns the projection that lists all events in `view`.
auto listing_projection(std::shared_ptr<event_list> view) {
  return std::make_shared<raw_projection<event_list>>(
    "list", std::move(view),
    [](event_list& to, const recorded_event& event, const tracking& x) {
      to.add(event, x);
    });
}

struct fixture : runner_fixture<store_and_view<sqlite_backend>> {
  [[nodiscard]] std::string store_path() {
    return backend().store.path();
  }

  [[nodiscard]] std::string view_path() {
    return backend().view.path();
  }

  /// Fills the store with more than a view of `pages_max` pages holds.
  log_position append_many() {
    log_position last = log_start;
    for (int i = 0; i < 50; ++i)
      last = log()
               .store()
               ->append({big_request("s" + std::to_string(i))})
               .front()
               .positions.back();
    return last;
  }
};

/// Writes `version` into the header of the database file `path`, which nobody
/// has open.
void set_write_version(const std::string& path, char version) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(write_version_at);
  file.put(version);
  BOOST_REQUIRE(file.flush());
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(full_disks, fixture)

BOOST_AUTO_TEST_CASE(append_to_a_full_store_is_an_error_and_leaves_it_intact) {
  temporary_folder folder;
  auto path = folder.path() + "/store";
  auto last = log_start;
  {
    sqlite_event_store store{path, pages_max};
    BOOST_TEST(fill(store, last)
               == "sqlite:" + path
                    + ": cannot append: database or disk is full");
    BOOST_TEST(last > 0);
    BOOST_TEST(store.head() == last);
    auto log = whole_log(store);
    BOOST_TEST(disorder_of(log) == "");
    BOOST_TEST(log.size() == static_cast<size_t>(last));
  }
  sqlite_event_store store{path};
  BOOST_TEST(store.head() == last);
  auto outcome = store.append({big_request("s0")}).front();
  BOOST_TEST(outcome.version == 4);
  BOOST_TEST(outcome.positions.front() == last + 1);
}

BOOST_AUTO_TEST_CASE(application_is_told_that_its_store_is_full) {
  temporary_folder folder;
  auto path = folder.path() + "/store";
  auto last = log_start;
  {
    event_log full{
      log().system(),
      [&] { return std::make_unique<sqlite_event_store>(path, pages_max); }};
    BOOST_TEST(fill(*full.store(), last)
               == "sqlite:" + path
                    + ": cannot append: database or disk is full");
    // What is there is projected all the same.
    auto view = this->view();
    projection_runner runner{full, "upstream",
                             std::make_shared<counting_projection>(view)};
    runner.wait(last, long_time);
    runner.close();
    BOOST_TEST(content_of(*view) == fold_of(whole_log(*full.store()), last));
  }
}

BOOST_AUTO_TEST_CASE(runner_whose_view_is_full_ends_and_resumes) {
  auto last = append_many();
  auto view = std::make_shared<event_list>(view_path());
  view->set("PRAGMA max_page_count=" + std::to_string(pages_max));
  auto runner = run(listing_projection(view));
  BOOST_TEST(thrown_text([&] { runner->run_forever(long_time); })
             == "sqlite:" + view_path()
                  + ": cannot change a view: database or disk is full");
  runner->stop();
  // All that was before the event that did not fit is there.
  auto [count, position] = view->content();
  BOOST_TEST(count > 0);
  BOOST_TEST(position < last);
  BOOST_TEST(count == position);
  BOOST_TEST((view->max_tracking_id("upstream") == position));
  BOOST_TEST(runner->status().problem
             == "event \"T\" at position " + std::to_string(position + 1)
                  + " (version " + std::to_string(position % 2 == 0 ? 1 : 2)
                  + " of stream \"s" + std::to_string(position / 2)
                  + "\"): sqlite:" + view_path()
                  + ": cannot change a view: database or disk is full");
  auto roomy = std::make_shared<event_list>(view_path());
  runner = run(listing_projection(roomy));
  runner->wait(last, long_time);
  runner->close();
  BOOST_TEST((roomy->content() == std::pair{int64_t{last}, last}));
}

BOOST_AUTO_TEST_CASE(nothing_is_written_after_a_failure_that_is_hidden) {
  event_list view{view_path()};
  view.set("PRAGMA max_page_count=" + std::to_string(pages_max));
  recorded_event event{1, "s", 1, "T", std::string(10'000, 'x')};
  auto add = [&] { view.add(event, {"upstream", event.position++}); };
  BOOST_CHECK_THROW(view.in_one_transaction([&] {
    // Where there is no room, SQLite rolls back by itself.
    BOOST_CHECK_THROW(for (int i = 0; i < appends_max; ++i) add(), store_error);
    BOOST_CHECK_THROW(view.insert_tracking({"upstream", event.position}),
                      store_error);
    BOOST_CHECK_THROW(view.content(), store_error);
  }),
                    store_error);
  BOOST_TEST(!view.max_tracking_id("upstream"));
  BOOST_TEST(view.content().first == 0);
}

BOOST_AUTO_TEST_CASE(append_to_a_store_that_may_only_be_read_is_an_error) {
  temporary_folder folder;
  auto path = folder.path() + "/store";
  sqlite_event_store{path}.append({big_request("s")});
  set_write_version(path, write_version_unknown);
  {
    sqlite_event_store store{path};
    BOOST_TEST(store.head() == 2);
    BOOST_TEST(thrown_text([&] { store.append({big_request("s")}); })
               == "sqlite:" + path
                    + ": cannot append: attempt to write a readonly database");
    BOOST_TEST(whole_log(store).size() == 2u);
  }
  set_write_version(path, write_version_wal);
  sqlite_event_store store{path};
  BOOST_TEST(store.head() == 2);
  BOOST_TEST(store.append({big_request("s")}).front().version == 4);
}

BOOST_AUTO_TEST_CASE(runner_whose_view_may_only_be_read_ends_and_resumes) {
  auto last = append_many();
  auto run_in = [&](auto use) {
    std::promise<void> closed;
    std::shared_ptr<event_list> view{new event_list{view_path()},
                                     [&](event_list* x) {
                                       delete x;
                                       closed.set_value();
                                     }};
    use(*run(listing_projection(view)), *view);
    view.reset();
    // The file can be changed when the runner has closed it as well.
    closed.get_future().wait();
  };
  run_in([&](projection_runner& runner, event_list&) {
    runner.wait(last, long_time);
  });
  set_write_version(view_path(), write_version_unknown);
  append("t", {"T"});
  run_in([&](projection_runner& runner, event_list& view) {
    BOOST_TEST(thrown_text([&] { runner.run_forever(long_time); })
               == "sqlite:" + view_path()
                    + ": cannot record a tracking position: attempt to write a "
                      "readonly database");
    BOOST_TEST((view.content() == std::pair{int64_t{last}, last}));
    BOOST_TEST((view.max_tracking_id("upstream") == last));
  });
  set_write_version(view_path(), write_version_wal);
  run_in([&](projection_runner& runner, event_list& view) {
    runner.wait(last + 1, long_time);
    BOOST_TEST((view.content() == std::pair{int64_t{last + 1}, last + 1}));
  });
}

BOOST_AUTO_TEST_SUITE_END()

#endif
