#include "projections/messages/protocol/request_framer.hpp"

#include "projections/messages/json/json_parser.hpp"

namespace projections {

namespace {

/// The text of one request as the parser reads it: pulls more when it runs out,
/// and ends where the request must end.
class pulling_stream {
public:
  using Ch = char;

  pulling_stream(std::string_view text, size_t begin, size_t bytes_max,
                 const request_framer::pull& more)
    : text_(text), begin_(begin), at_(begin), bytes_max_(bytes_max),
      more_(more) {
    // nop
  }

  [[nodiscard]] Ch Peek() {
    looked_ = at_;
    if (at_ - begin_ > bytes_max_) {
      too_long_ = true;
      return '\0';
    }
    if (at_ == text_.size() && !pull())
      return '\0';
    return is_bound() ? '\0' : text_[at_];
  }

  Ch Take() {
    // The parser takes without looking only within a character. One that the
    // end of its line cuts off is wrong, whatever comes.
    if (at_ != looked_ && at_ > begin_ && text_[at_ - 1] == '\n')
      return '\0';
    auto result = Peek();
    if (!too_long_ && !starved_ && !is_bound())
      ++at_;
    return result;
  }

  [[nodiscard]] size_t Tell() const {
    return at_ - begin_;
  }

  // The parser wants these of every stream, but uses them in place only.
  Ch* PutBegin() {
    return nullptr;
  }
  void Put(Ch) {
    // nop
  }
  void Flush() {
    // nop
  }
  size_t PutEnd(Ch*) {
    return 0;
  }

  /// Goes on from place `at`.
  void seek(size_t at) {
    at_ = at;
    too_long_ = false;
  }

  /// Returns whether a line begins here with a brace, other than the first one.
  [[nodiscard]] bool is_bound() const {
    return at_ > begin_ && at_ < text_.size() && text_[at_] == '{'
           && text_[at_ - 1] == '\n';
  }

  [[nodiscard]] bool is_starved() const {
    return starved_;
  }

  [[nodiscard]] bool is_too_long() const {
    return too_long_;
  }

  [[nodiscard]] size_t place() const {
    return at_;
  }

private:
  bool pull() {
    if (!starved_) {
      auto longer = more_();
      starved_ = longer.size() == text_.size();
      text_ = longer;
    }
    return !starved_;
  }

  std::string_view text_;
  size_t begin_;
  size_t at_;
  /// The place that was looked at last.
  size_t looked_ = 0;
  size_t bytes_max_;
  const request_framer::pull& more_;
  bool starved_ = false;
  bool too_long_ = false;
};

/// Rejects what the decoder rejects, and keeps nothing.
class checking_handler : public strict_handler {
public:
  using strict_handler::restart;
  using strict_handler::strict_handler;

  bool Null() {
    return true;
  }
  bool Bool(bool) {
    return true;
  }
  bool RawNumber(const char* digits, rapidjson::SizeType length, bool) {
    return accept_number({digits, length});
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return accept_string({text, length});
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    return accept_string({text, length});
  }
  bool StartObject() {
    return open();
  }
  bool EndObject(rapidjson::SizeType) {
    close();
    return true;
  }
  bool StartArray() {
    return open();
  }
  bool EndArray(rapidjson::SizeType) {
    close();
    return true;
  }
};

} // namespace

class request_framer::impl {
public:
  explicit impl(request_limits limits)
    : limits_(limits), handler_(limits.depth_max) {
    // nop
  }

  request_frame find_end(std::string_view text, size_t begin,
                         const pull& more) {
    using ending = request_frame::ending;
    begin = text.find_first_not_of(" \t\r\n", begin);
    if (begin == text.npos)
      return {ending::blank, text.size()};
    pulling_stream stream{text, begin, limits_.request_bytes_max, more};
    handler_.restart();
    auto result = parser_.Parse<checked_parse_flags>(stream, handler_);
    // An error behind which the parser read on is on the line where it began.
    if (result.IsError() && !stream.is_starved() && !stream.is_bound())
      stream.seek(begin + result.Offset());
    // What is left of the last line belongs to the request, whatever it is.
    for (;;) {
      if (stream.is_bound())
        return {ending::complete, stream.place()};
      auto next = stream.Peek();
      if (stream.is_too_long())
        return {ending::too_long, stream.place()};
      if (stream.is_starved())
        return {ending::unfinished, stream.place()};
      stream.seek(stream.place() + 1);
      if (next == '\n')
        return {ending::complete, stream.place()};
    }
  }

private:
  request_limits limits_;
  checking_handler handler_;
  rapidjson::Reader parser_;
};

request_framer::request_framer(request_limits limits)
  : impl_(std::make_unique<impl>(limits)) {
  // nop
}

request_framer::~request_framer() = default;

request_frame request_framer::find_end(std::string_view text, size_t begin,
                                       const pull& more) {
  return impl_->find_end(text, begin, more);
}

} // namespace projections
