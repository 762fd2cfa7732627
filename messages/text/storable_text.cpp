#include "projections/messages/text/storable_text.hpp"

#include "projections/messages/text/utf8.hpp"

namespace projections {

bool is_storable_text(std::string_view text) {
  return text.find('\0') == text.npos && is_utf8(text);
}

} // namespace projections
