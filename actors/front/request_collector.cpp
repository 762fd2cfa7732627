#include "projections/actors/front/request_collector.hpp"

#include "projections/messages/text/utf8.hpp"

#include <utility>

namespace projections {

namespace {

/// The room for texts in a chunk, in bytes, and in one for a single request.
/// What does not fit stands in strings of its own.
constexpr size_t text_bytes = size_t{64} << 10;
constexpr size_t own_text_bytes = 256;

/// A chunk with less room takes no more requests.
constexpr size_t text_bytes_left_min = size_t{4} << 10;

/// Nor does one with so many of them: what is answered first should not wait
/// for too many others.
constexpr size_t requests_max = 1024;

std::string element(std::string_view field, size_t i) {
  return std::string{field} + "[" + std::to_string(i) + "]";
}

} // namespace

request_collector::request_collector(json_style style, size_t value_bytes_max)
  : style_(style), value_bytes_max_(value_bytes_max), normaliser_(style) {
  // nop
}

void request_collector::begin(chunk& in, bool own) {
  in_ = &in;
  own_ = own;
  in.text.reserve(own ? own_text_bytes : text_bytes);
}

bool request_collector::is_full() const {
  return own_ || in_->requests.size() >= requests_max
         || room() < text_bytes_left_min;
}

bool request_collector::is_worth_keeping(const chunk& x) {
  return x.text.capacity() >= text_bytes;
}

// -- requests --------------------------------------------------------------------

void request_collector::write(const create_projection& x, request& r) {
  r.kind = request_kind::create_projection;
  r.name = name("projection", x.projection);
  r.value
    = x.initial_state.empty() ? "[]" : value("initial_state", x.initial_state);
}

void request_collector::write(const update_projection& x, request& r) {
  r.kind = request_kind::update_projection;
  r.include_state = x.include_state;
  r.name = name("projection", x.projection);
  r.value = value("payload", x.payload);
  r.identity = normaliser_.identity();
}

void request_collector::write(const rebuild_projection& x, request& r) {
  r.kind = request_kind::rebuild_projection;
  r.name = name("projection", x.projection);
  size_t bytes = 0;
  for (auto& payload : x.payloads)
    bytes += payload.size();
  check_bytes("payloads", bytes);
  auto& normalised = in_->normalised;
  normalised.reserve(2 * bytes);
  // Offsets fit into 32 bits, since the chunk has no other rebuild.
  auto place_of = [&](std::string_view part) {
    return part.empty()
             ? 0u
             : static_cast<uint32_t>(part.data() - normalised.begin());
  };
  in_->events.reserve(x.payloads.size());
  auto out = normalised.begin();
  for (size_t i = 0; i < x.payloads.size(); ++i) {
    std::string_view done;
    try {
      done = normaliser_.write(x.payloads[i], out);
    } catch (const malformed_json& e) {
      throw refusal{element("payloads", i) + ": " + e.what()};
    }
    auto identity = normaliser_.identity();
    in_->events.push_back({place_of(done), static_cast<uint32_t>(done.size()),
                           place_of(identity),
                           static_cast<uint32_t>(identity.size())});
    out += done.size();
  }
  r.event_count = static_cast<uint32_t>(in_->events.size());
}

void request_collector::write(const query_projection& x, request& r) {
  r.kind = request_kind::query_projection;
  r.name = name("projection", x.projection);
  r.has_min_version = x.min_version > 0;
  r.min_version = x.min_version;
  r.timeout_ms = x.timeout_ms;
}

void request_collector::write(const list_projections&, request& r) {
  r.kind = request_kind::list_projections;
}

void request_collector::write(const delete_projection& x, request& r) {
  r.kind = request_kind::delete_projection;
  r.name = name("projection", x.projection);
}

void request_collector::write(const process_event& x, request& r) {
  r.kind = request_kind::process_event;
  r.event_id = text("id", x.id);
  r.event_type = name("event_type", x.event_type);
  r.value = value("payload", x.payload);
  r.identity = normaliser_.identity();
}

void request_collector::write(const subscribe_to& x, request& r) {
  r.kind = request_kind::subscribe;
  r.value = event_types(x.event_types);
}

void request_collector::write(const unsubscribe_from& x, request& r) {
  r.kind = request_kind::unsubscribe;
  r.value = event_types(x.event_types);
}

void request_collector::write(const query_read_model& x, request& r) {
  r.kind = request_kind::query_read_model;
  r.name = name("name", x.name);
  if (!x.key.empty())
    r.value = value("key", x.key);
}

void request_collector::write(const get_node_status&, request& r) {
  r.kind = request_kind::get_status;
}

/// Makes `r` a request that is answered with `why`.
void request_collector::refuse(request& r, std::string_view why) {
  r = {};
  r.kind = request_kind::refused;
  r.error = error_code::malformed_request;
  scratch_.clear();
  append_escaped(scratch_, why);
  r.name = kept(scratch_);
}

// -- texts -----------------------------------------------------------------------

/// Returns `text` as text between quotes; errors call it `field`.
std::string_view request_collector::text(std::string_view field,
                                         std::string_view text) {
  scratch_.clear();
  append_checked(field, text);
  return kept(scratch_);
}

/// Does the same, but refuses no text at all.
std::string_view request_collector::name(std::string_view field,
                                         std::string_view text) {
  if (text.empty())
    throw refusal{std::string{field} + " must not be empty"};
  return this->text(field, text);
}

/// Returns the normalised text of `json`.
std::string_view request_collector::value(std::string_view field,
                                          std::string_view json) {
  check_bytes(field, json.size());
  // Normalising may double it.
  auto bytes = 2 * json.size();
  try {
    if (bytes <= room()) {
      auto out = in_->text.begin() + in_->text_bytes;
      auto result = normaliser_.write(json, out);
      in_->text_bytes += result.size();
      return result;
    }
    auto& own = in_->texts.emplace_back(bytes, '\0');
    auto result = normaliser_.write(json, own.data());
    own.resize(result.size());
    return result;
  } catch (const malformed_json& e) {
    throw refusal{std::string{field} + ": " + e.what()};
  }
}

/// Returns the array of `types`, each of which is a name.
std::string_view
request_collector::event_types(const std::vector<std::string>& types) {
  constexpr std::string_view field = "event_types";
  if (types.empty())
    throw refusal{std::string{field} + " must not be empty"};
  scratch_.clear();
  scratch_ += '[';
  for (size_t i = 0; i < types.size(); ++i) {
    if (types[i].empty())
      throw refusal{element(field, i) + " must not be empty"};
    if (i > 0)
      scratch_ += style_.comma;
    scratch_ += '"';
    append_checked(field, types[i]);
    scratch_ += '"';
    check_bytes(field, scratch_.size());
  }
  scratch_ += ']';
  return kept(scratch_);
}

void request_collector::check_bytes(std::string_view field,
                                    size_t bytes) const {
  if (bytes > value_bytes_max_)
    throw refusal{std::string{field} + " must have at most "
                  + std::to_string(value_bytes_max_) + " bytes, not "
                  + std::to_string(bytes)};
}

/// Appends `text`, escaped, to `scratch_`.
void request_collector::append_checked(std::string_view field,
                                       std::string_view text) {
  if (!is_utf8(text))
    throw refusal{std::string{field} + " must be UTF-8"};
  append_escaped(scratch_, text);
}

/// Returns a copy of `text` that lives as long as the chunk.
std::string_view request_collector::kept(std::string_view text) {
  if (text.size() > room())
    return in_->texts.emplace_back(text);
  auto begin = in_->text.begin() + in_->text_bytes;
  text.copy(begin, text.size());
  in_->text_bytes += text.size();
  return {begin, text.size()};
}

/// Returns how many bytes the chunk has left for texts.
size_t request_collector::room() const {
  return in_->text.capacity() - in_->text_bytes;
}

} // namespace projections
