#include "tests/actors/node/test_node.hpp"

#include "projections/actors/node/decoder_actor.hpp"
#include "projections/actors/node/writer_actor.hpp"
#include "projections/folds/read_models/read_model_file.hpp"
#include "projections/folds/read_models/row_read_model.hpp"
#include "tests/messages/protocol/decoding.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace projections::test {

namespace {

/// Stands where the reader would be.
struct reader_end {
  using interface = reader_actor;

  static constexpr const char* actor_name = "reader_end";

  reader_end(interface::pointer, std::shared_ptr<seen_at_the_ends> shared)
    : seen(std::move(shared)) {
    // nop
  }

  interface::behavior_type make_behavior() {
    return {
      [](read_input) {
        // nop
      },
      [this](chunk_sent_out) { ++seen->chunks_sent_out; },
      [this](const free_chunk& x) {
        seen->chunks_back.push_back(x.which->sequence);
      },
    };
  }

  std::shared_ptr<seen_at_the_ends> seen;
};

/// Stands in front of the writer.
struct gate {
  using interface = writer_actor;

  static constexpr const char* actor_name = "gate";

  gate(interface::pointer own, std::shared_ptr<seen_at_the_ends> shared,
       writer_actor next)
    : self(own), seen(std::move(shared)), writer(std::move(next)) {
    // nop
  }

  interface::behavior_type make_behavior() {
    return {[this](const finished_batch& x) {
      if (seen->is_holding)
        seen->held.push_back(x);
      else
        compat::send(self, writer, finished_batch{x});
    }};
  }

  interface::pointer self;
  std::shared_ptr<seen_at_the_ends> seen;
  writer_actor writer;
};

/// Stands where `run_node` would be.
struct observer_end {
  using interface = node_observer;

  static constexpr const char* actor_name = "observer_end";

  observer_end(interface::pointer, std::shared_ptr<seen_at_the_ends> shared)
    : seen(std::move(shared)) {
    // nop
  }

  interface::behavior_type make_behavior() {
    return {[this](node_finished x) { seen->exit_code = x.exit_code; }};
  }

  std::shared_ptr<seen_at_the_ends> seen;
};

std::vector<std::shared_ptr<read_model>> default_models() {
  std::vector<std::shared_ptr<read_model>> result;
  for (auto& config : default_read_models())
    result.push_back(
      std::make_shared<row_read_model>(std::move(config), spaced_style));
  return result;
}

} // namespace

test_node::test_node(test_node_settings settings)
  : seen_(std::make_shared<seen_at_the_ends>()),
    output_(::memfd_create("replies", 0)) {
  if (output_ < 0)
    throw std::runtime_error{"there is no memory for replies"};
  auto& system = system_.get();
  reader_ = compat::spawn_state<reader_end>(system, seen_);
  observer_ = compat::spawn_state<observer_end>(system, seen_);
  writer_ = compat::spawn_state<writer_state>(system, output_, spaced_style,
                                              observer_);
  gate_ = compat::spawn_state<gate>(system, seen_, writer_);
  if (settings.read_models.empty())
    settings.read_models = default_models();
  auto models
    = std::make_shared<shared_models>(std::move(settings.read_models));
  projector_ = compat::spawn_state<projector_state>(
    system, models, spaced_style, settings.dedup_window);
  registry_settings options;
  options.reply_bytes_in_flight_max = settings.reply_bytes_in_flight_max;
  options.routing.make_projection = std::move(settings.make_projection);
  registry_ = compat::spawn_state<registry_state>(
    system, options, gate_, projector_, models, observer_);
  for (int i = 0; i < 2; ++i)
    decoders_.push_back(compat::spawn_state<decoder_state>(
      system, registry_, spaced_style, request_limits{}));
}

test_node::~test_node() {
  constexpr auto done = caf::exit_reason::user_shutdown;
  // What is held holds actors.
  hold_batches(false);
  run();
  caf::anon_send_exit(reader_, done);
  caf::anon_send_exit(writer_, done);
  caf::anon_send_exit(gate_, done);
  caf::anon_send_exit(observer_, done);
  caf::anon_send_exit(projector_, done);
  caf::anon_send_exit(registry_, done);
  for (auto& decoder : decoders_)
    caf::anon_send_exit(decoder, done);
  run();
  ::close(output_);
}

