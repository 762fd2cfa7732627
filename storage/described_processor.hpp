// What projections say of themselves, in one place. The bases of projections
// derive from it; their users only fill in the description.
#pragma once

#include "projections/storage/event_processor.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace projections {

/// An event processor that answers questions about itself from a description,
/// which has a `name`, a `version` and `topics`.
template <class Description>
class described_processor : public event_processor {
public:
  [[nodiscard]] const std::string& name() const override {
    return description_.name;
  }

  [[nodiscard]] int64_t version() const override {
    return description_.version;
  }

  [[nodiscard]] const std::vector<std::string>& topics() const override {
    return description_.topics;
  }

protected:
  explicit described_processor(Description description)
    : description_(std::move(description)) {
    // nop
  }

  [[nodiscard]] const Description& description() const {
    return description_;
  }

private:
  Description description_;
};

} // namespace projections
