// Checks a stream of numbered replies too large to keep. Used by the tests that
// send many requests or get large states.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace projections::test {

/// Counts replies as they arrive in pieces and checks that those numbered by
/// `in_reply_to` come in the order 1, 2, 3 and so on.
class reply_checker {
public:
  // -- modifiers --------------------------------------------------------------

  /// Takes in the next piece of stdout.
  void take(std::string_view piece) {
    while (!piece.empty()) {
      auto length = std::min(piece.find('\n'), piece.size());
      bytes_of_line_ += length;
      auto missing = beginning_max - beginning_.size();
      beginning_ += piece.substr(0, std::min(length, missing));
      if (length == piece.size())
        return;
      end_line();
      piece.remove_prefix(length + 1);
    }
  }

  // -- inspectors -------------------------------------------------------------

  /// Returns how many whole lines came.
  [[nodiscard]] size_t count() const {
    return count_;
  }

  /// Returns how many of them were of `type`.
  [[nodiscard]] size_t count_of(const std::string& type) const {
    auto found = count_of_type_.find(type);
    return found == count_of_type_.end() ? 0 : found->second;
  }

  /// Returns whether every line had the number it must have.
  [[nodiscard]] bool in_order() const {
    return in_order_;
  }

  /// Returns whether the last line came whole.
  [[nodiscard]] bool ended_with_a_line() const {
    return bytes_of_line_ == 0;
  }

  /// Returns the bytes of the longest line.
  [[nodiscard]] size_t longest_line() const {
    return longest_line_;
  }

private:
  // Enough for the type and the number.
  static constexpr size_t beginning_max = 100;

  void end_line() {
    ++count_;
    const std::string before_type = "{\"type\": \"";
    auto type = beginning_.substr(before_type.size());
    type.resize(std::min(type.find('"'), type.size()));
    ++count_of_type_[type];
    in_order_
      = in_order_
        && beginning_.starts_with(before_type + type + "\", \"in_reply_to\": "
                                  + std::to_string(count_) + ',');
    longest_line_ = std::max(longest_line_, bytes_of_line_);
    beginning_.clear();
    bytes_of_line_ = 0;
  }

  size_t count_ = 0;
  bool in_order_ = true;
  size_t longest_line_ = 0;
  size_t bytes_of_line_ = 0;
  std::string beginning_;
  std::map<std::string, size_t> count_of_type_;
};

} // namespace projections::test
