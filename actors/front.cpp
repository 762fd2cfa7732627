#include "actors/front.hpp"

#include "actors/projector.hpp"
#include "actors/registry.hpp"
#include "actors/request_failure.hpp"
#include "messages/json_reader.hpp"
#include "messages/utf8.hpp"

#include <charconv>
#include <stdexcept>
#include <utility>

namespace projections {

namespace {

constexpr auto shutdown = caf::exit_reason::user_shutdown;

/// A chunk of one request, and the texts that the request refers to.
struct single_request {
  chunk in;
  std::string name;
  std::string event_type;
  std::string event_id;
  std::string value;
};

/// Thrown where a request is not what it should be.
class refused_request : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Returns `text` as text between quotes; errors call it `field`.
std::string checked_text(const char* field, const std::string& text) {
  if (!is_utf8(text))
    throw refused_request{std::string{field} + " must be UTF-8"};
  return escaped(text);
}

/// Does the same, but refuses no text at all.
std::string checked_name(const char* field, const std::string& text) {
  if (text.empty())
    throw refused_request{std::string{field} + " must not be empty"};
  return checked_text(field, text);
}

/// Returns the normalised text of `json`; errors call it `field`.
std::string checked_value(const char* field, const std::string& json,
                          const front_settings& settings) {
  if (json.size() > settings.value_bytes_max)
    throw refused_request{std::string{field} + " has "
                          + std::to_string(json.size()) + " bytes; it may have "
                          + std::to_string(settings.value_bytes_max)};
  try {
    return normalise(json, settings.style);
  } catch (const malformed_json& e) {
    throw refused_request{std::string{field} + ": " + e.what()};
  }
}

// -- reading replies -----------------------------------------------------------

std::string text_in(std::string_view reply, std::string_view key) {
  auto value = find_member(reply, key);
  return value.empty() ? std::string{} : unescaped(unquoted(value));
}

uint64_t number_in(std::string_view reply, std::string_view key) {
  auto digits = find_member(reply, key);
  uint64_t result = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), result);
  return result;
}

void read(std::string_view reply, projection_content& out) {
  out.projection = text_in(reply, "projection");
  out.version = number_in(reply, "version");
  out.state = find_member(reply, "state");
}

void read(std::string_view reply, event_processed& out) {
  out.id = text_in(reply, "event_id");
  out.skipped = text_in(reply, "reason");
  auto names = find_member(reply, "updated_models");
  if (names.empty())
    return;
  for (element_cursor i{names}; i.next();)
    out.updated_models.push_back(unescaped(unquoted(i.value())));
}

void read(std::string_view reply, read_model_rows& out) {
  out.name = text_in(reply, "name");
  out.version = number_in(reply, "version");
  out.rows = find_member(reply, "state");
}

/// Returns the error in `reply`.
caf::error error_in(std::string_view reply) {
  auto number = number_in(reply, "code");
  auto code = error_code::timeout;
  while (code != error_code::precondition_failed
         && static_cast<uint64_t>(wire_code(code)) != number)
    code = static_cast<error_code>(static_cast<uint8_t>(code) + 1);
  return request_failure(code, text_in(reply, "text"));
}

/// Answers with what `reply`, an object, says; with an error if it is empty.
template <class Answer>
void deliver(compat::promise<Answer>& to, std::string_view reply) {
  if (reply.empty()) {
    to.deliver(request_failure(error_code::crash,
                               "the actor that should answer has ended"));
  } else if (find_member(reply, "type") == R"("error")") {
    to.deliver(error_in(reply));
  } else {
    Answer result{};
    read(reply, result);
    to.deliver(std::move(result));
  }
}

} // namespace

// -- the actor -------------------------------------------------------------------

front_state::front_state(interface::pointer self, front_settings settings)
  : self_(self), settings_(std::move(settings)) {
  auto models
    = std::make_shared<shared_models>(std::move(settings_.read_models));
  projector_ = compat::spawn_state<projector_state>(
    self_->system(), models, settings_.style, settings_.dedup_window);
  registry_settings options;
  options.routing.style = settings_.style;
  options.routing.replies = reply_mode::body;
  options.reply_bytes_in_flight_max = settings_.reply_bytes_in_flight_max;
  interface me {
    self_
  };
  registry_ = compat::spawn_state<registry_state>(self_->system(), options,
                                                  writer_actor{me}, projector_,
                                                  models, node_observer{me});
  self_->link_to(registry_);
}

