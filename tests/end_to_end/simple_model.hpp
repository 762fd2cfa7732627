// The whole node as a loop over lines, deliberately simple: the second opinion
// of the random test. It reads the same bytes as the node and answers with the
// lines the node must write, places left open for what the protocol leaves
// open.
#pragma once

#include "tests/end_to_end/simple_json.hpp"
#include "tests/end_to_end/simple_projector.hpp"

#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace projections::test {

/// What a node that reads a given input to its end writes. Queries that wait
/// are answered by later requests or at the end of input, never by time.
class simple_model {
public:
  /// Writes envelopes from the start if `envelopes`. `read_models` is what a
  /// read-model file holds.
  simple_model(bool envelopes, bool compact,
               const std::string& read_models = default_read_models);

  /// Carries out all of `input` and returns the expected lines.
  std::vector<std::string> answer(std::string_view input);

private:
  struct named_projection {
    json initial_state = json::of_array();
    json state = json::of_array();
    size_t version = 0;
  };

  // Where a reply goes, as far as the request says so.
  struct sender {
    std::optional<std::string> src;
    std::optional<std::string> dest;
    std::optional<json> msg_id;
  };

  // A query that waits, and its place in the order of replies.
  struct waiting_query {
    std::string projection;
    json min_version;
    sender asked_by;
    std::string* place = nullptr;
  };

  void take_line(std::string_view line);

  void drop_pending();

  void take_request(const json& request);

  simple_answer carry_out(const json& body);

  simple_answer create(const json& body);

  simple_answer update(const json& body);

  simple_answer rebuild(const json& body);

  simple_answer query(const json& body);

  simple_answer list() const;

  simple_answer remove(const json& body);

  simple_answer change_subscription(const json& body, bool subscribe);

  simple_answer take_event(const json& body);

  simple_answer read_model(const json& body) const;

  simple_answer initialise(const json& body);

  // Answers the queries that the projection `name` kept waiting, if it has
  // reached their version or is gone.
  void answer_waiting(const std::string& name);

  // Returns the line that tells `answer` to `to`; empty if it cannot be sent.
  [[nodiscard]] std::string line_for(const sender& to,
                                     const simple_answer& answer) const;

  bool envelopes_;
  bool compact_;
  std::string node_id_;
  std::string pending_;
  std::map<std::string, named_projection> projections_;
  simple_projector projector_;
  // One entry a request; empty ones are not written.
  std::list<std::string> lines_;
  std::vector<waiting_query> waiting_;
};

} // namespace projections::test
