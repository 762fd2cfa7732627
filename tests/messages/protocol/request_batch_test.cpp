// Goal: threads that answer requests of one batch never share a byte of its
// room, and replies that find no room get some. Method: claims by hand at the
// bounds, and many threads whose replies are read back.
#include "projections/messages/protocol/request_batch.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace projections;

namespace {

/// Returns a batch of `count` requests.
batch_ptr batch_of(uint32_t count) {
  auto in = std::make_shared<chunk>();
  in->requests.resize(count);
  auto result = std::make_shared<request_batch>(in, 0);
  for (uint32_t i = 0; i < count; ++i)
    result->add_one();
  return result;
}

/// Writes the same letter again and again.
struct letters {
  char letter;
  size_t count;

  [[nodiscard]] size_t bytes() const {
    return count;
  }

  char* write(char* out) const {
    return std::fill_n(out, count, letter);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(request_batch_test)

BOOST_AUTO_TEST_CASE(batch_is_a_run_of_requests_of_its_chunk) {
  auto in = std::make_shared<chunk>();
  in->requests.resize(5);
  request_batch batch{in, 2};
  BOOST_TEST(batch.first() == 2);
  BOOST_TEST(batch.end() == 2);
  batch.add_one();
  batch.add_one();
  BOOST_TEST(batch.end() == 4);
  BOOST_TEST(&batch.at(3) == &in->requests[3]);
  BOOST_TEST((batch.in() == in));
}

BOOST_AUTO_TEST_CASE(replies_lie_side_by_side_in_the_room) {
  auto batch = batch_of(2);
  BOOST_TEST(!batch->has_room());
  batch->use_room(reply_room{10});
  BOOST_TEST(batch->has_room());
  batch->answer(0, "abc");
  batch->answer(1, "defg");
  BOOST_TEST(batch->at(0).reply == "abc");
  BOOST_TEST(batch->at(1).reply == "defg");
  BOOST_TEST((batch->at(0).reply.end() == batch->at(1).reply.begin()));
  auto room = batch->take_room();
  BOOST_TEST(room.bytes == 10);
  BOOST_TEST((room.begin.get() == batch->at(0).reply.data()));
  BOOST_TEST(!batch->has_room());
}

BOOST_AUTO_TEST_CASE(reply_may_fill_the_room_to_its_last_byte) {
  auto batch = batch_of(1);
  reply_room room{8};
  auto begin = room.begin.get();
  batch->use_room(std::move(room));
  batch->answer(0, "12345678");
  BOOST_TEST((batch->at(0).reply.data() == begin));
}

BOOST_AUTO_TEST_CASE(replies_without_room_get_some) {
  auto batch = batch_of(4);
  batch->use_room(reply_room{8});
  const std::string large(100'000, 'x');
  batch->answer(0, "123456789");
  batch->answer(1, large);
  batch->answer(2, "small");
  batch->answer(3, "");
  BOOST_TEST(batch->at(0).reply == "123456789");
  BOOST_TEST(batch->at(1).reply == large);
  BOOST_TEST(batch->at(2).reply == "small");
  BOOST_TEST(batch->at(3).reply == "");
}

BOOST_AUTO_TEST_CASE(reply_is_put_together_from_head_source_and_tail) {
  auto batch = batch_of(1);
  batch->answer(0, "<", letters{'s', 3}, ">\n");
  BOOST_TEST(batch->at(0).reply == "<sss>\n");
}

BOOST_AUTO_TEST_CASE(threads_answer_at_the_same_time) {
  constexpr uint32_t threads = 4;
  constexpr uint32_t each = 2000;
  auto batch = batch_of(threads * each);
  // Enough for a part of them, so that some claims begin within the room and
  // end behind it, and blocks fill up as well.
  batch->use_room(reply_room{100'000});
  auto letter_of = [](uint32_t i) {
    return letters{static_cast<char>('a' + i % 26), 1 + i * 7 % 60};
  };
  std::vector<std::thread> running;
  for (uint32_t t = 0; t < threads; ++t)
    running.emplace_back([&, t] {
      for (auto i = t; i < threads * each; i += threads)
        batch->answer(i, "[", letter_of(i), "]");
    });
  for (auto& x : running)
    x.join();
  for (uint32_t i = 0; i < threads * each; ++i) {
    auto [letter, count] = letter_of(i);
    BOOST_REQUIRE(batch->at(i).reply == "[" + std::string(count, letter) + "]");
  }
}

BOOST_AUTO_TEST_SUITE_END()
