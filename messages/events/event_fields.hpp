// How a plain struct becomes an event: its topic, and the names of its fields
// in JSON. Written by applications, read by the codec.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace projections {

/// The JSON mapping of the plain struct `T`. Specialise it for every event type
/// and for every struct within one:
///
///     struct dog_registered {
///       std::string name;
///     };
///
///     template <>
///     struct projections::event_type<dog_registered> {
///       static constexpr std::string_view topic = "dogschool:Dog.Registered";
///       static constexpr auto fields
///         = std::tuple{field("name", &dog_registered::name)};
///     };
///
/// `fields` may be empty: `std::tuple{}`. A struct that only stands in others
/// has no `topic`. A field can be a `bool`, an integer, a `double`, a
/// `std::string`, a `uuid`, an `event_time`, a `raw_json`, another struct with
/// fields, or a `std::optional` or `std::vector` of these.
template <class T>
struct event_type;

/// A member of a struct and its name in JSON.
template <class Owner, class T>
struct event_field {
  std::string_view name;
  T Owner::*member;
};

/// Returns the field that is called `name` in JSON. The name is printable and
/// has neither quotes nor backslashes.
template <class Owner, class T>
constexpr event_field<Owner, T> field(std::string_view name, T Owner::*member) {
  return {name, member};
}

/// Any JSON value, kept as the text that it has in the event.
struct raw_json {
  std::string text = "null";

  bool operator==(const raw_json&) const = default;
};

/// A plain struct with a JSON mapping.
template <class T>
concept has_fields = std::default_initializable<T> && requires {
  std::tuple_size<std::remove_cvref_t<decltype(event_type<T>::fields)>>::value;
};

/// A struct with a JSON mapping and a topic.
template <class T>
concept event = has_fields<T> && requires {
  { event_type<T>::topic } -> std::convertible_to<std::string_view>;
};

/// How many fields `T` has.
template <has_fields T>
inline constexpr size_t field_count
  = std::tuple_size_v<std::remove_cvref_t<decltype(event_type<T>::fields)>>;

/// The names of the fields of `T` in order.
template <has_fields T>
inline constexpr auto field_names = std::apply(
  [](const auto&... x) {
    return std::array<std::string_view, sizeof...(x)>{x.name...};
  },
  event_type<T>::fields);

/// Returns whether `names` are all different and can stand between quotes as
/// they are. The codec refuses to compile with others.
template <size_t Count>
constexpr bool
are_field_names(const std::array<std::string_view, Count>& names) {
  for (size_t i = 0; i < Count; ++i) {
    for (char c : names[i])
      if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\')
        return false;
    for (size_t j = 0; j < i; ++j)
      if (names[i] == names[j])
        return false;
  }
  return true;
}

} // namespace projections
