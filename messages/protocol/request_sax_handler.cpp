#include "projections/messages/protocol/request_sax_handler.hpp"

#include <string>

namespace projections {

request_sax_handler::request_sax_handler(json_style style, size_t depth_max)
  : strict_handler(depth_max), builder_(style) {
  // nop
}

void request_sax_handler::begin(chunk& in, char* out, bool verbatim) {
  chunk_ = &in;
  out_ = out;
  verbatim_ = verbatim;
  is_object_ = false;
  has_inner_ = false;
  in_body_ = false;
  restart();
  value_depth_ = 0;
  at_ = place::nowhere;
  outside_.clear();
  outer_.clear();
}

bool request_sax_handler::String(const char* content,
                                 rapidjson::SizeType length, bool) {
  std::string_view text{content, length};
  if (!verbatim_ && !accept_string(text))
    return false;
  if (value_depth_ == 0) {
    if (verbatim_ && stays_in_place()) {
      // The parser has put a zero byte where the closing quote was.
      auto quoted = const_cast<char*>(content) - 1;
      quoted[length + 1] = '"';
      store({quoted, size_t{length} + 2}, {});
      return true;
    }
    begin_value(is_known());
  }
  if (keeps_)
    builder_.string(text, verbatim_);
  if (value_depth_ == 0)
    end_value();
  return true;
}

bool request_sax_handler::Key(const char* content, rapidjson::SizeType length,
                              bool) {
  std::string_view text{content, length};
  if (!verbatim_ && !accept_string(text))
    return false;
  if (value_depth_ > 0) {
    if (keeps_)
      builder_.key(text, verbatim_);
  } else if (at_ == place::request || at_ == place::body) {
    key_ = request_key_of(text);
    if (key_ == request_key::body && at_ == place::body)
      key_ = request_key::unknown;
  } else {
    event_key_ = event_key_of(text);
  }
  return true;
}

bool request_sax_handler::StartObject() {
  if (!open())
    return false;
  if (value_depth_ > 0) {
    ++value_depth_;
    if (keeps_)
      builder_.start_object();
    return true;
  }
  switch (at_) {
    case place::nowhere:
      is_object_ = true;
      enter(place::request);
      return true;
    case place::request:
    case place::body:
      if (key_ == request_key::body) {
        store({}, {});
        inner_.clear();
        has_inner_ = true;
        in_body_ = true;
        enter(place::body);
        return true;
      }
      if (key_ == request_key::event) {
        store({}, {});
        fields().event.clear();
        fields().has_event = true;
        enter(place::event);
        return true;
      }
      break;
    case place::events:
      element_.clear();
      enter(place::element);
      return true;
    default:
      break;
  }
  begin_value(is_known());
  value_depth_ = 1;
  if (keeps_)
    builder_.start_object();
  return true;
}

bool request_sax_handler::EndObject(rapidjson::SizeType) {
  close();
  if (value_depth_ > 0) {
    if (keeps_)
      builder_.end_object();
    if (--value_depth_ == 0)
      end_value();
    return true;
  }
  if (at_ == place::element)
    end_element();
  else if (at_ == place::body)
    in_body_ = false;
  at_ = outside_.back();
  outside_.pop_back();
  return true;
}

bool request_sax_handler::StartArray() {
  if (!open())
    return false;
  if (value_depth_ > 0) {
    ++value_depth_;
    if (keeps_)
      builder_.start_array();
    return true;
  }
  if ((at_ == place::request || at_ == place::body)
      && key_ == request_key::events) {
    store({}, {});
    auto& x = fields();
    x.has_events = true;
    x.first_event = static_cast<uint32_t>(chunk_->events.size());
    x.event_count = 0;
    x.events_problem.clear();
    enter(place::events);
    return true;
  }
  begin_value(is_known());
  value_depth_ = 1;
  if (keeps_)
    builder_.start_array();
  return true;
}

bool request_sax_handler::EndArray(rapidjson::SizeType) {
  close();
  if (value_depth_ > 0) {
    if (keeps_)
      builder_.end_array();
    if (--value_depth_ == 0)
      end_value();
    return true;
  }
  at_ = outside_.back();
  outside_.pop_back();
  return true;
}

bool request_sax_handler::literal(std::string_view token) {
  if (value_depth_ == 0)
    begin_value(is_known());
  if (keeps_)
    builder_.literal(token);
  if (value_depth_ == 0)
    end_value();
  return true;
}

void request_sax_handler::enter(place where) {
  outside_.push_back(at_);
  at_ = where;
}

void request_sax_handler::begin_value(bool kept) {
  keeps_ = kept;
  if (keeps_)
    builder_.begin(out_);
  else if (at_ == place::events)
    note_problem({{}, "an object", {}});
}

void request_sax_handler::end_value() {
  if (!keeps_)
    return;
  auto text = builder_.text();
  out_ += text.size();
  store(text, builder_.identity());
}

/// Makes `text` the value of the current key. It is empty for what is read key
/// by key.
void request_sax_handler::store(std::string_view text,
                                std::string_view identity) {
  if (at_ == place::event || at_ == place::element) {
    auto& x = event();
    x.values.set(event_key_, text);
    if (event_key_ == event_key::event_data)
      x.identities[0] = identity;
    else if (event_key_ == event_key::payload)
      x.identities[1] = identity;
    return;
  }
  auto& x = fields();
  x.values.set(key_, text);
  if (key_ == request_key::event)
    x.has_event = false;
  else if (key_ == request_key::events)
    x.has_events = false;
  else if (key_ == request_key::body)
    has_inner_ = false;
}

void request_sax_handler::end_element() {
  auto& x = fields();
  resolved_event event;
  if (auto problem = resolve(element_, event))
    return note_problem(*problem);
  auto begin_of = [this](std::string_view text) {
    return text.empty()
             ? 0u
             : static_cast<uint32_t>(text.data() - chunk_->normalised.begin());
  };
  chunk_->events.push_back(
    {begin_of(event.data), static_cast<uint32_t>(event.data.size()),
     begin_of(event.identity), static_cast<uint32_t>(event.identity.size())});
  ++x.event_count;
  if (observe_ && x.event_count % long_rebuild::step == 0)
    observe_(*chunk_, {x.first_event, x.event_count});
}

/// Notes what is wrong with the current element of `events`, unless an earlier
/// one was wrong already.
void request_sax_handler::note_problem(const field_problem& problem) {
  auto& x = fields();
  if (x.events_problem.empty())
    x.events_problem
      = describe(problem, "events[" + std::to_string(x.event_count) + "]");
}

/// Returns whether the next value, if it is a string without escapes, need not
/// be copied: the input has it as normalised text has it, and it is no part of
/// an event that is told by its place in the normalised text.
bool request_sax_handler::stays_in_place() const {
  return at_ != place::element && is_known();
}

/// Returns whether the next value belongs to a key that the protocol knows.
bool request_sax_handler::is_known() const {
  switch (at_) {
    case place::request:
    case place::body:
      return key_ != request_key::unknown;
    case place::event:
    case place::element:
      return event_key_ != event_key::unknown;
    default:
      return false;
  }
}

} // namespace projections
