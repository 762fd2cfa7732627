// The one-thread loop that the node is measured against: it reads lines, parses
// them in place with RapidJSON, merges, serialises and writes. It answers
// well-formed requests as `projection-node --compact` does and stops at
// anything else.
//
// It writes what it has whenever it has to read on. On a pipe that makes it the
// bare loop of the latency comparison too: it reads a line, parses it and
// writes the reply.
//
// Run it as `bench_baseline < requests > replies`. With `--parse-only` it
// parses and does no more, which is the limit for a node that uses one thread
// and RapidJSON's DOM.

#include "bench/baseline_projector.hpp"
#include "bench/command_line.hpp"
#include "bench/json_values.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace projections::bench {
namespace {

/// Collects the replies and writes them to stdout.
class reply_text {
public:
  // -- modifiers --------------------------------------------------------------

  /// Appends `text` as it is.
  void raw(std::string_view text) {
    std::memcpy(buffer_.Push(text.size()), text.data(), text.size());
  }

  void value(const json& value) {
    writer_.Reset(buffer_);
    value.Accept(writer_);
  }

  void string(std::string_view text) {
    writer_.Reset(buffer_);
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }

  void number(uint64_t number) {
    writer_.Reset(buffer_);
    writer_.Uint64(number);
  }

  /// Begins the reply `type` to the request `body`.
  void begin(std::string_view type, const json& body) {
    raw(R"({"type":")");
    raw(type);
    raw("\"");
    if (const auto* msg_id = member(body, "msg_id")) {
      raw(R"(,"in_reply_to":)");
      value(*msg_id);
    }
  }

  /// Ends a reply, and writes when enough has gathered.
  void end() {
    raw("}\n");
    if (buffer_.GetSize() >= write_bytes)
      flush();
  }

  /// Writes everything that has gathered.
  void flush() {
    const char* from = buffer_.GetString();
    for (size_t left = buffer_.GetSize(); left > 0;) {
      const auto written = write(STDOUT_FILENO, from, left);
      if (written < 0)
        throw std::runtime_error("cannot write to stdout");
      from += written;
      left -= static_cast<size_t>(written);
    }
    buffer_.Clear();
  }

private:
  static constexpr size_t write_bytes = size_t{1} << 16;

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

/// Carries out requests one after another.
class baseline_node {
public:
  explicit baseline_node(reply_text& out) : out_(out) {
    // nop
  }

  /// Answers one request, which is bare or in an envelope.
  void handle(const json& request) {
    const auto* envelope = member(request, "body");
    const auto& body = envelope != nullptr ? *envelope : request;
    const auto type = text_of(need(body, "type"));
    if (type == "update")
      update(body);
    else if (type == "event")
      event(body);
    else if (type == "create")
      create(body);
    else if (type == "rebuild")
      rebuild(body);
    else if (type == "query")
      query(body);
    else if (type == "subscribe")
      subscribe(body);
    else if (type == "read_model")
      read_model(body);
    else
      throw std::runtime_error("the baseline does not know the request "
                               + std::string{type});
    out_.end();
  }

private:
  static const json& need(const json& object, std::string_view name) {
    const auto* found = object.IsObject() ? member(object, name) : nullptr;
    if (found == nullptr)
      throw std::runtime_error("missing field " + std::string{name});
    return *found;
  }

  projection_state& projection(std::string_view name) {
    // One string is reused, since the table needs a key that owns its text.
    key_.assign(name);
    return projections_[key_];
  }

  void create(const json& body) {
    static const json empty{rapidjson::kArrayType};
    const auto name = text_of(need(body, "name"));
    const auto* initial = member(body, "initial_state");
    projection(name).create(initial != nullptr ? *initial : empty);
    out_.begin("projection_created", body);
    out_.raw(R"(,"name":)");
    out_.string(name);
    out_.raw(R"(,"version":0)");
  }

  void update(const json& body) {
    const auto name = text_of(need(body, "projection"));
    const auto* include_state = member(body, "include_state");
    auto& target = projection(name);
    target.apply(need(need(body, "event"), "event_data"));
    out_.begin("projection_updated", body);
    out_.raw(R"(,"projection":)");
    out_.string(name);
    out_.raw(R"(,"version":)");
    out_.number(target.version());
    if (include_state == nullptr || include_state->IsTrue()) {
      out_.raw(R"(,"state":)");
      out_.value(target.state());
    }
  }

  void rebuild(const json& body) {
    const auto name = text_of(need(body, "projection"));
    auto& target = projection(name);
    target.reset();
    for (const auto& event : need(body, "events").GetArray())
      target.apply(need(event, "event_data"));
    out_.begin("projection_rebuilt", body);
    out_.raw(R"(,"projection":)");
    out_.string(name);
    out_.raw(R"(,"events_processed":)");
    out_.number(target.version());
    out_.raw(R"(,"version":)");
    out_.number(target.version());
  }

