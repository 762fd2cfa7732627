// Writes the same number of bytes as a node that answers with a large state,
// and does nothing else: it copies a text and writes the copy, so many times.
// That is the least such a reply can cost.
//
// Run it as `bench_copy BYTES TIMES > copies`.

#include "bench/command_line.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

namespace projections::bench {
namespace {

void run(int argc, char** argv) {
  if (argc != 3)
    throw bad_command_line{};
  const std::string text(std::strtoul(argv[1], nullptr, 10), 'x');
  std::string copy(text.size(), '\0');
  for (auto left = std::strtoul(argv[2], nullptr, 10); left > 0; --left) {
    std::memcpy(copy.data(), text.data(), text.size());
    for (size_t done = 0; done < copy.size();) {
      const auto count
        = write(STDOUT_FILENO, copy.data() + done, copy.size() - done);
      if (count < 0)
        throw std::system_error{errno, std::generic_category()};
      done += static_cast<size_t>(count);
    }
  }
}

} // namespace
} // namespace projections::bench

int main(int argc, char** argv) {
  return projections::bench::run_program(
    "bench_copy BYTES TIMES > copies", argc, argv,
    [&] { projections::bench::run(argc, argv); });
}
