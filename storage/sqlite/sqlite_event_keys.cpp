#include "projections/storage/sqlite/sqlite_event_keys.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <span>
#include <string_view>

namespace projections {

namespace {

constexpr const char* select_key
  = "SELECT position FROM projections_event_keys WHERE idempotency_key = ?";

constexpr const char* insert_free_key
  = "INSERT INTO projections_event_keys VALUES (?, ?) ON CONFLICT DO NOTHING";

// These two fail, and insert nothing, if one of the keys is there. With more
// keys than six in a statement, each took longer again.
constexpr const char* insert_key
  = "INSERT INTO projections_event_keys VALUES (?, ?)";

constexpr size_t keys_per_insert = 6;
constexpr std::string_view insert_keys
  = "INSERT INTO projections_event_keys VALUES "
    "(?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?)";
static_assert(std::count(insert_keys.begin(), insert_keys.end(), '?')
              == 2 * keys_per_insert);

constexpr const char* delete_key
  = "DELETE FROM projections_event_keys WHERE idempotency_key = ?";

struct key_row {
  stored_event_key key;
  log_position position;
};

/// Inserts `rows` with `sql`, which takes so many. Returns false, and has
/// inserted none, if a key is there.
bool insert_rows(sqlite_connection& at, const char* sql,
                 std::span<const key_row> rows) {
  auto insert = at.statement(sql);
  auto place = 0;
  for (auto& row : rows) {
    row.key.bind(*insert, ++place);
    insert->bind(++place, row.position);
  }
  auto outcome = insert->tryExecuteStep();
  if (outcome == SQLITE_DONE)
    return true;
  if (insert->getErrorCode() == SQLITE_CONSTRAINT)
    return false;
  throw SQLite::Exception{at.database().getHandle(), outcome};
}

} // namespace

void stored_event_key::bind(SQLite::Statement& to, int place) const {
  if (uuid_)
    to.bindNoCopy(place, uuid_->data, static_cast<int>(uuid_->size()));
  else
    to.bindNoCopy(place, *text_);
}

std::optional<log_position> find_event_key(sqlite_connection& at,
                                           const std::string& key) {
  auto query = at.statement(select_key);
  stored_event_key stored{key};
  stored.bind(*query, 1);
  if (query->executeStep())
    return query->getColumn(0).getInt64();
  return std::nullopt;
}

bool take_event_key(sqlite_connection& at, const std::string& key,
                    log_position position) {
  auto insert = at.statement(insert_free_key);
  stored_event_key stored{key};
  stored.bind(*insert, 1);
  insert->bind(2, position);
  return insert->exec() > 0;
}

bool take_event_keys(sqlite_connection& at,
                     const std::vector<append_request>& requests,
                     log_position first) {
  std::vector<key_row> rows;
  rows.reserve(requests.size());
  for (auto& x : requests)
    rows.push_back(
      {stored_event_key{x.events.front().idempotency_key}, first++});
  // Neighbours in the table lie on the same pages.
  std::sort(rows.begin(), rows.end(),
            [](auto& x, auto& y) { return x.key < y.key; });
  for (auto next = rows.begin(); next != rows.end();) {
    auto left = static_cast<size_t>(rows.end() - next);
    auto has_many = left >= keys_per_insert;
    auto end = next + static_cast<ptrdiff_t>(has_many ? keys_per_insert : 1);
    if (!insert_rows(at, has_many ? insert_keys.data() : insert_key,
                     {next, end})) {
      for (auto taken = rows.begin(); taken != next; ++taken) {
        auto remove = at.statement(delete_key);
        taken->key.bind(*remove, 1);
        remove->exec();
      }
      return false;
    }
    next = end;
  }
  return true;
}

} // namespace projections
