// Turns events into payloads and payloads into events, by the fields of their
// types. Aggregates encode with it; repositories and projections decode.
#pragma once

#include "projections/messages/events/event_fields.hpp"
#include "projections/messages/events/payload_reader.hpp"
#include "projections/messages/events/payload_writer.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace projections {

// -- the types of fields ------------------------------------------------------

/// How a field of type `T` is read and written. There is one for every type
/// that a field can have; a program may add its own.
template <class T>
struct value_codec;

template <>
struct value_codec<bool> {
  static void read(payload_reader& from, bool& to) {
    to = from.read_bool();
  }
  static void write(payload_writer& to, bool x) {
    to.write_mark(x ? "true" : "false");
  }
};

/// An integer that is not meant as a character.
template <class T>
concept plain_integer
  = std::integral<T> && sizeof(T) <= sizeof(int64_t)
    && !std::same_as<
      T,
      bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <plain_integer T>
struct value_codec<T> {
  using limits = std::numeric_limits<T>;

  static void read(payload_reader& from, T& to) {
    if constexpr (std::is_signed_v<T>)
      to = static_cast<T>(from.read_signed(limits::min(), limits::max()));
    else
      to = static_cast<T>(from.read_unsigned(limits::max()));
  }
  static void write(payload_writer& to, T x) {
    if constexpr (std::is_signed_v<T>)
      to.write_signed(x);
    else
      to.write_unsigned(x);
  }
};

template <>
struct value_codec<double> {
  static void read(payload_reader& from, double& to) {
    to = from.read_double();
  }
  static void write(payload_writer& to, double x) {
    to.write_double(x);
  }
};

template <>
struct value_codec<std::string> {
  static void read(payload_reader& from, std::string& to) {
    to.assign(from.read_text());
  }
  static void write(payload_writer& to, std::string_view x) {
    to.write_text(x);
  }
};

template <>
struct value_codec<uuid> {
  static void read(payload_reader& from, uuid& to) {
    to = from.read_uuid();
  }
  static void write(payload_writer& to, const uuid& x) {
    to.write_uuid(x);
  }
};

template <>
struct value_codec<event_time> {
  static void read(payload_reader& from, event_time& to) {
    to = from.read_time();
  }
  static void write(payload_writer& to, event_time x) {
    to.write_time(x);
  }
};

template <>
struct value_codec<raw_json> {
  static void read(payload_reader& from, raw_json& to) {
    to.text.assign(from.read_any());
  }
  static void write(payload_writer& to, const raw_json& x) {
    to.write_raw(x.text);
  }
};

/// A value or `null`; as a member it may be missing.
template <class T>
struct value_codec<std::optional<T>> {
  static void read(payload_reader& from, std::optional<T>& to) {
    if (from.read_null())
      to.reset();
    else
      value_codec<T>::read(from, to.emplace());
  }
  static void write(payload_writer& to, const std::optional<T>& x) {
    if (x)
      value_codec<T>::write(to, *x);
    else
      to.write_mark("null");
  }
};

template <class T>
struct value_codec<std::vector<T>> {
  static void read(payload_reader& from, std::vector<T>& to) {
    to.clear();
    from.enter_array();
    while (from.next_element()) {
      payload_path::step step{from.path(), to.size()};
      T element{};
      value_codec<T>::read(from, element);
      to.push_back(std::move(element));
    }
  }
  static void write(payload_writer& to, const std::vector<T>& x) {
    to.write_mark("[");
    for (size_t i = 0; i < x.size(); ++i) {
      payload_path::step step{to.path(), i};
      if (i > 0)
        to.write_mark(",");
      value_codec<T>::write(to, x[i]);
    }
    to.write_mark("]");
  }
};

/// A struct with fields. Members that it does not have are ignored; of a member
/// that is there twice, the last value counts.
template <has_fields T>
struct value_codec<T> {
  static constexpr auto& fields = event_type<T>::fields;
  static constexpr size_t count = field_count<T>;
  static_assert(count <= 64, "an event has at most 64 fields");
  static_assert(are_field_names(field_names<T>),
                "the names of fields must differ and need no escapes in JSON");