chunk_ptr test_node::next_chunk(std::string_view text) {
  chunk_ptr result = chunk_of(text);
  result->sequence = chunks_sent_++;
  return result;
}

void test_node::send(std::string_view text) {
  auto which = next_chunk(text);
  request_decoder{spaced_style, {}}.decode(*which);
  compat::send_anonymously(registry_, decoded_chunk{which, reader_});
}

void test_node::send_undecoded(std::string_view text) {
  auto which = next_chunk(text);
  auto& decoder = decoders_[which->sequence % decoders_.size()];
  compat::send_anonymously(decoder, raw_chunk{which, reader_});
}

void test_node::end_input() {
  auto which = next_chunk({});
  which->last = true;
  compat::send_anonymously(registry_, decoded_chunk{which, reader_});
}

std::vector<std::string> test_node::answers(std::string_view text) {
  send(text);
  run();
  return replies();
}

std::vector<std::string> test_node::replies() {
  auto end = static_cast<size_t>(::lseek(output_, 0, SEEK_END));
  std::string text(end - output_read_, '\0');
  auto got = ::pread(output_, text.data(), text.size(),
                     static_cast<off_t>(output_read_));
  BOOST_REQUIRE(got == static_cast<ssize_t>(text.size()));
  output_read_ = end;
  std::vector<std::string> result;
  for (size_t begin = 0; begin < text.size();) {
    auto line_end = text.find('\n', begin);
    result.push_back(text.substr(begin, line_end - begin));
    begin = line_end == text.npos ? text.size() : line_end + 1;
  }
  return result;
}

void test_node::hold_batches(bool is_holding) {
  seen_->is_holding = is_holding;
  while (!is_holding && !seen_->held.empty())
    let_through();
}

void test_node::let_through(size_t place) {
  BOOST_REQUIRE(place < seen_->held.size());
  auto chosen = seen_->held.begin() + static_cast<ptrdiff_t>(place);
  auto batch = std::move(*chosen);
  seen_->held.erase(chosen);
  compat::send_anonymously(writer_, std::move(batch));
}

void test_node::kill(std::string_view name) {
  auto victim = system_.ready_actor(name);
  BOOST_REQUIRE(victim);
  compat::send_urgent_exit(victim, caf::exit_reason::kill);
}

// -- texts -----------------------------------------------------------------------

namespace {

std::string text_of(std::initializer_list<std::string_view> pieces) {
  std::string result;
  for (auto piece : pieces)
    result += piece;
  return result;
}

} // namespace

std::string update(std::string_view projection, std::string_view data) {
  return text_of({R"({"type": "update", "projection": ")", projection,
                  R"(", "event": {"type": "T", "payload": )", data, "}}\n"});
}

std::string updated(std::string_view projection, uint64_t version,
                    std::string_view state) {
  return text_of({R"({"type": "projection_updated", "projection": ")",
                  projection, R"(", "version": )", std::to_string(version),
                  R"(, "state": )", state, "}"});
}

std::string ask(std::string_view type, std::string_view key,
                std::string_view value) {
  return text_of(
    {R"({"type": ")", type, R"(", ")", key, R"(": ")", value, "\"}\n"});
}

std::string event_request(std::string_view id, std::string_view type,
                          std::string_view payload) {
  return text_of({R"({"type": "event", "event": {"id": ")", id,
                  R"(", "type": ")", type, R"(", "payload": )", payload,
                  "}}\n"});
}

std::string models_updated(std::string_view id, std::string_view names) {
  return text_of({R"({"type": "read_models_updated", "event_id": ")", id,
                  R"(", "updated_models": )", names, "}"});
}

std::string skipped(std::string_view id, std::string_view reason) {
  return text_of({R"({"type": "event_skipped", "event_id": ")", id,
                  R"(", "reason": ")", reason, "\"}"});
}

std::string error_reply(int code, std::string_view text) {
  return text_of({R"({"type": "error", "code": )", std::to_string(code),
                  R"(, "text": ")", text, "\"}"});
}

bool is_error(std::string_view reply, int code) {
  return reply.starts_with(R"({"type": "error", "code": )"
                           + std::to_string(code) + ",");
}

} // namespace projections::test
