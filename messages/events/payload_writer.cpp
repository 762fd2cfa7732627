#include "projections/messages/events/payload_writer.hpp"

#include "projections/messages/json/json_scanner.hpp"
#include "projections/messages/json/json_text.hpp"
#include "projections/messages/text/number_text.hpp"
#include "projections/messages/text/utf8.hpp"

#include <cmath>

namespace projections {

void payload_writer::write_signed(int64_t x) {
  append_number(text_, x);
}

void payload_writer::write_unsigned(uint64_t x) {
  append_number(text_, x);
}

void payload_writer::write_double(double x) {
  if (!std::isfinite(x))
    path_.fail("JSON has no number for " + std::to_string(x));
  auto begin = text_.size();
  append_number(text_, x);
  // Python takes a number without a point or an exponent for an integer.
  if (text_.find_first_of(".e", begin) == text_.npos)
    text_ += ".0";
}

void payload_writer::write_text(std::string_view x) {
  if (!is_utf8(x))
    path_.fail("the string is not UTF-8");
  text_ += '"';
  append_escaped(text_, x);
  text_ += '"';
}

void payload_writer::write_uuid(const uuid& x) {
  text_ += R"({"_type_":"uuid_hex","_data_":")";
  text_ += hex_of(x);
  text_ += "\"}";
}

void payload_writer::write_time(event_time x) {
  auto text = iso_of(x);
  if (!text)
    path_.fail("the time " + std::to_string(x.time_since_epoch().count())
               + " us after the epoch is outside of the years 1 to 9999");
  text_ += R"({"_type_":"datetime_iso","_data_":")";
  text_ += *text;
  text_ += "\"}";
}

void payload_writer::write_raw(std::string_view x) {
  json_scanner scanner{x};
  try {
    scanner.take_any();
    scanner.finish();
  } catch (const json_syntax_error& e) {
    path_.fail("the text is not JSON: " + std::string{e.what()});
  }
  text_ += x;
}

} // namespace projections