  static void read(payload_reader& from, T& to) {
    read_members(from, to, std::make_index_sequence<count>{});
  }

  static void write(payload_writer& to, const T& x) {
    to.write_mark("{");
    write_members(to, x);
    to.write_mark("}");
  }

  /// Writes the members without the brackets around them.
  static void write_members(payload_writer& to, const T& x) {
    std::string_view mark = "\"";
    auto write_member = [&](const auto& f) {
      payload_path::step step{to.path(), f.name};
      to.write_mark(mark);
      to.write_mark(f.name);
      to.write_mark("\":");
      auto& value = x.*f.member;
      value_codec<std::remove_cvref_t<decltype(value)>>::write(to, value);
      mark = ",\"";
    };
    std::apply([&](const auto&... f) { (write_member(f), ...); }, fields);
  }

private:
  template <class Field>
  struct is_optional : std::false_type {};

  template <class Owner, class U>
  struct is_optional<event_field<Owner, std::optional<U>>> : std::true_type {};

  /// Returns the index of the field `key`, which is most likely the one at
  /// `expected`; `count` if there is none.
  static size_t find(std::string_view key, size_t expected) {
    auto& names = field_names<T>;
    if (expected < count && names[expected] == key)
      return expected;
    size_t i = 0;
    while (i < count && names[i] != key)
      ++i;
    return i;
  }

  template <size_t... Is>
  static void read_members(payload_reader& from, T& to,
                           std::index_sequence<Is...>) {
    constexpr auto optional
      = (uint64_t{0} | ...
         | (is_optional<std::remove_cvref_t<std::tuple_element_t<
                Is, std::remove_cvref_t<decltype(fields)>>>>::value
              ? uint64_t{1} << Is
              : uint64_t{0}));
    uint64_t found = optional;
    size_t expected = 0;
    std::string_view key;
    // What an earlier member of the same name left must not shine through.
    to = T{};
    from.enter_object();
    while (from.next_member(key, expected < count ? field_names<T>[expected]
                                                  : std::string_view{})) {
      auto i = find(key, expected);
      if (i == count) {
        from.read_any();
        continue;
      }
      expected = i + 1;
      found |= uint64_t{1} << i;
      payload_path::step step{from.path(), field_names<T>[i]};
      ((i == Is ? read_member<Is>(from, to) : void()), ...);
    }
    for (size_t i = 0; i < count; ++i)
      if ((found >> i & 1) == 0) {
        payload_path::step step{from.path(), field_names<T>[i]};
        from.path().fail_missing();
      }
  }

  template <size_t I>
  static void read_member(payload_reader& from, T& to) {
    auto& value = to.*std::get<I>(fields).member;
    value_codec<std::remove_cvref_t<decltype(value)>>::read(from, value);
  }
};

// -- whole events -------------------------------------------------------------

/// The member that says when an event happened, as in the Python library.
inline constexpr std::string_view timestamp_member = "timestamp";

/// Returns the payload of `x`: an object of its fields in order and, if `at` is
/// given and no field has this name, a last member `timestamp`. Throws
/// `event_format_error` for a value that JSON cannot hold.
template <event E>
std::string encode_event(const E& x, std::optional<event_time> at = {}) {
  constexpr auto& names = field_names<E>;
  payload_writer writer{{event_type<E>::topic}};
  writer.write_mark("{");
  value_codec<E>::write_members(writer, x);
  if (at
      && std::find(names.begin(), names.end(), timestamp_member)
           == names.end()) {
    payload_path::step step{writer.path(), timestamp_member};
    writer.write_mark(names.empty() ? "\"" : ",\"");
    writer.write_mark(timestamp_member);
    writer.write_mark("\":");
    writer.write_time(*at);
  }
  writer.write_mark("}");
  return writer.take();
}

/// Returns the event that `payload` holds; `place` names it in errors. Throws
/// `event_format_error` if the payload is not the JSON of an `E`.
template <event E>
E decode_event(const event_place& place, std::string_view payload) {
  payload_reader reader{place, payload};
  try {
    E result{};
    value_codec<E>::read(reader, result);
    reader.finish();
    return result;
  } catch (const json_syntax_error& e) {
    reader.fail_syntax(e);
  }
}

} // namespace projections
