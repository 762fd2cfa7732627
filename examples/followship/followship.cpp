// Users follow each other, and everybody is told by whom they are followed.
// Shows a projection that answers events with events: `Followed` in the stream
// of one user is answered with `WasFollowed` in the stream of another one,
// exactly once, although inserts fail and several threads write to the same
// streams.
//
//   build/examples/followship [--store=URI] [--users=N] [--follows=N]
//                             [--fail-rate=X] [--seed=N]
//
// A URI is memory: (the default), sqlite:PATH or postgresql://…; in PostgreSQL
// the events are in the table social_events. So many follows are sent by so
// many users, drawn at random by the seed, the same ones for the same seed;
// some are sent twice, and count once. Prints whom the users follow and who
// follows them, and how often something was tried again. Then it looks through
// the whole log whether anything was lost or doubled, and ends with 1 if it
// was.
//
// Without a fail rate, answers and tracking are recorded in one transaction.
// With one, that part of all inserts fails, before, after or in the middle of
// it, by the seed; then answers are recorded through a store of their own that
// fails, and the tracking by another connection afterwards, because in one
// transaction a failure would leave nothing to be repeated. Which inserts meet
// a failure depends on which thread comes first, and so do the order in which
// follows come in and the figures of the last line but the first two.
//
// Every run makes new users. In a store that outlives the program, it first
// answers what an earlier run was ended before.

#include "examples/followship/followship.hpp"

#include "examples/followship/follow_check.hpp"
#include "examples/program.hpp"
#include "examples/progress_bar.hpp"
#include <projections/runtime/event_log.hpp>
#include <projections/runtime/open_store.hpp>
#include <projections/runtime/projection_runner.hpp>
#include <projections/storage/log/failing_event_store.hpp>

#include <future>
#include <iostream>
#include <map>
#include <random>
#include <set>

namespace social {

// -- options ----------------------------------------------------------------------

class options : public examples::options {
public:
  options() {
    opt_group{custom_options_, "global"}
      .add(store, "store", "where the events are (default: memory:)")
      .add(users, "users", "number of users, at least 2 (default: 50)")
      .add(follows, "follows", "follows that they send (default: 300)")
      .add(fail_rate, "fail-rate", "part of inserts that fail, below 1")
      .add(seed, "seed", "of what is drawn at random (default: 1)");
  }

