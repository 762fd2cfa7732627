// The dogs of the Python library's tutorial, and cats beside them, for tests of
// aggregates and applications.
#pragma once

#include "projections/folds/aggregates/aggregate.hpp"

#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace projections::test {

struct dog_registered {
  std::string name;
};

struct trick_added {
  std::string trick;
};

struct cat_seen {
  std::string where;
};

} // namespace projections::test

template <>
struct projections::event_type<projections::test::dog_registered> {
  static constexpr std::string_view topic = "dogschool:Dog.Registered";
  static constexpr auto fields
    = std::tuple{field("name", &test::dog_registered::name)};
};

template <>
struct projections::event_type<projections::test::trick_added> {
  static constexpr std::string_view topic = "dogschool:Dog.TrickAdded";
  static constexpr auto fields
    = std::tuple{field("trick", &test::trick_added::trick)};
};

template <>
struct projections::event_type<projections::test::cat_seen> {
  static constexpr std::string_view topic = "garden:Cat.Seen";
  static constexpr auto fields
    = std::tuple{field("where", &test::cat_seen::where)};
};

namespace projections::test {

class dog : public aggregate<dog> {
public:
  using events = event_types<dog_registered, trick_added>;
  using aggregate::aggregate;

  explicit dog(std::string dog_name) {
    trigger_event(dog_registered{std::move(dog_name)});
  }

  /// Throws `std::invalid_argument` for a trick that no dog learns.
  void add_trick(std::string trick) {
    trigger_event(trick_added{std::move(trick)});
  }

  std::string name;
  std::vector<std::string> tricks;

  /// What `version` was when an event was applied last.
  stream_version applied_version = 0;

private:
  friend aggregate<dog>;

  void apply(const dog_registered& x) {
    name = x.name;
    applied_version = version();
  }

  void apply(const trick_added& x) {
    if (x.trick == "fly")
      throw std::invalid_argument{"no dog flies"};
    tricks.push_back(x.trick);
    applied_version = version();
  }
};

class cat : public aggregate<cat> {
public:
  using events = event_types<cat_seen>;
  using aggregate::aggregate;

  void see(std::string where) {
    trigger_event(cat_seen{std::move(where)});
  }

  void apply(const cat_seen& x) {
    places.push_back(x.where);
  }

  std::vector<std::string> places;
};

} // namespace projections::test
