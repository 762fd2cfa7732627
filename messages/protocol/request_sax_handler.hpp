// Takes the parser's events of one request and keeps what the protocol knows of
// it. Used by the decoder only.
#pragma once

#include "projections/messages/json/json_builder.hpp"
#include "projections/messages/json/json_parser.hpp"
#include "projections/messages/protocol/chunk.hpp"
#include "projections/messages/protocol/request.hpp"
#include "projections/messages/protocol/request_values.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace projections {

/// Finds the known keys of a request, wherever they may stand, and has their
/// values normalised into the chunk. Values of unknown keys are skipped.
class request_sax_handler : public strict_handler {
public:
  request_sax_handler(json_style style, size_t depth_max);

  /// Has `observe` called with the first event of a rebuild, by its place in
  /// the chunk, and the number of its events for every `long_rebuild::step` of
  /// them.
  void observe_long_rebuilds(
    std::function<void(chunk& in, long_rebuild x)> observe) {
    observe_ = std::move(observe);
  }

  /// Begins a request in `in`. `verbatim` says that no string in it has a byte
  /// that needs an escape.
  void begin(chunk& in, char* out, bool verbatim);

  // -- inspectors --------------------------------------------------------------

  /// Returns whether the request was an object.
  [[nodiscard]] bool is_object() const {
    return is_object_;
  }

  /// The keys of the outermost object.
  [[nodiscard]] request_values& outer() {
    return outer_;
  }

  /// The keys of the outermost object's `body`, if that is an object.
  [[nodiscard]] request_values& inner() {
    return inner_;
  }

  /// Returns whether there is a body that is an object.
  [[nodiscard]] bool has_inner() const {
    return has_inner_;
  }

  /// Returns the end of the normalised text.
  [[nodiscard]] char* end() const {
    return out_;
  }

  // -- called by the parser ----------------------------------------------------

  bool Null() {
    return literal("null");
  }

  bool Bool(bool value) {
    return literal(value ? "true" : "false");
  }

  bool RawNumber(const char* digits, rapidjson::SizeType length, bool) {
    std::string_view text{digits, length};
    return accept_number(text) && literal(text);
  }

  bool String(const char* content, rapidjson::SizeType length, bool);
  bool Key(const char* content, rapidjson::SizeType length, bool);
  bool StartObject();
  bool EndObject(rapidjson::SizeType);
  bool StartArray();
  bool EndArray(rapidjson::SizeType);

private:
  /// What the innermost bracket that is read key by key belongs to.
  enum class place : uint8_t { nowhere, request, body, event, events, element };

  bool literal(std::string_view token);
  void enter(place where);
  void begin_value(bool kept);
  void end_value();
  void store(std::string_view text, std::string_view identity);
  void end_element();
  void note_problem(const field_problem& problem);
  [[nodiscard]] bool stays_in_place() const;
  [[nodiscard]] bool is_known() const;

  /// The object whose keys are being read: `outer_` or `inner_`.
  request_values& fields() {
    return in_body_ ? inner_ : outer_;
  }

  /// The event whose keys are being read.
  event_values& event() {
    return at_ == place::element ? element_ : fields().event;
  }

  json_builder builder_;
  std::function<void(chunk&, long_rebuild)> observe_;
  chunk* chunk_ = nullptr;
  char* out_ = nullptr;
  bool verbatim_ = false;
  bool is_object_ = false;
  bool has_inner_ = false;
  bool in_body_ = false;

  /// Brackets open within a value that is kept or skipped whole, and whether it
  /// is kept.
  size_t value_depth_ = 0;
  bool keeps_ = false;

  /// Where the parser is, and where it was outside of each bracket.
  place at_ = place::nowhere;
  std::vector<place> outside_;

  /// The key whose value comes next.
  request_key key_ = request_key::unknown;
  event_key event_key_ = event_key::unknown;

  request_values outer_;
  request_values inner_;
  /// The element of `events` that is being read.
  event_values element_;
};

} // namespace projections
