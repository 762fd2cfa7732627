#include "tests/messages/protocol/decoding.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>

namespace projections::test {

namespace {

std::string describe(const chunk& in, const request& r) {
  std::string result;
  auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty())
      return;
    if (!result.empty())
      result += ' ';
    result += name;
    result += '=';
    result += value;
  };
  add("kind", std::to_string(static_cast<int>(r.kind)));
  add("error", r.error == error_code::none ? "" : to_string(r.error));
  add("enveloped", r.enveloped ? "yes" : "");
  add("include_state", r.include_state ? "" : "no");
  add("min_version",
      r.has_min_version ? std::to_string(r.min_version) : std::string{});
  add("timeout_ms",
      r.timeout_ms == 1000 ? std::string{} : std::to_string(r.timeout_ms));
  add("msg_id", r.msg_id);
  add("source", r.source);
  add("destination", r.destination);
  add("name", r.name);
  add("event_type", r.event_type);
  add("event_id", r.event_id);
  add("value", r.value);
  add("identity", r.identity);
  for (auto i = r.first_event; i < r.first_event + r.event_count; ++i) {
    auto& x = in.events[i];
    add("event", in.normalised_text(x.data_begin, x.data_length));
    add("known_by", in.normalised_text(x.identity_begin, x.identity_length));
  }
  return result;
}

} // namespace

std::unique_ptr<chunk> chunk_of(std::string_view text) {
  auto result = std::make_unique<chunk>();
  result->text.reserve(text.size() + chunk::padding);
  std::copy(text.begin(), text.end(), result->text.begin());
  std::memset(result->text.begin() + text.size(), 0, chunk::padding);
  result->text_bytes = text.size();
  return result;
}

std::unique_ptr<chunk> decode(std::string_view text, request_limits limits,
                              json_style style) {
  auto result = chunk_of(text);
  request_decoder decoder{style, limits};
  decoder.decode(*result);
  return result;
}

std::vector<std::string> described(const chunk& in) {
  std::vector<std::string> result;
  for (auto& r : in.requests)
    result.push_back(describe(in, r));
  return result;
}

std::vector<std::string> described(std::string_view text,
                                   request_limits limits) {
  return described(*decode(text, limits));
}

std::string error_text(std::string_view text, request_limits limits) {
  auto in = decode(text, limits);
  BOOST_REQUIRE_EQUAL(in->requests.size(), 1);
  auto& only = in->requests.front();
  return only.kind == request_kind::refused ? unescaped(only.name)
                                            : std::string{};
}

} // namespace projections::test
