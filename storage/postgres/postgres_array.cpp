#include "projections/storage/postgres/postgres_array.hpp"

namespace projections {

namespace {

// As array_recv in the server's arrayfuncs.c reads it: the number of
// dimensions, whether there are nulls, and the type, then for each dimension
// its size and the first index, then the elements.
constexpr size_t dimensions_at = 0;
constexpr size_t type_at = 8;
constexpr size_t size_at = 12;
constexpr size_t first_index_at = 16;
constexpr size_t header_bytes = 20;
constexpr size_t header_bytes_if_empty = 12;

/// What goes before each element: its size.
constexpr size_t size_bytes = 4;

/// Writes the four bytes of `x` to `at`, the highest of them first.
void put(char* at, uint32_t x) {
  for (int i = 0; i < 4; ++i)
    at[i] = static_cast<char>((x >> (24 - i * 8)) & 0xFF);
}

void append(std::string& to, uint32_t x) {
  to.resize(to.size() + size_bytes);
  put(to.data() + to.size() - size_bytes, x);
}

} // namespace

postgres_array::postgres_array(element type) : bytes_(header_bytes, '\0') {
  put(bytes_.data() + type_at, static_cast<uint32_t>(type));
}

void postgres_array::reserve(size_t count, size_t bytes) {
  bytes_.reserve(header_bytes + count * size_bytes + bytes);
}

void postgres_array::add(std::string_view x) {
  append(bytes_, static_cast<uint32_t>(x.size()));
  bytes_ += x;
  ++size_;
}

void postgres_array::add(int64_t x) {
  append(bytes_, 8);
  append(bytes_, static_cast<uint32_t>(static_cast<uint64_t>(x) >> 32));
  append(bytes_, static_cast<uint32_t>(x));
  ++size_;
}

pqxx::binarystring postgres_array::parameter() {
  if (empty())
    return {bytes_.data(), header_bytes_if_empty};
  put(bytes_.data() + dimensions_at, 1);
  put(bytes_.data() + size_at, static_cast<uint32_t>(size_));
  put(bytes_.data() + first_index_at, 1);
  return {bytes_.data(), bytes_.size()};
}

} // namespace projections
