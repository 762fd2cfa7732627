#include "projections/messages/json/canonical_form.hpp"

#include "projections/messages/json/json_text.hpp"

#include <algorithm>
#include <cstdint>

namespace projections {

namespace {

/// Everybody's key: forms have to be the same everywhere.
constexpr hash_key public_key{};

/// Room for more members than this is given back after use.
constexpr size_t members_kept = 16384;

void append_word(std::string& out, uint64_t word) {
  char bytes[8];
  for (int i = 0; i < 8; ++i)
    bytes[i] = static_cast<char>(word >> 8 * i & 0xff);
  out.append(bytes, sizeof(bytes));
}

/// Takes `c` from the front of `text`, and a space that may follow it.
void skip_separator(std::string_view& text, char c) {
  if (text.front() != c)
    return;
  text.remove_prefix(1);
  if (text.front() == ' ')
    text.remove_prefix(1);
}

} // namespace

void canonical_form::append(std::string& out, std::string_view value) {
  rest_ = value;
  open_.clear();
  members_.clear();
  for (;;) {
    if (rest_.front() == '{' || rest_.front() == '[') {
      open(out);
    } else {
      auto text = rest_.substr(0, value_length(rest_));
      rest_.remove_prefix(text.size());
      add(out, {text, {}});
    }
    while (!open_.empty() && at_end())
      close(out);
    if (open_.empty())
      break;
    begin_element();
  }
  if (members_.capacity() > members_kept)
    members_ = {};
}

/// Begins the array or object at the front of `rest_`.
void canonical_form::open(std::string& out) {
  auto is_object = rest_.front() == '{';
  open_.push_back({is_object, out.size(), members_.size(), key_});
  rest_.remove_prefix(1);
  if (!is_object)
    out += '[';
}

/// Ends the innermost array or object. The outermost stays in `out` as its
/// form, any other goes to the one around it as a digest.
void canonical_form::close(std::string& out) {
  rest_.remove_prefix(1);
  auto closed = open_.back();
  open_.pop_back();
  if (closed.is_object) {
    auto first = members_.begin() + static_cast<ptrdiff_t>(closed.first_member);
    std::sort(first, members_.end(),
              [](const member& a, const member& b) { return a.key < b.key; });
    out += '{';
    for (auto i = first; i != members_.end(); ++i) {
      out += '"';
      out += i->key;
      out += "\":";
      append_part(out, i->value);
    }
    out += '}';
    members_.erase(first, members_.end());
  } else {
    out += ']';
  }
  if (open_.empty())
    return;
  auto form = std::string_view{out}.substr(closed.form_begin);
  auto digest = sip_hash(public_key, form);
  out.resize(closed.form_begin);
  key_ = closed.key;
  add(out, {{}, digest});
}

/// Takes a complete value to where it belongs.
void canonical_form::add(std::string& out, const part& value) {
  if (open_.empty())
    out += value.text;
  else if (open_.back().is_object)
    members_.push_back({key_, value});
  else
    append_part(out, value);
}

/// Moves to the next element, or to the value of the next member.
void canonical_form::begin_element() {
  skip_separator(rest_, ',');
  if (!open_.back().is_object)
    return;
  auto quoted_key = rest_.substr(0, value_length(rest_));
  key_ = unquoted(quoted_key);
  rest_.remove_prefix(quoted_key.size());
  skip_separator(rest_, ':');
}

/// Returns whether the innermost array or object ends here.
bool canonical_form::at_end() const {
  return rest_.front() == '}' || rest_.front() == ']';
}

void canonical_form::append_part(std::string& out, const part& value) {
  if (value.text.empty()) {
    out += '#';
    append_word(out, value.digest.low);
    append_word(out, value.digest.high);
  } else {
    out += value.text;
  }
  out += ',';
}

} // namespace projections
