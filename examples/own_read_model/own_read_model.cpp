// A node inside a program of one's own, with a read model that no file can
// declare: how many events of each type came, whatever is in them.
//
// Reads requests from stdin and writes replies to stdout, as projection-node
// does:
//   build/examples/own_read_model < examples/own_read_model/requests.jsonl

#include <projections/messages/interfaces/message_types.hpp>
#include <projections/runtime/arguments.hpp>
#include <projections/runtime/node.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace projections;

// -- the read model ------------------------------------------------------------

class events_by_type final : public read_model {
public:
  events_by_type() : read_model("events_by_type") {
    // nop
  }

  bool concerns(std::string_view) const override {
    return true;
  }

  size_t text_bytes() const override {
    return text().size();
  }

  char* write_rows(char* out) const override {
    auto rows = text();
    return out + rows.copy(out, rows.size());
  }

  bool find(std::string_view key, std::string& out) const override {
    auto count = counts_.find(key);
    if (count == counts_.end())
      return false;
    out += "[" + row(*count) + "]";
    return true;
  }

private:
  using counts = std::map<std::string, size_t, std::less<>>;

  bool fold(const model_event& event) override {
    ++counts_['"' + std::string{event.type} + '"'];
    return true;
  }

  static std::string row(const counts::value_type& x) {
    return R"({"type": )" + x.first + R"(, "events": )"
           + std::to_string(x.second) + "}";
  }

  std::string text() const {
    std::string result = "[";
    for (auto& x : counts_)
      result += (result.size() > 1 ? ", " : "") + row(x);
    return result + "]";
  }

  counts counts_;
};

} // namespace

// -- the program ---------------------------------------------------------------

int main(int argc, char** argv) {
  caf::actor_system_config config;
  add_message_types(config);
  if (auto code
      = read_arguments(config, argc, argv,
                       "own_read_model is a node on stdin and stdout that "
                       "counts events by type.\n"))
    return *code;
  caf::actor_system system{config};
  node_settings settings;
  settings.read_models.push_back(std::make_shared<events_by_type>());
  return run_node(system, std::move(settings));
}
