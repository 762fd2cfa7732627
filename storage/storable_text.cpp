#include "projections/storage/storable_text.hpp"

#include "projections/messages/utf8.hpp"

namespace projections {

bool is_storable_text(std::string_view text) {
  return text.find('\0') == text.npos && is_utf8(text);
}

} // namespace projections