front_state::~front_state() {
  // A promise that is only dropped tells nobody.
  for (auto& [sequence, answer] : waiting_)
    std::visit(
      [](auto& to) {
        to.deliver(caf::make_error(caf::sec::request_receiver_down));
      },
      answer);
  caf::anon_send_exit(registry_, shutdown);
  caf::anon_send_exit(projector_, shutdown);
}

front_end_actor::behavior_type front_state::make_behavior() {
  return {
    [this](const update_projection& x) { return update(x); },
    [this](const query_projection& x) { return query(x); },
    [this](const process_event& x) { return process(x); },
    [this](const query_read_model& x) { return query_rows(x); },
    [this](const finished_batch& x) { take_back(x); },
    [](read_input) {
      // nop
    },
    [](chunk_sent_out) {
      // nop
    },
    [](const free_chunk&) {
      // nop
    },
    [](node_finished) {
      // nop
    },
  };
}

front_state::content_promise front_state::update(const update_projection& x) {
  auto answer = self_->make_response_promise<projection_content>();
  carry_out(answer, [&](single_request& owner, request& r) {
    r.kind = request_kind::update_projection;
    r.include_state = x.include_state;
    r.name = owner.name = checked_name("projection", x.projection);
    r.value = owner.value = checked_value("payload", x.payload, settings_);
    r.identity = identity_of(r.value);
  });
  return answer;
}

front_state::content_promise front_state::query(const query_projection& x) {
  auto answer = self_->make_response_promise<projection_content>();
  carry_out(answer, [&](single_request& owner, request& r) {
    r.kind = request_kind::query_projection;
    r.name = owner.name = checked_name("projection", x.projection);
    r.has_min_version = x.min_version > 0;
    r.min_version = x.min_version;
    r.timeout_ms = x.timeout_ms;
  });
  return answer;
}

front_state::event_promise front_state::process(const process_event& x) {
  auto answer = self_->make_response_promise<event_processed>();
  carry_out(answer, [&](single_request& owner, request& r) {
    r.kind = request_kind::process_event;
    r.event_id = owner.event_id = checked_text("id", x.id);
    r.event_type = owner.event_type = checked_name("event_type", x.event_type);
    r.value = owner.value = checked_value("payload", x.payload, settings_);
    r.identity = identity_of(r.value);
  });
  return answer;
}

front_state::rows_promise front_state::query_rows(const query_read_model& x) {
  auto answer = self_->make_response_promise<read_model_rows>();
  carry_out(answer, [&](single_request& owner, request& r) {
    r.kind = request_kind::query_read_model;
    r.name = owner.name = checked_name("name", x.name);
    if (!x.key.empty())
      r.value = owner.value = checked_value("key", x.key, settings_);
  });
  return answer;
}

/// Sends the registry the request that `fill(texts, request)` makes, or
/// answers why there is none.
template <class Promise, class Fill>
void front_state::carry_out(Promise& answer, Fill fill) {
  if (waiting_.size() >= settings_.requests_in_flight_max) {
    answer.deliver(request_failure(error_code::precondition_failed,
                                   std::to_string(waiting_.size())
                                     + " requests are under way already"));
    return;
  }
  auto owner = std::make_shared<single_request>();
  try {
    fill(*owner, owner->in.requests.emplace_back());
  } catch (const refused_request& e) {
    answer.deliver(request_failure(error_code::malformed_request, e.what()));
    return;
  }
  owner->in.sequence = chunks_made_++;
  waiting_.emplace(owner->in.sequence, answer);
  chunk_ptr which{owner, &owner->in};
  compat::send(self_, registry_,
               decoded_chunk{std::move(which), reader_actor{interface{self_}}});
}

/// Answers the request of a batch, which is the only one in its chunk.
void front_state::take_back(const finished_batch& x) {
  auto& batch = *x.batch;
  auto found = waiting_.find(batch.in()->sequence);
  auto answer = std::move(found->second);
  waiting_.erase(found);
  auto reply = batch.at(batch.first()).reply;
  // It ends in a line break.
  reply.remove_suffix(reply.empty() ? 0 : 1);
  std::visit([reply](auto& to) { deliver(to, reply); }, answer);
  compat::send(self_, x.registry, written_batch{x.batch});
}

} // namespace projections
