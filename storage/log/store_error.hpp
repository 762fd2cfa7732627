// The errors that users of stores and views meet, as exceptions.
#pragma once

#include "projections/messages/events/recorded_event.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace projections {

/// A store or view cannot be reached, opened, read or written. The text names
/// it, without its password, and says why.
class store_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// A store or view that trying again may help with: its connection is lost, it
/// does not answer, or somebody else holds it for too long. What was being
/// committed may have been.
class store_unavailable : public store_error {
public:
  using store_error::store_error;
};

/// Somebody else appended to a stream first: read it and decide again. Nothing
/// was recorded.
class wrong_expected_version : public std::runtime_error {
public:
  wrong_expected_version(const std::string& what, std::string stream,
                         stream_version expected, stream_version actual)
    : std::runtime_error(what), stream_(std::move(stream)), expected_(expected),
      actual_(actual) {
    // nop
  }

  [[nodiscard]] const std::string& stream() const noexcept {
    return stream_;
  }

  /// The version that the writer knew; 0 for a stream that did not exist.
  [[nodiscard]] stream_version expected() const noexcept {
    return expected_;
  }

  /// The version that the stream has.
  [[nodiscard]] stream_version actual() const noexcept {
    return actual_;
  }

private:
  std::string stream_;
  stream_version expected_;
  stream_version actual_;
};

/// There is no aggregate with this id, or it has no such version.
class aggregate_not_found : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// A position was recorded already, or a later one: the event is processed
/// twice. Nothing has changed.
class integrity_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// `process_event` has returned without recording the place of the event.
class tracking_missing : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

/// A view does not fit what is to be folded into it: it was folded by other
/// code, or from a log that went further. A rebuild makes it fit.
class rebuild_needed : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// A view is not rebuilt, since others fold into it: another runner, or other
/// applications. The text says which. Nothing has changed.
class rebuild_refused : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// A position was not recorded in time.
class wait_timeout : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Waiting for a position was interrupted.
class wait_interrupted : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace projections