  void query(const json& body) {
    const auto name = text_of(need(body, "projection"));
    const auto found = projections_.find(std::string{name});
    if (found == projections_.end())
      throw std::runtime_error("no such projection");
    const auto& target = found->second;
    out_.begin("projection_state", body);
    out_.raw(R"(,"projection":)");
    out_.string(name);
    out_.raw(R"(,"version":)");
    out_.number(target.version());
    out_.raw(R"(,"state":)");
    out_.value(target.state());
  }

  void subscribe(const json& body) {
    const auto& types = need(body, "event_types");
    for (const auto& type : types.GetArray())
      projector_.subscribe(text_of(type));
    out_.begin("subscribed", body);
    out_.raw(R"(,"event_types":)");
    out_.value(types);
  }

  void event(const json& body) {
    using outcome = baseline_projector::outcome;
    const auto& event = need(body, "event");
    const auto& id = need(event, "id");
    updated_.clear();
    const auto result
      = projector_.process(text_of(id), text_of(need(event, "type")),
                           need(event, "payload"), updated_);
    out_.begin(result == outcome::applied ? "read_models_updated"
                                          : "event_skipped",
               body);
    out_.raw(R"(,"event_id":)");
    out_.value(id);
    if (result == outcome::applied) {
      out_.raw(R"(,"updated_models":[)");
      for (const auto& name : updated_) {
        if (&name != updated_.data())
          out_.raw(",");
        out_.string(name);
      }
      out_.raw("]");
    } else {
      out_.raw(R"(,"reason":)");
      out_.string(result == outcome::already_processed ? "already_processed"
                                                       : "not_subscribed");
    }
  }

  void read_model(const json& body) {
    const auto* model = projector_.find(text_of(need(body, "name")));
    if (model == nullptr)
      throw std::runtime_error("no such read model");
    out_.begin("read_model_state", body);
    out_.raw(R"(,"name":)");
    out_.string(model->name());
    out_.raw(R"(,"version":)");
    out_.number(model->version());
    out_.raw(R"(,"state":[)");
    bool first = true;
    model->each_row(member(body, "key"), [&](const json& row) {
      out_.raw(first ? "" : ",");
      out_.value(row);
      first = false;
    });
    out_.raw("]");
  }

  reply_text& out_;
  std::unordered_map<std::string, projection_state> projections_;
  baseline_projector projector_;
  std::string key_;
  /// The read models that took the event at hand.
  std::vector<std::string_view> updated_;
};

/// Reads stdin to its end and calls `handle` with each line, null-terminated
/// and writable, and `idle` before it reads on.
template <class Handler, class Idle>
void each_line(Handler handle, Idle idle) {
  size_t capacity = size_t{1} << 18;
  // The buffer grows by `realloc`, which neither copies nor clears a large
  // block.
  std::unique_ptr<char, decltype(&std::free)> buffer{nullptr, &std::free};
  size_t filled = 0;
  for (;;) {
    if (buffer == nullptr || filled == capacity) {
      capacity *= 2;
      auto* grown = static_cast<char*>(std::realloc(buffer.get(), capacity));
      if (grown == nullptr)
        throw std::bad_alloc{};
      static_cast<void>(buffer.release());
      buffer.reset(grown);
    }
    idle();
    const auto count
      = read(STDIN_FILENO, buffer.get() + filled, capacity - filled);
    if (count < 0)
      throw std::runtime_error("cannot read stdin");
    if (count == 0)
      return;
    char* line = buffer.get();
    char* from = line + filled;
    char* const end = from + count;
    while (auto* newline = static_cast<char*>(
             memchr(from, '\n', static_cast<size_t>(end - from)))) {
      *newline = '\0';
      handle(line);
      line = from = newline + 1;
    }
    filled = static_cast<size_t>(end - line);
    std::memmove(buffer.get(), line, filled);
  }
}

void run(bool parse_only) {
  // Both the values and the parser's stack lie in memory that is used again for
  // every line.
  using document
    = rapidjson::GenericDocument<rapidjson::UTF8<>, json_pool, json_pool>;
  std::vector<char> value_memory(size_t{1} << 18);
  std::vector<char> stack_memory(size_t{1} << 15);
  json_pool values{value_memory.data(), value_memory.size()};
  json_pool stack{stack_memory.data(), stack_memory.size()};
  reply_text out;
  baseline_node node{out};
  each_line(
    [&](char* line) {
      values.Clear();
      stack.Clear();
      document parsed{&values, size_t{1} << 10, &stack};
      if (parsed.ParseInsitu(line).HasParseError())
        throw std::runtime_error("malformed JSON");
      if (!parse_only)
        node.handle(parsed);
    },
    [&] { out.flush(); });
}

} // namespace
} // namespace projections::bench

int main(int argc, char** argv) {
  const bool parse_only
    = argc == 2 && std::string_view{argv[1]} == "--parse-only";
  return projections::bench::run_program(
    "bench_baseline [--parse-only] < requests > replies", parse_only ? 1 : argc,
    argv, [&] {
      if (argc > 1 && !parse_only)
        throw projections::bench::bad_command_line{};
      projections::bench::run(parse_only);
    });
}
