// Opens the stores that its arguments name, and prints the head of each.
#include <projections/runtime/open_store.hpp>

#include <iostream>

int main(int argc, char** argv) {
  using namespace projections;
  try {
    for (int i = 1; i < argc; ++i)
      std::cout << open_store(parse_store_name(argv[i]))()->head() << "\n";
    return 0;
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 1;
  }
}
