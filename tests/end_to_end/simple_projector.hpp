// The projector and its read models as a few loops over lists, for the model
// that the random test compares the node with.
#pragma once

#include "tests/end_to_end/simple_json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace projections::test {

/// What a request gets back: a reply's fields, or an error's code.
struct simple_answer {
  /// The reply's type, or empty for an error.
  std::string type;

  /// The fields that follow `in_reply_to`.
  json fields = json::of_object();

  int error_code = 0;
};

/// Returns an answer that is an error.
simple_answer simple_error(int code);

/// An event as a request carries it.
struct simple_event {
  std::string type;
  json payload;

  /// The id the request gives, if any.
  std::optional<std::string> id;
};

/// The read models that the node has without a file, as a file would declare
/// them.
extern const std::string default_read_models;

/// The projector as docs/projector.md describes it, with every read model in
/// it. Hash digits cannot be foretold; they come out as the places of a line
/// matcher.
class simple_projector {
public:
  /// Has the read models that `declaration` declares, which must be correct.
  explicit simple_projector(const std::string& declaration);

  // -- modifiers --------------------------------------------------------------

  simple_answer subscribe(const json& event_types);

  simple_answer unsubscribe(const json& event_types);

  simple_answer take(const simple_event& event);

  // -- inspectors -------------------------------------------------------------

  [[nodiscard]] simple_answer read(const std::string& name,
                                   const json* key) const;

private:
  struct processed_event {
    std::string id;
    // What the id was derived from, or empty if the event brought it along.
    std::string derived_from;
  };

  struct row {
    std::string entity;
    json content;
  };

  struct read_model {
    // The members of the declaration.
    json declared;
    size_t version = 0;
    std::vector<row> rows;

    [[nodiscard]] std::string word(std::string_view key,
                                   const std::string& otherwise) const;

    bool take(const simple_event& event);

    // Returns what `fields` keeps of a payload.
    [[nodiscard]] json kept(const json& payload) const;
  };

  [[nodiscard]] const processed_event*
  find_processed(const std::string& id) const;

  // Returns the derived id, or its longer form if it is taken.
  std::string derive_id(const simple_event& event,
                        const std::string& derived_from);

  // Returns a number for each different content, as a name for its hash.
  std::string name_of_hash(const std::string& content);

  bool subscribed_before_ = false;
  std::vector<std::string> subscribed_;
  std::vector<processed_event> processed_;
  std::vector<std::string> hashed_;
  std::vector<read_model> models_;
};

} // namespace projections::test
