// Fuzzes framing, decoding and merging. The input is what a node reads on
// stdin, behind one byte that chooses limits, style, and how the text comes in.
// What must hold is checked by brute force: frames are requests, normalised
// text is stable, and states are what merging flat text gives.
#include "projections/folds/states/named_projection.hpp"
#include "projections/messages/json/json_normaliser.hpp"
#include "projections/messages/json/merge_patch.hpp"
#include "projections/messages/protocol/request_decoder.hpp"
#include "projections/messages/protocol/request_framer.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace projections;

namespace {

/// Ends the run if `holds` is false.
void demand(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// What the first byte of the input chooses.
struct choices {
  explicit choices(uint8_t byte)
    : compact((byte & 1) != 0), piece_bytes(size_t{1} << (byte >> 1 & 3) * 2) {
    if ((byte & 8) != 0)
      limits.request_bytes_max = 40;
    if ((byte & 16) != 0)
      limits.depth_max = 4;
  }

  [[nodiscard]] json_style style() const {
    return compact ? compact_style : spaced_style;
  }

  bool compact;
  size_t piece_bytes;
  request_limits limits;
};

void decode(std::string_view text, const choices& chosen, chunk& out) {
  // As large as it must be, so that AddressSanitizer sees what lies behind.
  out.text.reserve(text.size() + chunk::padding);
  text.copy(out.text.begin(), text.size());
  std::memset(out.text.begin() + text.size(), 0, chunk::padding);
  out.text_bytes = text.size();
  request_decoder decoder{chosen.style(), chosen.limits};
  decoder.decode(out);
}

// -- framing ------------------------------------------------------------------

/// Cuts `text` into requests while it comes in piece by piece, as the reader
/// does it.
std::vector<std::string_view> frames_of(std::string_view text,
                                        const choices& chosen) {
  using ending = request_frame::ending;
  request_framer framer{chosen.limits};
  std::vector<std::string_view> result;
  size_t seen = 0;
  size_t begin = 0;
  auto see_more = [&] {
    seen = std::min(text.size(), seen + chosen.piece_bytes);
    return text.substr(0, seen);
  };
  while (begin < text.size()) {
    auto frame = framer.find_end(see_more(), begin, see_more);
    demand(frame.end >= begin && frame.end <= seen, "a frame is in the text");
    if (frame.how == ending::unfinished) {
      demand(seen == text.size(), "all text is asked for");
      frame.end = seen;
    }
    result.push_back(text.substr(begin, frame.end - begin));
    begin = frame.end;
    if (frame.how == ending::too_long)
      begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
    seen = std::max(seen, begin);
  }
  return result;
}

bool are_equal(const request& x, const request& y) {
  return x.kind == y.kind && x.error == y.error && x.msg_id == y.msg_id
         && x.name == y.name && x.source == y.source
         && x.destination == y.destination && x.event_type == y.event_type
         && x.event_id == y.event_id && x.value == y.value
         && x.identity == y.identity && x.event_count == y.event_count;
}

void check_frames(std::string_view text, const choices& chosen,
                  const chunk& whole) {
  size_t done = 0;
  for (auto frame : frames_of(text, chosen)) {
    chunk part;
    decode(frame, chosen, part);
    for (auto& x : part.requests) {
      demand(done < whole.requests.size(), "there are no more requests");
      demand(are_equal(x, whole.requests[done]), "a frame is a request");
      ++done;
    }
  }
  demand(done == whole.requests.size(), "there are no fewer requests");
}

// -- values -------------------------------------------------------------------

void check_value(std::string_view value, std::string_view identity,
                 json_style style) {
  demand(normalise(value, style) == value, "normalised text is stable");
  demand(identity_of(value) == identity, "the identity is that of the text");
  demand(value_length(value) == value.size(), "a value is one value");
}

/// Checks what a refused request tells: a string, short and valid.
void check_text(std::string_view text) {
  demand(text.size() < 2000, "an error text is short");
  auto whole = '"' + std::string{text} + '"';
  demand(normalise(whole, spaced_style) == whole, "an error text is a string");
}

// -- merging ------------------------------------------------------------------

/// What `text` becomes by an event, from the rules and `append_merged` alone.
std::string merged(std::string_view text, event_data event, json_style style) {
  std::string result;
  if (kind_of(text) != json_kind::array) {
    append_merged(result, text, event.data, style);
    return result;
  }
  auto is_merged = false;
  for (element_cursor i{text}; i.next();) {
    result += result.empty() ? std::string_view{"["} : style.comma;
    auto is_row = !is_merged && !event.identity.empty()
                  && identity_of(i.value()) == event.identity;
    if (is_row)
      append_merged(result, i.value(), event.data, style);
    else
      result += i.value();
    is_merged |= is_row;
  }
  if (!is_merged) {
    result += result.empty() ? std::string_view{"["} : style.comma;
    result += event.data;
  }
  return result + "]";
}

/// Projections, each with the text that its state must have.
class checked_projections {
public:
  explicit checked_projections(json_style style) : style_(style) {
    // nop
  }

  void carry_out(const chunk& in, const request& r) {
    switch (r.kind) {
      case request_kind::create_projection:
        all_.erase(std::string{r.name});
        find(r.name, r.value);
        check_value(r.value, identity_of(r.value), style_);
        break;
      case request_kind::update_projection: {
        check_value(r.value, r.identity, style_);
        auto& x = find(r.name, "[]");
        event_data event{r.value, r.identity};
        x.projection.apply(event);
        x.text = merged(x.text, event, style_);
        check(x);
        break;
      }
      case request_kind::rebuild_projection:
        rebuild(in, r);
        break;
      case request_kind::delete_projection:
        all_.erase(std::string{r.name});
        break;
      case request_kind::refused:
        check_text(r.name);
        break;
      default:
        break;
    }
  }

private:
  struct entry {
    entry(std::string_view name, std::string_view state, json_style style)
      : projection(std::string{name}, state, style), initial(state),
        text(state) {
      // nop
    }

    named_projection projection;
    std::string initial;
    std::string text;
  };

  entry& find(std::string_view name, std::string_view initial) {
    return all_.try_emplace(std::string{name}, name, initial, style_)
      .first->second;
  }

  void rebuild(const chunk& in, const request& r) {
    auto& x = find(r.name, "[]");
    x.text = x.initial;
    auto next = in.events.data() + r.first_event;
    x.projection.rebuild(r.event_count, [&] {
      event_data event{
        in.normalised_text(next->data_begin, next->data_length),
        in.normalised_text(next->identity_begin, next->identity_length)};
      ++next;
      check_value(event.data, event.identity, style_);
      x.text = merged(x.text, event, style_);
      return event;
    });
    demand(x.projection.version() == r.event_count, "all events are counted");
    check(x);
  }

  void check(const entry& x) const {
    auto& state = x.projection.state();
    demand(x.projection.intact(), "the projection is intact");
    demand(state.bytes() == x.text.size(), "the state is as long as it says");
    demand(state.text() == x.text, "the state is what flat merging gives");
  }

  json_style style_;
  std::map<std::string, entry> all_;
};

/// Feeds the text itself to the reader of files.
void check_normalising(std::string_view text, json_style style) {
  try {
    auto once = normalise(text, style);
    demand(once.size() <= 2 * text.size(), "at most twice the bytes");
    demand(normalise(once, style) == once, "normalising twice is once");
  } catch (const malformed_json&) {
    // Most inputs are.
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  if (size == 0)
    return 0;
  const choices chosen{*input};
  std::string_view text{reinterpret_cast<const char*>(input) + 1, size - 1};
  chunk whole;
  decode(text, chosen, whole);
  check_frames(text, chosen, whole);
  size_t kept = 0;
  for (auto& x : whole.requests)
    kept += x.value.size() + x.event_type.size() + x.event_id.size()
            + (x.kind == request_kind::refused ? 0 : x.name.size());
  // An absent initial state is an empty array.
  demand(kept <= 2 * (text.size() + whole.requests.size()),
         "at most twice the bytes");
  checked_projections projections{chosen.style()};
  for (auto& x : whole.requests)
    projections.carry_out(whole, x);
  check_normalising(text, chosen.style());
  return 0;
}
