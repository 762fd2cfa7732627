#include "storage/postgres_array.hpp"

namespace projections {

namespace {

/// Appends the `bytes` lowest bytes of `x`, the highest of them first.
void put(std::string& to, uint64_t x, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    to += static_cast<char>((x >> shift) & 0xFF);
}

} // namespace

postgres_array::postgres_array(element type) : type_(type) {
  // nop
}

void postgres_array::add(std::string_view x) {
  put(elements_, x.size(), 4);
  elements_ += x;
  ++size_;
}

void postgres_array::add(int64_t x) {
  put(elements_, 8, 4);
  put(elements_, static_cast<uint64_t>(x), 8);
  ++size_;
}

pqxx::binarystring postgres_array::parameter() const {
  // As array_recv in the server's arrayfuncs.c reads it: the number of
  // dimensions, whether there are nulls, the type, then for each dimension its
  // size and the first index.
  std::string result;
  result.reserve(20 + elements_.size());
  put(result, empty() ? 0 : 1, 4);
  put(result, 0, 4);
  put(result, static_cast<uint32_t>(type_), 4);
  if (!empty()) {
    put(result, size_, 4);
    put(result, 1, 4);
    result += elements_;
  }
  return pqxx::binarystring{result};
}

} // namespace projections
