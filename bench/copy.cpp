// Writes the same number of bytes as a node that answers with a large state,
// and does nothing else: it copies a text and writes the copy, so many times.
// That is the least such a reply can cost.
//
// Run it as `bench_copy BYTES TIMES > copies`.

#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: bench_copy BYTES TIMES > copies\n");
    return 2;
  }
  const std::string text(std::strtoul(argv[1], nullptr, 10), 'x');
  std::string copy(text.size(), '\0');
  for (auto left = std::strtoul(argv[2], nullptr, 10); left > 0; --left) {
    std::memcpy(copy.data(), text.data(), text.size());
    for (size_t done = 0; done < copy.size();) {
      const auto count
        = write(STDOUT_FILENO, copy.data() + done, copy.size() - done);
      if (count < 0) {
        std::perror("bench_copy");
        return 1;
      }
      done += static_cast<size_t>(count);
    }
  }
  return 0;
}
