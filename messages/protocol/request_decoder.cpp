#include "projections/messages/protocol/request_decoder.hpp"

#include "projections/messages/json/json_parser.hpp"
#include "projections/messages/protocol/request_interpreter.hpp"
#include "projections/messages/protocol/request_sax_handler.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace projections {

namespace {

/// Returns whether all bytes are printable ASCII other than the backslash: then
/// the text needs neither validation nor escapes.
bool is_plain(const char* begin, const char* end) {
  unsigned char odd = 0;
  for (auto i = begin; i != end; ++i) {
    auto c = static_cast<unsigned char>(*i);
    odd |= static_cast<unsigned char>((c < 0x20) | (c > 0x7e) | (c == '\\'));
  }
  return odd == 0;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Returns the next line break in the range, or its end.
char* find_line_end(char* begin, char* end) {
  auto found = std::memchr(begin, '\n', static_cast<size_t>(end - begin));
  return found == nullptr ? end : static_cast<char*>(found);
}

/// Takes back what the parser wrote while it read a character that turned out
/// to be none: behind an escape it writes in front of where it reads, and it
/// reads the bytes of a character before it looks at them, the line break at
/// which one is cut off and what is behind that included. `begin` is where the
/// character begins.
void put_back_character(const rapidjson::InsituStringStream& stream,
                        char* begin) {
  auto bytes = static_cast<size_t>(stream.src_ - begin);
  std::memmove(begin, stream.dst_ - bytes, bytes);
}

/// Puts a zero byte at a place for as long as it lives, to stop the parser.
class sentinel {
public:
  explicit sentinel(char* place)
    : place_(place), kept_(std::exchange(*place, '\0')) {
    // nop
  }

  sentinel(const sentinel&) = delete;

  sentinel& operator=(const sentinel&) = delete;

  ~sentinel() {
    *place_ = kept_;
  }

private:
  char* place_;
  char kept_;
};

} // namespace

class request_decoder::impl {
public:
  impl(json_style style, request_limits limits)
    : limits_(limits), handler_(style, limits.depth_max) {
    // nop
  }

  void decode(chunk& in) {
    in.normalised.reserve(2 * in.text_bytes + chunk::padding);
    out_ = in.normalised.begin();
    auto at = in.text.begin();
    auto end = at + in.text_bytes;
    // No request reaches beyond a line that begins with a brace.
    auto bound = at;
    for (;;) {
      while (at != end && is_space(*at))
        ++at;
      if (at == end)
        return;
      if (at >= bound)
        bound = find_bound(at, end);
      at = decode_one(in, at, bound);
    }
  }

  void observe(std::function<void(chunk&, long_rebuild)> observer) {
    handler_.observe_long_rebuilds(std::move(observer));
  }

private:
  /// Returns the beginning of the first line behind `at` that begins with a
  /// brace, or `end`.
  static char* find_bound(char* at, char* end) {
    for (;;) {
      auto line_end = find_line_end(at, end);
      if (line_end == end || line_end + 1 == end)
        return end;
      at = line_end + 1;
      if (*at == '{')
        return at;
    }
  }

  /// Decodes the request that begins at `at` and does not reach beyond `bound`.
  /// Returns where to go on.
  char* decode_one(chunk& in, char* at, char* bound) {
    auto limited = static_cast<size_t>(bound - at) > limits_.request_bytes_max;
    auto stop = limited ? at + limits_.request_bytes_max + 1 : bound;
    auto line_end = find_line_end(at, stop);
    auto plain = line_end + 1 >= stop && is_plain(at, line_end);
    auto events_before = in.events.size();
    handler_.begin(in, out_, plain);
    rapidjson::InsituStringStream stream{at};
    rapidjson::ParseResult result = [&] {
      sentinel guard{stop};
      if (plain)
        return parser_.Parse<ascii_parse_flags | rapidjson::kParseInsituFlag>(
          stream, handler_);
      auto parsed
        = parser_.Parse<checked_parse_flags | rapidjson::kParseInsituFlag>(
          stream, handler_);
      if (parsed.Code() == rapidjson::kParseErrorStringInvalidEncoding)
        put_back_character(stream, at + parsed.Offset());
      return parsed;
    }();
    // Also of a refused request, whose events may be folded at this moment.
    out_ = handler_.end();
    if (result.IsError()) {
      auto place = at + result.Offset();
      // The parser has taken the bracket that is one too many.
      if (handler_.refused() == strict_handler::refusal::too_deep)
        --place;
      drop_events(in, events_before);
      if (place >= stop && limited)
        refuse_too_long(in);
      else
        refuse(in, "malformed JSON at byte " + std::to_string(place - at) + ": "
                     + describe(handler_, limits_.depth_max, result.Code(),
                                *place, place >= stop));
      return next_line(place, bound);
    }
    auto value_end = at + stream.Tell();
    auto rest_end = find_line_end(value_end, bound);
    // Of a line that is too long, only what is within the limit may be there.
    auto rest = std::find_if_not(value_end, std::min(rest_end, stop), is_space);
    if (rest < std::min(rest_end, stop)) {
      drop_events(in, events_before);
      refuse(in, "malformed JSON at byte " + std::to_string(rest - at)
                   + ": unexpected text behind the request");
    } else if (static_cast<size_t>(rest_end - at) > limits_.request_bytes_max) {
      drop_events(in, events_before);
      refuse_too_long(in);
    } else if (!handler_.is_object()) {
      refuse(in, "malformed request: it must be an object");
    } else {
      interpret(in, handler_);
      if (in.requests.back().kind != request_kind::rebuild_projection)
        drop_events(in, events_before);
    }
    return next_line(rest_end, bound);
  }

  static char* next_line(char* at, char* bound) {
    auto line_end = find_line_end(std::min(at, bound), bound);
    return line_end == bound ? bound : line_end + 1;
  }

  /// Takes out the events of a request that does not use them. What is folded
  /// ahead of them stays known, because it may be at work still.
  static void drop_events(chunk& in, size_t kept) {
    in.events.resize(kept);
    for (auto& x : in.ahead)
      if (x.first_event >= kept)
        x.first_event = chunk::ahead_of::nothing;
  }

  void refuse_too_long(chunk& in) const {
    refuse(in, "a request of more than "
                 + std::to_string(limits_.request_bytes_max) + " bytes");
  }

  /// Adds a request that is answered with error 12 and nothing else.
  static void refuse(chunk& in, const std::string& text) {
    in.texts.push_back(escaped(text));
    auto& x = in.requests.emplace_back();
    x.error = error_code::malformed_request;
    x.name = in.texts.back();
  }

  request_limits limits_;
  request_sax_handler handler_;
  rapidjson::Reader parser_;
  /// The end of the chunk's normalised text.
  char* out_ = nullptr;
};

request_decoder::request_decoder(json_style style, request_limits limits)
  : impl_(std::make_unique<impl>(style, limits)) {
  // nop
}

request_decoder::~request_decoder() = default;

void request_decoder::decode(chunk& in) {
  impl_->decode(in);
}

void request_decoder::observe_long_rebuilds(
  std::function<void(chunk&, long_rebuild)> observe) {
  impl_->observe(std::move(observe));
}

} // namespace projections
