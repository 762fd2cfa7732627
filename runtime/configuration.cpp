#include "projections/runtime/configuration.hpp"

#include "projections/folds/read_models/read_model_file.hpp"
#include "projections/folds/read_models/row_read_model.hpp"
#include "projections/messages/interfaces/message_types.hpp"
#include "projections/runtime/arguments.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace projections {

namespace {

/// The deepest nesting that can be configured: merging walks into it.
constexpr size_t depth_limit = 10'000;

/// More threads than this are a mistake.
constexpr size_t threads_limit = 1024;

constexpr std::string_view file_option = "--config-file=";

std::runtime_error bad_value(const std::string& option,
                             const std::string& value,
                             const std::string& expected) {
  return std::runtime_error{"--" + option + "=" + value + ": expected "
                            + expected};
}

void check_range(const std::string& option, size_t value, size_t min,
                 size_t max) {
  if (value < min || value > max)
    throw bad_value(option, std::to_string(value),
                    "a number from " + std::to_string(min) + " to "
                      + std::to_string(max));
}

reply_mode reply_mode_of(const std::string& name) {
  if (name == "body")
    return reply_mode::body;
  if (name == "envelope")
    return reply_mode::envelope;
  if (name == "auto")
    return reply_mode::automatic;
  throw bad_value("reply", name, "body, envelope or auto");
}

std::vector<row_read_model_config> read_model_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream content;
  if (!file || !(content << file.rdbuf()))
    throw std::runtime_error{"--read-models=" + path + ": cannot be read"};
  try {
    return parse_read_models(content.str());
  } catch (const read_model_file_error& e) {
    throw std::runtime_error{"--read-models=" + path + ": " + e.what()};
  }
}

} // namespace

configuration::configuration() {
  compat::add_message_types<caf::id_block::projections>(*this);
  compat::wake_workers_at_once(*this);
  opt_group{custom_options_, "global"}
    .add(read_models_, "read-models",
         "file that declares the read models (default: user_listing and "
         "user_by_email)")
    .add(reply_, "reply",
         "how replies look: body, envelope, or auto, which is body until an "
         "init comes (default: auto)")
    .add(compact_, "compact", "write replies without spaces")
    .add(dedup_window_, "dedup-window",
         "how many processed event ids are remembered; 0 for all (default: 0)")
    .add(request_bytes_max_, "max-request-bytes",
         "largest request, in bytes (default: 67108864)")
    .add(depth_max_, "max-depth",
         "deepest nesting of a request, in brackets (default: 1024)")
    .add(bytes_in_flight_max_, "max-bytes-in-flight",
         "input, and likewise replies, that may be under way, in bytes "
         "(default: 67108864)")
    .add(threads_, "threads",
         "worker threads besides those that read and write; 0 for one per core "
         "(default: 0)")
    .add(log_level, "log-level",
         "what is logged on stderr: trace, debug, info, warn, error, critical "
         "or off (default: warn)")
    .add(version, "version", "print the version and exit");
}

std::string configuration::read(int argc, char** argv) {
  // Only a file that was asked for has a say, not one that happens to be in the
  // working directory.
  std::ifstream file;
  std::string read_from;
  for (auto i = 1; i < argc; ++i)
    if (std::string_view argument{argv[i]}; argument.starts_with(file_option)) {
      read_from = argument;
      file.open(argv[i] + file_option.size());
      if (!file)
        return read_from + ": cannot be read";
    }
  if (auto problem = oversized_argument(argc, argv); !problem.empty())
    return problem;
  if (auto err = parse(argc, argv, file)) {
    if (auto refused = refused_argument(*this, argc, argv); !refused.empty())
      return refused + "; --help lists the options";
    return (read_from.empty() ? "" : read_from + ": ")
           + compat::render_error(err);
  }
  if (auto rest = compat::plain_arguments(*this); !rest.empty())
    return "unknown argument \"" + rest.front()
           + "\"; --help lists the options";
  if (spdlog::level::from_str(log_level) == spdlog::level::off
      && log_level != "off")
    return "--log-level=" + log_level
           + ": expected trace, debug, info, warn, error, critical or off";
  if (threads_ > threads_limit)
    return "--threads=" + std::to_string(threads_) + ": expected at most "
           + std::to_string(threads_limit);
  auto cores = std::max<size_t>(1, std::thread::hardware_concurrency());
  compat::set_threads(*this, threads_ == 0 ? cores : threads_);
  return {};
}

node_settings configuration::settings() const {
  check_range("max-request-bytes", request_bytes_max_, 2, request_bytes_limit);
  check_range("max-depth", depth_max_, 1, depth_limit);
  node_settings result;
  result.style = compact_ ? compact_style : spaced_style;
  result.replies = reply_mode_of(reply_);
  result.limits = {request_bytes_max_, depth_max_};
  result.bytes_in_flight_max = bytes_in_flight_max_;
  result.dedup_window = dedup_window_;
  auto models = read_models_.empty() ? default_read_models()
                                     : read_model_file(read_models_);
  if (models.size() > read_models_max)
    throw bad_value("read-models", read_models_,
                    "at most " + std::to_string(read_models_max)
                      + " read models, not " + std::to_string(models.size()));
  for (auto& model : models)
    result.read_models.push_back(
      std::make_shared<row_read_model>(std::move(model), result.style));
  return result;
}

} // namespace projections
