// Goal: the reader reads ahead only as far as it may, and goes on when chunks
// come back. Method: a pipe that is full of requests, and a registry's place at
// which chunks are kept.
#include "projections/actors/node/reader_actor.hpp"

#include "projections/actors/node/decoder_actor.hpp"
#include "tests/actors/deterministic.hpp"
#include "tests/actors/node/pipe.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <utility>

using namespace projections;
using namespace projections::test;

namespace {

using kept_chunks = std::vector<decoded_chunk>;

/// Stands where the registry would be.
struct registry_end {
  using interface = registry_actor;

  static constexpr const char* actor_name = "registry_end";

  registry_end(interface::pointer, std::shared_ptr<kept_chunks> shared,
               std::shared_ptr<std::vector<uint64_t>> full)
    : kept(std::move(shared)), full_after(std::move(full)) {
    // nop
  }

  interface::behavior_type make_behavior() {
    return {
      [this](const decoded_chunk& x) { kept->push_back(x); },
      [](const written_batch&) {
        // nop
      },
      [this](input_is_full x) { full_after->push_back(x.chunks); },
      [](version_correction) {
        // nop
      },
      [](const projection_down&) {
        // nop
      },
      [](const projector_down&) {
        // nop
      },
    };
  }

  std::shared_ptr<kept_chunks> kept;
  std::shared_ptr<std::vector<uint64_t>> full_after;
};

constexpr size_t chunk_bytes = 70'000;
constexpr size_t chunks_ahead_max = 3;

struct fixture {
  fixture() {
    settings.chunk_bytes = chunk_bytes;
    settings.chunks_ahead_max = chunks_ahead_max;
    settings.descriptor = input.out();
    input.make_large();
  }

  ~fixture() {
    constexpr auto done = caf::exit_reason::user_shutdown;
    kept->clear();
    caf::anon_send_exit(reader, done);
    caf::anon_send_exit(registry, done);
    for (auto& decoder : decoders)
      caf::anon_send_exit(decoder, done);
  }

  /// Fills the pipe with `count` requests and closes it.
  void write(size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i)
      text += "{\"type\": \"list\", \"msg_id\": " + std::to_string(i) + "}\n";
    input.write(text);
    input.close_in();
  }

  void start() {
    registry
      = compat::spawn_state<registry_end>(system.get(), kept, full_after);
    for (int i = 0; i < 2; ++i)
      decoders.push_back(compat::spawn_state<decoder_state>(
        system.get(), registry, spaced_style, request_limits{}));
    reader = compat::spawn_state<reader_state>(system.get(), settings, decoders,
                                               registry);
    compat::send_anonymously(reader, read_input{});
    system.run();
  }

  /// Says that the chunk kept first is sent out.
  void send_out() {
    compat::send_anonymously(reader, chunk_sent_out{});
    system.run();
  }

  /// Gives the chunk that was kept first back.
  void give_back() {
    requests += kept->front().which->requests.size();
    auto which = std::move(kept->front().which);
    kept->erase(kept->begin());
    which->clear();
    compat::send_anonymously(reader, free_chunk{std::move(which)});
    system.run();
  }

  test_pipe input;
  reader_settings settings;
  std::shared_ptr<kept_chunks> kept = std::make_shared<kept_chunks>();

  /// After how many chunks the reader has said that it may not read.
  std::shared_ptr<std::vector<uint64_t>> full_after
    = std::make_shared<std::vector<uint64_t>>();

  /// How many requests were in the chunks that were given back.
  size_t requests = 0;

  deterministic_system system;
  registry_actor registry;
  std::vector<decoder_actor> decoders;
  reader_actor reader;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reader_actor_test, fixture)

BOOST_AUTO_TEST_CASE(small_input_is_one_chunk_and_its_end) {
  write(3);
  start();
  while (!kept->back().which->last) {
    send_out();
    give_back();
  }
  give_back();
  BOOST_TEST(requests == 3u);
}

BOOST_AUTO_TEST_CASE(reader_stays_ahead_by_a_few_chunks) {
  write(20'000);
  start();
  BOOST_TEST(kept->size() == chunks_ahead_max);
  // Sent out is enough, though replies are not written.
  send_out();
  BOOST_TEST(kept->size() == chunks_ahead_max + 1);
  send_out();
  BOOST_TEST(kept->size() == chunks_ahead_max + 2);
  while (!kept->back().which->last)
    send_out();
  while (!kept->empty())
    give_back();
  BOOST_TEST(requests == 20'000u);
}

BOOST_AUTO_TEST_CASE(input_in_flight_is_bounded_in_bytes) {
  settings.input_bytes_in_flight_max = 2 * chunk_bytes;
  write(20'000);
  start();
  size_t given_back = 0;
  for (bool ended = false; !ended; ++given_back) {
    // One more is let in as long as there is any room.
    BOOST_TEST(kept->size() <= 2u);
    ended = kept->back().which->last;
    send_out();
    BOOST_TEST(kept->size() <= 2u);
    give_back();
  }
  while (!kept->empty())
    give_back();
  BOOST_TEST(requests == 20'000u);
  BOOST_TEST(given_back > 4u);
}

BOOST_AUTO_TEST_CASE(registry_is_told_when_all_that_may_be_read_is_sent_out) {
  settings.input_bytes_in_flight_max = 2 * chunk_bytes;
  write(20'000);
  start();
  auto read = kept->size();
  for (size_t i = 0; i < read; ++i) {
    BOOST_TEST(full_after->empty());
    send_out();
  }
  BOOST_TEST(kept->size() == read);
  BOOST_REQUIRE_EQUAL(full_after->size(), 1);
  BOOST_TEST(full_after->front() == read);
  // Reading goes on with what comes back.
  while (!kept->back().which->last) {
    give_back();
    send_out();
  }
  while (!kept->empty())
    give_back();
  BOOST_TEST(requests == 20'000u);
}

BOOST_AUTO_TEST_CASE(one_chunk_is_always_let_in) {
  settings.input_bytes_in_flight_max = 0;
  write(10'000);
  start();
  for (;;) {
    BOOST_REQUIRE_EQUAL(kept->size(), 1);
    auto ended = kept->back().which->last;
    send_out();
    BOOST_TEST(kept->size() == 1u);
    give_back();
    if (ended)
      break;
  }
  BOOST_TEST(kept->empty());
  BOOST_TEST(requests == 10'000u);
}

BOOST_AUTO_TEST_CASE(chunks_are_numbered_in_order) {
  write(20'000);
  start();
  for (uint64_t next = 0;;) {
    auto place = std::find_if(
      kept->begin(), kept->end(),
      [next](const decoded_chunk& x) { return x.which->sequence == next; });
    BOOST_REQUIRE((place != kept->end()));
    std::rotate(kept->begin(), place, place + 1);
    auto ended = kept->front().which->last;
    send_out();
    give_back();
    ++next;
    if (ended)
      break;
  }
  BOOST_TEST(kept->empty());
}

BOOST_AUTO_TEST_SUITE_END()
