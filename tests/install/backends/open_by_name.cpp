// Opens a store and a view in each of the databases that its arguments name,
// and prints the head of the one and what the other has counted.
#include <projections/runtime/open_store.hpp>
#include <projections/runtime/open_view.hpp>

#include <iostream>

using namespace projections;

class counting_view : public tracking_recorder {
public:
  int64_t counted = 0;
};

template <template <class> class Recorder>
class counting_in final : public Recorder<counting_view> {
public:
  using base = Recorder<counting_view>;
  using base::base;
};

int main(int argc, char** argv) {
  try {
    for (int i = 1; i < argc; ++i) {
      auto name = parse_store_name(argv[i]);
      auto head = open_store(name)()->head();
      auto view = open_view<counting_in>(name, "counting");
      std::cout << head << " " << view->counted << "\n";
    }
    return 0;
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 1;
  }
}
