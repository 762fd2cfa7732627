// Decoding a text in one call, as the tests of the decoder need it.
#pragma once

#include "projections/messages/protocol/request_decoder.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace projections::test {

/// Returns a chunk of `text` with the padding that a decoder wants.
[[nodiscard]] std::unique_ptr<chunk> chunk_of(std::string_view text);

/// Returns the chunk of `text` after decoding.
[[nodiscard]] std::unique_ptr<chunk> decode(std::string_view text,
                                            request_limits limits = {},
                                            json_style style = spaced_style);

/// Returns what each request of `in` is, in words: all its fields, so that two
/// lists are equal only if the requests are.
[[nodiscard]] std::vector<std::string> described(const chunk& in);

/// Returns `described(*decode(text, limits))`.
[[nodiscard]] std::vector<std::string> described(std::string_view text,
                                                 request_limits limits = {});

/// Returns the text of the error of the only request in `text`, with its
/// escapes undone; empty if it is not refused.
[[nodiscard]] std::string error_text(std::string_view text,
                                     request_limits limits = {});

} // namespace projections::test
