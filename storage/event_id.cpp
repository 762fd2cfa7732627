#include "storage/event_id.hpp"

#include "messages/json_text.hpp"
#include "messages/uuid.hpp"

#include <boost/uuid/name_generator_sha1.hpp>

namespace projections {

namespace {

constexpr uuid id_namespace{{0x47, 0x73, 0xe9, 0x2c, 0x11, 0xd2, 0x51, 0x9c,
                             0x97, 0xed, 0x07, 0x6e, 0xa6, 0xcc, 0x54, 0x7b}};

void append_string(std::string& array, std::string_view x) {
  array += array.empty() ? "[\"" : ",\"";
  append_escaped(array, x);
  array += '"';
}

/// Returns the id of the name `array` and a bracket that closes it.
std::string id_of(std::string array) {
  array += ']';
  return dashed(boost::uuids::name_generator_sha1{id_namespace}(array));
}

} // namespace

std::string emission_key(std::string_view projection,
                         std::string_view application, std::string_view stream,
                         stream_version version, size_t index) {
  std::string array;
  append_string(array, projection);
  append_string(array, application);
  append_string(array, stream);
  return id_of(array + ',' + std::to_string(version) + ','
               + std::to_string(index));
}

std::string event_id(std::string_view application, std::string_view stream,
                     stream_version version) {
  std::string array;
  append_string(array, application);
  append_string(array, stream);
  return id_of(array + ',' + std::to_string(version));
}

} // namespace projections
