#include "projections/actors/node/reader_actor.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace projections {

namespace {

/// A chunk of at most this many bytes is decoded by the reader if nothing else
/// is under way: that costs less than waking a decoder.
constexpr size_t decoded_here_bytes_max = 16384;

/// What a chunk takes besides its text, in bytes: it counts as in flight, too.
constexpr size_t chunk_frame_bytes = 16384;

/// Returns the number of line breaks in the range. Counts in bytes, many of
/// which fit into a register, for as long as these cannot overflow.
size_t count_line_breaks(const char* begin, const char* end) {
  constexpr ptrdiff_t step_max = 255;
  size_t result = 0;
  while (begin != end) {
    auto step_end = begin + std::min(step_max, end - begin);
    uint8_t in_step = 0;
    for (; begin != step_end; ++begin)
      in_step += static_cast<uint8_t>(*begin == '\n');
    result += in_step;
  }
  return result;
}

} // namespace

reader_state::reader_state(interface::pointer self,
                           const reader_settings& settings,
                           std::vector<decoder_actor> decoders,
                           registry_actor registry)
  : self_(self), settings_(settings), decoders_(std::move(decoders)),
    registry_(std::move(registry)),
    source_(settings.descriptor, settings.stop_descriptor),
    filler_(source_, settings.limits, settings.chunk_bytes),
    decoder_(settings.style, settings.limits) {
  // nop
}

reader_actor::behavior_type reader_state::make_behavior() {
  return {
    [this](read_input) {
      read_is_due_ = false;
      if (may_read())
        read();
    },
    [this](chunk_sent_out) {
      --chunks_ahead_;
      read_if_allowed();
    },
    [this](const free_chunk& x) {
      --chunks_in_flight_;
      bytes_in_flight_ -= x.which->bytes_in_flight;
      if (free_.size() < settings_.chunks_ahead_max)
        free_.push_back(x.which);
      read_if_allowed();
    },
  };
}

void reader_state::read() {
  chunk_ptr which;
  if (free_.empty()) {
    which = std::make_shared<chunk>();
  } else {
    which = std::move(free_.back());
    free_.pop_back();
  }
  auto is_alone = chunks_in_flight_ == 0;
  filler_.fill(*which);
  which->sequence = chunks_sent_++;
  // Where lines are short, requests take more than their text.
  auto text = which->text.begin();
  auto lines = count_line_breaks(text, text + which->text_bytes);
  which->bytes_in_flight
    = which->text_bytes + chunk_frame_bytes + lines * sizeof(request);
  bytes_in_flight_ += which->bytes_in_flight;
  ++chunks_in_flight_;
  ++chunks_ahead_;
  ended_ = which->last;
  interface me {
    self_
  };
  if (is_alone && which->text_bytes <= decoded_here_bytes_max) {
    decoder_.decode(*which);
    compat::send(self_, registry_, decoded_chunk{std::move(which), me});
  } else {
    auto& decoder = decoders_[which->sequence % decoders_.size()];
    compat::send(self_, decoder, raw_chunk{std::move(which), me});
  }
  read_if_allowed();
}

/// Has itself told to read, so that what came meanwhile is taken in first.
/// Tells the registry if it is only for what the registry keeps that it may
/// not.
void reader_state::read_if_allowed() {
  if (may_read()) {
    if (!std::exchange(read_is_due_, true))
      compat::send(self_, interface{self_}, read_input{});
  } else if (!ended_ && chunks_ahead_ == 0
             && std::exchange(told_full_after_, chunks_sent_) != chunks_sent_) {
    compat::send(self_, registry_, input_is_full{chunks_sent_});
  }
}

bool reader_state::may_read() const {
  return !ended_ && chunks_ahead_ < settings_.chunks_ahead_max
         && (chunks_in_flight_ == 0
             || bytes_in_flight_ < settings_.input_bytes_in_flight_max);
}

} // namespace projections
