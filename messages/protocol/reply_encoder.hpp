// Writes the fixed parts of replies as text. Used by every actor that answers
// requests of the line protocol.
#pragma once

#include "projections/messages/json/json_text.hpp"
#include "projections/messages/protocol/request.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace projections {

/// A key of a reply as it stands between two fields, in both styles.
struct reply_key {
  std::string_view spaced;
  std::string_view compact;
};

#define PROJECTIONS_REPLY_KEY(name)                                            \
  inline constexpr reply_key name##_key {                                      \
    ", \"" #name "\": ", ",\"" #name "\":"                                     \
  }

PROJECTIONS_REPLY_KEY(dest);
PROJECTIONS_REPLY_KEY(body);
PROJECTIONS_REPLY_KEY(in_reply_to);
PROJECTIONS_REPLY_KEY(code);
PROJECTIONS_REPLY_KEY(text);
PROJECTIONS_REPLY_KEY(name);
PROJECTIONS_REPLY_KEY(projection);
PROJECTIONS_REPLY_KEY(projections);
PROJECTIONS_REPLY_KEY(version);
PROJECTIONS_REPLY_KEY(state);
PROJECTIONS_REPLY_KEY(events_processed);
PROJECTIONS_REPLY_KEY(event_types);
PROJECTIONS_REPLY_KEY(event_id);
PROJECTIONS_REPLY_KEY(updated_models);
PROJECTIONS_REPLY_KEY(reason);
PROJECTIONS_REPLY_KEY(requests);
PROJECTIONS_REPLY_KEY(refused);
PROJECTIONS_REPLY_KEY(updates);
PROJECTIONS_REPLY_KEY(rebuilds);
PROJECTIONS_REPLY_KEY(events);
PROJECTIONS_REPLY_KEY(requests_in_flight);
PROJECTIONS_REPLY_KEY(bytes_in_flight);
PROJECTIONS_REPLY_KEY(requests_per_second);
PROJECTIONS_REPLY_KEY(actors_replaced);
PROJECTIONS_REPLY_KEY(last_error);

#undef PROJECTIONS_REPLY_KEY

/// Builds one reply after the other in a buffer that it keeps. Each begins with
/// `begin`, takes fields in order and ends with `end`; where a state comes
/// last, `head` and `tail` are what stands around it. Not thread-safe.
class reply_encoder {
public:
  explicit reply_encoder(json_style style) : style_(style) {
    // nop
  }

  /// Writes in `style` from now on.
  void use(json_style style) {
    style_ = style;
  }

  /// Begins the reply of type `type` to `to`, envelope and `in_reply_to`
  /// included.
  reply_encoder& begin(const request& to, std::string_view type);

  /// Adds a field whose value is normalised text.
  reply_encoder& raw(const reply_key& key, std::string_view value) {
    return name(key).piece(value);
  }

  /// Adds a string field. `value` is text between quotes.
  reply_encoder& string(const reply_key& key, std::string_view value) {
    return name(key).piece("\"").piece(value).piece("\"");
  }

  /// Adds a number.
  reply_encoder& number(const reply_key& key, uint64_t value);

  /// Adds the name of a field whose value follows in pieces.
  reply_encoder& name(const reply_key& key) {
    return piece(style_.comma.size() == 1 ? key.compact : key.spaced);
  }

  /// Adds a piece as it is.
  reply_encoder& piece(std::string_view text) {
    text_ += text;
    return *this;
  }

  /// Returns the whole reply, its line break included; valid until `begin`.
  std::string_view end();

  /// Returns what was built so far; valid until `begin`.
  [[nodiscard]] std::string_view head() const {
    return text_;
  }

  /// Returns what ends the reply that was begun last.
  [[nodiscard]] std::string_view tail() const {
    return in_envelope_ ? "}}\n" : "}\n";
  }

  /// Returns the error reply to `to`. `text` is escaped.
  std::string_view error(const request& to, error_code code,
                         std::string_view text);

  [[nodiscard]] json_style style() const {
    return style_;
  }

private:
  json_style style_;
  std::string text_;
  bool in_envelope_ = false;
};

/// Returns `name` (text between quotes) as error texts show it: in quotes, cut
/// short, and escaped for a JSON string.
[[nodiscard]] std::string shown_name(std::string_view name);

/// Returns a limit for the bytes of a reply to `to` besides states, names and
/// ids that it carries.
[[nodiscard]] size_t reply_frame_bytes_max(const request& to);

} // namespace projections
