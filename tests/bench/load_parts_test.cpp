// Goal: what a load is made of and measured by does what it says. Method: each
// part alone, with values that are given.
#include "bench/load/load_meter.hpp"
#include "bench/load/load_payload.hpp"
#include "bench/load/load_report.hpp"
#include "bench/load/load_settings.hpp"
#include "bench/load/sampler.hpp"
#include "bench/load/time_series.hpp"
#include "bench/load/zipf.hpp"
#include "tests/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace load;
using projections::test::temporary_folder;

BOOST_AUTO_TEST_SUITE(load_parts)

BOOST_AUTO_TEST_CASE(front_of_a_payload_says_all_of_the_event) {
  load_event event{1'000'000'000, 900'000'000'000'000'000, value_end - 1};
  for (auto bytes : {event_bytes_min, event_bytes_max}) {
    BOOST_TEST(encode_payload(event, bytes) == encode(event, bytes));
    auto read = decode_front(encode(event, bytes));
    BOOST_TEST(read.number == event.number);
    BOOST_TEST(read.due_ns == event.due_ns);
    BOOST_TEST(read.value == event.value);
  }
}

BOOST_AUTO_TEST_CASE(payload_that_is_none_is_refused) {
  for (auto text : {"", "{}", R"({"n":x})", R"({"n":1,"at":2})",
                    R"({"n":99999999999999999999,"at":1,"value":1,"rest":""})"})
    BOOST_CHECK_THROW(static_cast<void>(decode_front(text)), bad_payload);
}

BOOST_AUTO_TEST_CASE(skew_makes_the_first_ones_more_frequent) {
  constexpr int draws = 60'000;
  for (auto [exponent, first, second] :
       {std::array<double, 3>{0, 1.0 / 3, 1.0 / 3},
        {1, 6.0 / 11, 3.0 / 11},
        {2, 36.0 / 49, 9.0 / 49}}) {
    std::mt19937_64 random{1};
    zipf_distribution draw{3, exponent};
    std::array<int, 3> counts{};
    for (int i = 0; i < draws; ++i)
      ++counts[draw(random)];
    BOOST_TEST(counts[0] / double{draws} == first,
               boost::test_tools::tolerance(0.03));
    BOOST_TEST(counts[1] / double{draws} == second,
               boost::test_tools::tolerance(0.03));
  }
}

BOOST_AUTO_TEST_CASE(meter_keeps_the_peaks_of_what_waits) {
  load_meter meter;
  meter.sending(10, 5);
  meter.sending(4, 2);
  meter.sent(9, 1);
  std::vector<int64_t> times(6, 0);
  meter.applied(times);
  meter.sent(4, 0);
  auto totals = meter.totals();
  BOOST_TEST(totals.in_flight_max == 14u);
  BOOST_TEST(totals.overdue_max == 5u);
  BOOST_TEST(totals.lag_max == 9u);
  BOOST_TEST(totals.appended == 13u);
  BOOST_TEST(totals.refused == 1u);
  BOOST_TEST(totals.applied == 6u);
  BOOST_TEST(meter.sample().lag == 7u);
}

BOOST_AUTO_TEST_CASE(latency_counts_from_when_the_event_was_due) {
  load_meter meter;
  std::vector<int64_t> times{-1'000'000'000'000, -1'000'000'000'000};
  meter.applied(times);
  auto sample = meter.sample();
  BOOST_TEST(sample.p50_ns >= 1'000'000'000'000);
  BOOST_TEST(sample.p99_ns < 1'100'000'000'000);
  // The next interval has none of it, the whole still does.
  BOOST_TEST(meter.sample().p50_ns == 0);
  BOOST_TEST(meter.totals().latencies.count() == 2u);
}

BOOST_AUTO_TEST_CASE(event_counts_as_applied_when_all_have_applied_it) {
  load_meter meter{3};
  std::vector<int64_t> times(5, 0);
  meter.sending(2, 0);
  meter.sent(2, 0);
  meter.applied(times);
  BOOST_TEST(meter.applied_by_all() == 1u);
  BOOST_TEST(meter.sample().lag == 1u);
}

BOOST_AUTO_TEST_CASE(time_series_is_bounded_and_keeps_its_ends) {
  time_series series;
  uint64_t count = 0;
  for (; count < 5 * time_series::samples_max; ++count) {
    load_sample x;
    x.seconds = static_cast<double>(count);
    x.appended = count;
    x.p99_ns = count == 1234 ? 77 : 1;
    series.add(x);
    BOOST_REQUIRE_LE(series.samples().size(), time_series::samples_max);
  }
  auto& kept = series.samples();
  BOOST_TEST(kept.back().appended == count - 1);
  int64_t peak = 0;
  for (size_t i = 1; i < kept.size(); ++i) {
    BOOST_REQUIRE_LT(kept[i - 1].seconds, kept[i].seconds);
    peak = std::max(peak, kept[i].p99_ns);
  }
  BOOST_TEST(peak == 77);
}

BOOST_AUTO_TEST_CASE(end_is_known_or_estimated) {
  load_settings x;
  x.events = 1000;
  BOOST_TEST(events_to_come(x, 10, 5, 1) == 1000u);
  x.seconds = 4;
  x.rate = 100;
  BOOST_TEST(events_to_come(x, 10, 5, 1) == 400u);
  x.rate = 0;
  BOOST_TEST(events_to_come(x, 60, 50, 1) == 200u);
  BOOST_TEST(events_to_come(x, 300, 50, 1) == 300u);
  BOOST_TEST(events_to_come(x, 600, 600, 1) == 1000u);
}

