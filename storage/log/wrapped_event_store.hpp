// A store that passes everything on to another one. Derive from it to change or
// watch some of what a store does.
#pragma once

#include "projections/storage/log/event_store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace projections {

/// Does what the store in it does. As thread-safe as that.
class wrapped_event_store : public event_store {
public:
  /// `store` is not null.
  explicit wrapped_event_store(std::shared_ptr<event_store> store)
    : store_(std::move(store)) {
    // nop
  }

  std::vector<append_outcome>
  append(const std::vector<append_request>& requests) override {
    return store_->append(requests);
  }

  std::vector<recorded_event> read_stream(std::string_view stream,
                                          stream_version after,
                                          size_t limit) override {
    return store_->read_stream(stream, after, limit);
  }

  log_slice read_all(log_position after, size_t limit,
                     const std::vector<std::string>& topics) override {
    return store_->read_all(after, limit, topics);
  }

  std::vector<std::optional<recorded_event>>
  find_keys(const std::vector<std::string>& keys) override {
    return store_->find_keys(keys);
  }

  log_position head() override {
    return store_->head();
  }

  std::shared_ptr<change_signal> changes() override {
    return store_->changes();
  }

  std::optional<std::chrono::milliseconds> poll_interval() const override {
    return store_->poll_interval();
  }

protected:
  [[nodiscard]] event_store& inner() {
    return *store_;
  }

private:
  std::shared_ptr<event_store> store_;
};

} // namespace projections
