#include "tests/failing_allocation.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

/// How many allocations succeed before one fails; negative for all.
thread_local int allocations_left = -1;

} // namespace

// Not inlined, because GCC 12 then takes `malloc` with `delete` for a mismatch.

[[gnu::noinline]] void* operator new(size_t size) {
  if (allocations_left == 0)
    throw std::bad_alloc{};
  if (allocations_left > 0)
    --allocations_left;
  if (auto result = std::malloc(size > 0 ? size : 1))
    return result;
  throw std::bad_alloc{};
}

// The standard library's temporary buffers come from here.
[[gnu::noinline]] void* operator new(size_t size,
                                     const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

[[gnu::noinline]] void* operator new[](size_t size) {
  return operator new(size);
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

[[gnu::noinline]] void operator delete[](void* memory) noexcept {
  std::free(memory);
}

[[gnu::noinline]] void operator delete[](void* memory, size_t) noexcept {
  std::free(memory);
}

namespace projections::test {

failing_allocation::failing_allocation(int successes) {
  allocations_left = successes;
}

failing_allocation::~failing_allocation() {
  allocations_left = -1;
}

} // namespace projections::test
