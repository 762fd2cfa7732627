#include "projections/actors/node/writer_actor.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

namespace projections {

namespace {

/// So much of a reply to nobody is logged, in bytes.
constexpr size_t logged_bytes_max = 1024;

} // namespace

writer_state::writer_state(interface::pointer self, int descriptor,
                           json_style style, node_observer observer)
  : self_(self), output_(descriptor), encoder_(style),
    observer_(std::move(observer)) {
  // nop
}

writer_actor::behavior_type writer_state::make_behavior() {
  return {[this](const finished_batch& x) {
    order_.push(x.batch->sequence, x.batch);
    while (auto batch = order_.pop()) {
      if (closed_)
        continue;
      if (write(**batch) && output_.flush()) {
        compat::send(self_, x.registry, written_batch{std::move(*batch)});
      } else {
        spdlog::error("cannot write to the output: {}", std::strerror(errno));
        closed_ = true;
        compat::send(self_, observer_, node_finished{1});
      }
    }
  }};
}

/// Writes the replies of `batch`. Returns false if the output is closed.
bool writer_state::write(request_batch& batch) {
  for (auto i = batch.first(); i != batch.end(); ++i) {
    auto& r = batch.at(i);
    if (r.kind == request_kind::stray_reply)
      continue;
    auto reply = r.reply;
    if (reply.empty())
      reply = encoder_.error(r, error_code::crash,
                             "the actor that should answer has ended");
    if (r.answer_in_envelope && r.source.empty()) {
      reply.remove_suffix(1);
      spdlog::warn("a reply to nobody: {}{}", reply.substr(0, logged_bytes_max),
                   reply.size() > logged_bytes_max ? "..." : "");
    } else if (!output_.write(reply)) {
      return false;
    }
  }
  return true;
}

} // namespace projections
