// What each typed request is among the requests of the protocol. The front
// actor collects them with it into chunks, as a decoder does with text.
#pragma once

#include "projections/messages/interfaces/front_messages.hpp"
#include "projections/messages/json/json_normaliser.hpp"
#include "projections/messages/protocol/chunk.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// Returns whether a request needs a chunk of its own: a query that may wait
/// would keep all others of its chunk in memory meanwhile, and a rebuild keep
/// their answers back.
template <class Request>
bool needs_own_chunk(const Request&) {
  return false;
}
inline bool needs_own_chunk(const query_projection& x) {
  return x.min_version > 0;
}
inline bool needs_own_chunk(const rebuild_projection&) {
  return true;
}

/// Appends requests to a chunk, one after the other, and sees to it that their
/// texts are what the actors behind expect: names not empty, all of it UTF-8,
/// values normalised. A request for which that fails becomes one of kind
/// `refused`. Not thread-safe.
class request_collector {
public:
  /// Values may have up to `value_bytes_max` bytes, at most 1 GiB.
  request_collector(json_style style, size_t value_bytes_max);

  // -- modifiers ---------------------------------------------------------------

  /// Goes on with `in`, which is empty. `own` says that it is for one request.
  void begin(chunk& in, bool own);

  /// Appends what `x` asks for. There is a chunk, and it is not full.
  template <class Request>
  void add(const Request& x) {
    auto& r = in_->requests.emplace_back();
    try {
      write(x, r);
    } catch (const refusal& e) {
      refuse(r, e.what());
    }
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns whether the chunk should take no more requests.
  [[nodiscard]] bool is_full() const;

  /// Returns whether the empty chunk `x` has the room of one for many requests.
  [[nodiscard]] static bool is_worth_keeping(const chunk& x);

private:
  /// Thrown where a request is not what it should be.
  class refusal : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
  };

  void write(const create_projection& x, request& r);
  void write(const update_projection& x, request& r);
  void write(const rebuild_projection& x, request& r);
  void write(const query_projection& x, request& r);
  void write(const list_projections& x, request& r);
  void write(const delete_projection& x, request& r);
  void write(const process_event& x, request& r);
  void write(const subscribe_to& x, request& r);
  void write(const unsubscribe_from& x, request& r);
  void write(const query_read_model& x, request& r);
  void write(const get_node_status& x, request& r);
  void refuse(request& r, std::string_view why);

  std::string_view text(std::string_view field, std::string_view text);
  std::string_view name(std::string_view field, std::string_view text);
  std::string_view value(std::string_view field, std::string_view json);
  std::string_view event_types(const std::vector<std::string>& types);
  void check_bytes(std::string_view field, size_t bytes) const;
  void append_checked(std::string_view field, std::string_view text);
  std::string_view kept(std::string_view text);
  [[nodiscard]] size_t room() const;

  json_style style_;
  size_t value_bytes_max_;
  json_normaliser normaliser_;

  chunk* in_ = nullptr;
  bool own_ = false;
  /// Reused for texts that are being made.
  std::string scratch_;
};

} // namespace projections