  std::string store = "memory:";
  size_t users = 50;
  size_t follows = 300;
  double fail_rate = 0;
  uint64_t seed = 1;
};

constexpr size_t users_max = 100'000;
constexpr size_t follows_max = 1'000'000;

/// Says what is wrong with the options; empty if nothing is.
std::string problem_of(const options& chosen) {
  auto out_of = [](const std::string& range) { return " is not in " + range; };
  if (chosen.users < 2 || chosen.users > users_max)
    return "--users=" + std::to_string(chosen.users)
           + out_of("2.." + std::to_string(users_max));
  if (chosen.follows > follows_max)
    return "--follows=" + std::to_string(chosen.follows)
           + out_of("0.." + std::to_string(follows_max));
  if (!(chosen.fail_rate >= 0 && chosen.fail_rate < 1))
    return "--fail-rate=" + std::to_string(chosen.fail_rate)
           + out_of("0..1, 1 excluded");
  return {};
}

// -- what is asked for --------------------------------------------------------------

/// A user and who is to be followed, by their numbers.
using draw = std::pair<size_t, size_t>;

/// Users of low numbers are followed by more.
std::vector<draw> draw_follows(const options& chosen) {
  std::mt19937_64 random{chosen.seed};
  std::uniform_int_distribution<size_t> any{0, chosen.users - 1};
  std::uniform_int_distribution<size_t> other{0, chosen.users - 2};
  std::vector<draw> result;
  for (size_t i = 0; i < chosen.follows; ++i) {
    auto user = any(random);
    auto whom = std::min(other(random), other(random));
    result.emplace_back(user, whom < user ? whom : whom + 1);
  }
  return result;
}

/// Whom a user should follow in the end, and who should follow the user.
struct expectation {
  std::vector<uuid> following;
  std::vector<uuid> followers;
};

std::vector<expectation> expect(const std::set<draw>& follows,
                                const std::vector<uuid>& users) {
  std::vector<expectation> result(users.size());
  for (auto& [user, whom] : follows) {
    result[user].following.push_back(users[whom]);
    result[whom].followers.push_back(users[user]);
  }
  return result;
}

// -- the run ------------------------------------------------------------------------

/// Sends all of `follows` by several threads at the same time.
void send(const std::vector<draw>& follows, const std::vector<uuid>& users,
          follow_handler& handler) {
  constexpr size_t threads = 4;
  std::atomic<size_t> next = 0;
  std::vector<std::future<void>> senders;
  for (size_t i = 0; i < threads; ++i)
    senders.push_back(std::async(std::launch::async, [&] {
      for (auto n = next++; n < follows.size(); n = next++)
        handler.handle({users[follows[n].first], users[follows[n].second]});
    }));
  for (auto& x : senders)
    x.get();
}

/// Small groups, so that there are many inserts that may fail, and short
/// pauses, because a store that fails as told needs no rest.
projection_settings settings() {
  using std::chrono::milliseconds;
  projection_settings result;
  result.group.events_max = 10;
  result.runner.retry.delay = milliseconds{2};
  result.runner.retry.delay_max = milliseconds{50};
  return result;
}

/// Returns the place of the events; one in memory gets a name, so that log and
/// projection find each other.
store_name place_of_events(const options& chosen) {
  auto result = parse_store_name(chosen.store);
  if (result.kind == store_kind::memory && result.place.empty())
    result.place = application_name;
  return result;
}

/// Returns the projection, and in `failing` the store that it emits into if
/// that is to fail.
std::shared_ptr<event_processor>
make_projection(const options& chosen, const store_opener& open,
                std::shared_ptr<failing_event_store>& failing) {
  auto recorder
    = open_recorder_with_events(place_of_events(chosen), application_name,
                                followship_projection::projection_name);
  if (chosen.fail_rate == 0)
    return std::make_shared<followship_projection>(recorder);
  failing = std::make_shared<failing_event_store>(
    open(), random_faults(chosen.fail_rate, chosen.seed));
  return std::make_shared<followship_projection>(recorder, failing);
}

// -- what is printed ------------------------------------------------------------------

/// Returns the number of `users` and the names of the first few of them.
std::string listed(const std::vector<uuid>& users,
                   const std::map<uuid, std::string>& names) {
  constexpr size_t names_max = 6;
  std::string result;
  for (size_t i = 0; i < users.size() && i < names_max; ++i)
    result += (i == 0 ? " (" : " ") + names.at(users[i]);
  if (users.size() > names_max)
    result += " …";
  return std::to_string(users.size()) + (users.empty() ? "" : result + ')');
}

void print(const std::string& name, const followship& user,
           const std::map<uuid, std::string>& names) {
  std::cout << name << " follows " << listed(user.following(), names)
            << "; is followed by " << listed(user.followers(), names) << '\n';
}

/// Prints the first users, and how many more there are. Has `check` compare all
/// of them with what should be.
void print_users(const network& app, const std::vector<uuid>& users,
                 const std::vector<expectation>& expected,
                 follow_check& check) {
  constexpr size_t printed_max = 20;
  std::map<uuid, std::string> names;
  for (auto& x : users)
    names.emplace(x, std::string{'u'} + std::to_string(names.size() + 1));
  for (size_t i = 0; i < users.size(); ++i) {
    auto user = followship_of(app, users[i]);
    if (i < printed_max)
      print(names.at(users[i]), user, names);
    check.check_user(user, expected[i].following, expected[i].followers);
  }
  if (users.size() > printed_max)
    std::cout << "and " << users.size() - printed_max << " more users\n";
}

int run(options& chosen) {
  if (auto problem = problem_of(chosen); !problem.empty())
    return examples::refuse(problem);
  // Failures that were asked for need no warnings.
  if (chosen.fail_rate > 0)
    spdlog::set_level(spdlog::level::err);
  auto open = open_store(place_of_events(chosen), application_name);
  std::shared_ptr<failing_event_store> failing;
  auto projection = make_projection(chosen, open, failing);
  caf::actor_system system{chosen};
  event_log log{system, open};
  network app{application_name, log.store()};
  projection_runner runner{log, application_name, projection, settings()};

  auto follows = draw_follows(chosen);
  std::set<draw> different{follows.begin(), follows.end()};
  std::vector<uuid> users(chosen.users);
  std::generate(users.begin(), users.end(), random_uuid);
  follow_handler handler{app};
  {
    examples::progress_bar bar{"followed and told", different.size(),
                               [&] { return runner.status().events; }};
    send(follows, users, handler);
    // All that is not answered yet is before it.
    runner.wait(log.store()->head(), std::nullopt);
  }
  runner.close();

  follow_check check;
  print_users(app, users, expect(different, users), check);
  check.check_log(*log.store());
  std::cout << "followed=" << check.followed_events()
            << " was_followed=" << check.was_followed_events()
            << " conflicts=" << handler.conflicts()
            << " failures=" << (failing ? failing->failures() : 0)
            << " retries=" << runner.status().retries << "\n";
  if (auto problem = check.problem(); !problem.empty()) {
    std::cerr << parse_store_name(chosen.store).redacted() << ": " << problem
              << "\n";
    return 1;
  }
  return 0;
}

} // namespace social

int main(int argc, char** argv) {
  return examples::run<social::options>(
    argc, argv, social::run,
    "followship lets users follow each other at random, and a projection tell\n"
    "those who are followed; then it checks that each was told once.\n");
}