BOOST_AUTO_TEST_CASE(options_have_defaults_and_limits) {
  load_settings x;
  complete(x);
  BOOST_TEST(x.events == 100'000u);
  BOOST_TEST(x.seconds == 5);
  BOOST_TEST(problem_of(x) == "");
  load_settings only_seconds;
  only_seconds.seconds = 2;
  complete(only_seconds);
  BOOST_TEST(only_seconds.events == 0u);
  auto problem = [](auto change) {
    load_settings y;
    change(y);
    return problem_of(y);
  };
  BOOST_TEST(problem([](auto& y) { y.projections = 0; })
             == "--projections=0 is not in 1..100000");
  BOOST_TEST(problem([](auto& y) { y.streams = 0; })
             == "--streams=0 is not in 1..1000000");
  BOOST_TEST(problem([](auto& y) {
               y.projections = 6;
               y.streams = 1'000'000;
             })
             == "--projections=6 times --streams=1000000 is more than 5000000");
  BOOST_TEST(problem([](auto& y) { y.event_size = 63; })
             == "--event-size=63 is not in 64..1048576");
  BOOST_TEST(problem([](auto& y) { y.rate = -0.5; })
             == "--rate=-0.5 is not in 0..10000000");
  BOOST_TEST(problem([](auto& y) { y.duplicates = 1.5; })
             == "--duplicates=1.5 is not in 0..1");
  BOOST_TEST(
    problem([](auto& y) { y.skew = std::numeric_limits<double>::quiet_NaN(); })
    == "--skew=nan is not in 0..10");
  BOOST_TEST(problem([](auto& y) { y.threads = 257; })
             == "--threads=257 is not in 1..256");
  BOOST_TEST(problem([](auto& y) { y.seconds = 86'401; })
             == "--seconds=86401 is not in 0..86400");
  BOOST_TEST(problem([](auto& y) { y.csv = y.plot = "load.svg"; })
             == "--csv and --plot name the same file, load.svg");
  BOOST_TEST(problem([](auto& y) {
               y.csv = "./load.svg";
               y.plot = "load.svg";
             })
             == "--csv and --plot name the same file, ./load.svg");
}

BOOST_AUTO_TEST_CASE(files_of_the_store_are_not_written_over) {
  temporary_folder folder;
  load_settings x;
  x.backend = "sqlite:" + folder.path() + "/store";
  for (auto ending : {"", "-wal", "-views", "-views-wal", "-views-runner"}) {
    x.csv = folder.path() + "/./store" + ending;
    BOOST_TEST(problem_of(x) == "--csv=" + x.csv + " is a file of the store");
  }
  x.csv.clear();
  std::ofstream{folder.path() + "/store"} << "events";
  x.plot = folder.path() + "/link";
  std::filesystem::create_hard_link(folder.path() + "/store", x.plot);
  BOOST_TEST(problem_of(x) == "--plot=" + x.plot + " is a file of the store");
  x.plot = folder.path() + "/other";
  BOOST_TEST(problem_of(x) == "");
}

BOOST_AUTO_TEST_CASE(description_hides_the_password) {
  load_settings x;
  x.backend = "postgresql://me:secret@host/db";
  x.rate = 2.5;
  x.duplicates = 0.1;
  x.skew = 1;
  BOOST_TEST(description(x)
             == "100 projections of a topic each, 256 B an event, 2.5 a second "
                "by schedule, 10 % twice, skew 1, 2 threads, "
                "postgresql://me:***@host/db");
}

BOOST_AUTO_TEST_CASE(lines_of_numbers_have_units_in_their_head) {
  BOOST_TEST(csv_head() == "seconds,appended,applied,p50_ms,p99_ms,lag\n");
  BOOST_TEST(csv_line({0.5, 10, 8, 1'500'000, 2'000'000, 2})
             == "0.500,10,8,1.500,2.000,2\n");
}

BOOST_AUTO_TEST_CASE(moment_at_the_end_makes_no_rate_of_its_own) {
  auto at = [](double seconds, uint64_t applied) {
    load_sample x;
    x.seconds = seconds;
    x.appended = x.applied = applied;
    return x;
  };
  auto whole = picture_of({}, {at(1, 10), at(2, 20), at(3.2, 32)});
  BOOST_TEST(picture_of({}, {at(1, 10), at(2, 20), at(3, 31), at(3.2, 32)})
             == whole);
}

BOOST_AUTO_TEST_CASE(table_tells_rates_and_that_it_is_partial) {
  load_totals totals;
  totals.appended = 1500;
  totals.appended_ns = 500'000'000;
  totals.applied = 1000;
  totals.applied_ns = 2'000'000'000;
  totals.latencies.add(1'000'000);
  auto text = table_of({}, totals, {0, 2048, true});
  for (auto part :
       {"interrupted: what was done until then\n",
        " 3,000 a second (1,500 in 0.500 s)\n",
        " 500 a second (1,000 in 2.000 s)\n", " 1.000 ms\n", " 2.0 MiB\n"})
    BOOST_TEST(text.find(part) != std::string::npos, part);
  BOOST_TEST(text.find("schedule") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
