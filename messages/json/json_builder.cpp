#include "projections/messages/json/json_builder.hpp"

#include "projections/messages/text/short_text.hpp"

#include <cstring>
#include <unordered_map>

namespace projections {

json_builder::json_builder(json_style style) : style_(style) {
  // nop
}

void json_builder::begin(char* out) {
  begin_ = out;
  out_ = out;
  frames_.clear();
  members_.clear();
  identity_ = {};
  at_id_ = false;
}

void json_builder::literal(std::string_view token) {
  begin_value();
  auto value = out_;
  put(token);
  note_identity(value, kind_of(token) == json_kind::number);
}

void json_builder::string(std::string_view content, bool verbatim) {
  begin_value();
  auto value = out_;
  put_string(content, verbatim);
  note_identity(value, true);
}

void json_builder::start_object() {
  open('{');
}

void json_builder::key(std::string_view content, bool verbatim) {
  auto& in = frames_.back();
  if (members_.size() > in.first_member)
    put(style_.comma);
  auto begin = out_;
  put_string(content, verbatim);
  std::string_view written{begin + 1, static_cast<size_t>(out_ - begin - 2)};
  in.has_repeated_key |= is_repeated(in, written);
  members_.push_back({written, begin});
  put(style_.colon);
  at_id_ = frames_.size() == 1 && written == "id";
}

void json_builder::end_object() {
  auto& in = frames_.back();
  if (in.has_repeated_key) {
    drop_repeated(in);
    *out_ = '}';
    if (frames_.size() == 1)
      identity_ = identity_of({begin_, static_cast<size_t>(out_ + 1 - begin_)});
  }
  members_.resize(in.first_member);
  close('}');
}

void json_builder::start_array() {
  open('[');
}

void json_builder::end_array() {
  close(']');
}

void json_builder::open(char bracket) {
  begin_value();
  note_identity(out_, false);
  frames_.push_back({out_, members_.size(), bracket == '{', false, nullptr});
  *out_++ = bracket;
}

void json_builder::close(char bracket) {
  *out_++ = bracket;
  frames_.pop_back();
}

/// Separates elements; members are separated before their keys.
void json_builder::begin_value() {
  if (!frames_.empty() && !frames_.back().is_object
      && out_ != frames_.back().begin + 1)
    put(style_.comma);
}

/// Notes the value that ends here as the identity if it belongs to the key `id`
/// and `counts`. A later `id` takes the place of an earlier one.
void json_builder::note_identity(const char* value, bool counts) {
  if (!at_id_)
    return;
  at_id_ = false;
  identity_ = counts
                ? std::string_view{value, static_cast<size_t>(out_ - value)}
                : std::string_view{};
}

bool json_builder::is_repeated(frame& in, std::string_view key) {
  auto count = members_.size() - in.first_member;
  if (count < few_members_max) {
    for (auto i = in.first_member; i < members_.size(); ++i)
      if (short_equal(members_[i].key, key))
        return true;
    return false;
  }
  if (!in.keys) {
    in.keys = std::make_unique<key_set>();
    for (auto i = in.first_member; i < members_.size(); ++i)
      in.keys->insert(members_[i].key);
  }
  return !in.keys->insert(key).second;
}

/// Writes the open object `in` anew with every key once.
void json_builder::drop_repeated(const frame& in) {
  std::unordered_map<std::string_view, size_t, keyed_text_hash> last;
  for (auto i = in.first_member; i < members_.size(); ++i)
    last[members_[i].key] = i;
  std::string kept{"{"};
  for (auto i = in.first_member; i < members_.size(); ++i) {
    auto place = last.find(members_[i].key);
    if (place == last.end())
      continue;
    auto j = place->second;
    auto end = j + 1 < members_.size()
                 ? members_[j + 1].begin - style_.comma.size()
                 : out_;
    if (kept.size() > 1)
      kept += style_.comma;
    kept.append(members_[j].begin, end);
    last.erase(place);
  }
  std::memcpy(in.begin, kept.data(), kept.size());
  out_ = in.begin + kept.size();
}

void json_builder::put(std::string_view text) {
  short_copy(out_, text.data(), text.size());
  out_ += text.size();
}

void json_builder::put_string(std::string_view content, bool verbatim) {
  *out_++ = '"';
  if (verbatim) {
    put(content);
  } else {
    scratch_.clear();
    append_escaped(scratch_, content);
    put(scratch_);
  }
  *out_++ = '"';
}

} // namespace projections
