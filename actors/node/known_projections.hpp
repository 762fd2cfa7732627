// Which named projections there are, by name. Owned by the registry, asked for
// every request.
#pragma once

#include "projections/actors/node/projection_actor.hpp"
#include "projections/messages/interfaces/message_types.hpp"
#include "projections/messages/interfaces/node_interfaces.hpp"
#include "projections/messages/text/text_index.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// What the registry knows of a projection. Where it speaks of what was sent,
/// the actor may still have to do it.
struct known_projection {
  /// The name as text between quotes. A copy, since what the projection's actor
  /// writes to is slow to read from here.
  std::string name;

  /// Who carries out its requests.
  projection_actor actor;

  /// The projection itself, and what its actor tells of it.
  std::shared_ptr<shared_projection> shared;

  /// By which its actor names itself.
  uint64_t instance = 0;

  /// The version once all that was sent is applied.
  uint64_t version = 0;

  /// The rebuilds that were sent to its actor.
  uint64_t rebuilds = 0;

  /// The sum of `growth_bytes` sent, and a limit for the state's bytes.
  uint64_t growth_sent = 0;
  size_t state_bytes_max = 0;

  /// From where on that limit is computed anew.
  size_t state_bytes_unsure = 0;

  /// The batch in which it was last sent to, and its last request there.
  uint64_t batch = UINT64_MAX;
  uint32_t last_in_batch = request::none;

  /// Whether a query that may wait was sent.
  bool may_wait = false;
};

/// Returns a limit for the bytes of the state of `x` when all that was sent to
/// it is applied.
[[nodiscard]] size_t state_bytes_max(known_projection& x);

/// Notes by how much the update or rebuild `r` of `in` may make the state of
/// `to` grow. `separator_bytes` is what stands between two rows.
void count_growth(request& r, const chunk& in, known_projection& to,
                  size_t separator_bytes);

/// All named projections of a node. References stay valid until the projection
/// is removed. Not thread-safe.
class known_projections {
public:
  // -- modifiers ---------------------------------------------------------------

  /// Adds a projection, whose name is not there yet. It has no actor and a new
  /// instance.
  known_projection& add(std::unique_ptr<named_projection> projection);

  /// Takes out `x`.
  void remove(known_projection& x);

  /// Returns an instance that no projection had before.
  uint64_t next_instance() {
    return next_instance_++;
  }

  // -- inspectors --------------------------------------------------------------

  /// Returns the projection of this name (text between quotes), or null.
  [[nodiscard]] known_projection* find(std::string_view name) const;

  /// Has what `find` looks at for `name` brought into the cache.
  void prefetch(std::string_view name) const;

  /// Returns the projection of this instance, or null. Takes time in the number
  /// of projections; only failures ask for it.
  [[nodiscard]] known_projection* find_instance(uint64_t instance) const;

  /// Returns all projections, by the bytes of their names.
  [[nodiscard]] std::vector<const known_projection*> sorted() const;

  /// Calls `use(x)` for every projection.
  template <class Use>
  void for_each(Use use) const {
    for (auto& x : projections_)
      if (x)
        use(*x);
  }

  /// Returns how many bytes all names have, and how many there are.
  [[nodiscard]] size_t name_bytes() const {
    return name_bytes_;
  }

  [[nodiscard]] size_t size() const {
    return by_name_.size();
  }

private:
  /// The projections, where they were added; null where one was removed.
  std::vector<std::unique_ptr<known_projection>> projections_;

  /// Places in `projections_` by name, and those that are free.
  text_index by_name_;
  std::vector<text_index::item> free_places_;

  uint64_t next_instance_ = 0;
  size_t name_bytes_ = 0;
};

} // namespace projections
