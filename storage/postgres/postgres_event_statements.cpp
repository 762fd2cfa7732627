// The names of the tables of events and the statements on them.
#include "projections/storage/names/table_name.hpp"
#include "projections/storage/postgres/postgres_event_tables.hpp"
#include "projections/storage/postgres/postgres_tables.hpp"

namespace projections {

namespace {

/// Columns and key of the table of events.
std::string layout_of_events(const std::string& id_type) {
  return "originator_id " + id_type
         + ", originator_version bigint, topic text, state bytea, "
           "notification_id bigint, "
           "PRIMARY KEY (originator_id, originator_version)";
}

} // namespace

postgres_event_tables::table_names::table_names(const postgres_uri& uri,
                                                std::string_view application) {
  auto name = application.empty() ? "stored_events"
                                  : lower_case(application) + "_events";
  // The longest name first, for the others are short enough if it is.
  metadata = quoted_table(uri, "projections_" + name + "_metadata");
  channel = name;
  events = quoted_table(uri, name);
  keys = quoted_table(uri, "projections_" + name + "_keys");
  index = quoted_name(name + "_notification_id_idx");
}

postgres_event_tables::statements::statements(const table_names& tables,
                                              bool has_uuids)
  // Inserts wait here for one another, reads do not; a process that stands
  // still meanwhile loses its session, so that it does not keep the others out.
  // The lock comes before the positions are drawn and stays until the commit,
  // so positions become visible in their order; docs/storage.md says why it is
  // done so.
  : lock("SET LOCAL idle_in_transaction_session_timeout = '60s'; LOCK TABLE "
         + tables.events + " IN EXCLUSIVE MODE"),
    begin_append("BEGIN ISOLATION LEVEL READ COMMITTED; "
                 "SET LOCAL lock_timeout = '5s'; "
                 + lock),
    notify("NOTIFY " + quoted_name(tables.channel)),
    // A subquery for each stream, so that the index is used whatever is known
    // about the table.
    select_versions("SELECT (SELECT max(originator_version) FROM "
                    + tables.events + " WHERE originator_id = name"
                    + (has_uuids ? "::uuid" : "")
                    + ") FROM unnest($1::text[]) WITH ORDINALITY "
                      "AS streams (name, place) ORDER BY place"),
    select_keys("SELECT idempotency_key, position FROM " + tables.keys
                + " WHERE idempotency_key = ANY($1::text[])"),
    insert_events("INSERT INTO " + tables.events
                  + " (originator_id, originator_version, topic, state) SELECT "
                  + (has_uuids ? "stream::uuid" : "stream")
                  + ", version, topic, state FROM unnest($1::text[], "
                    "$2::bigint[], $3::text[], $4::bytea[]) WITH ORDINALITY "
                    "AS events (stream, version, topic, state, place) "
                    "ORDER BY place RETURNING notification_id"),
    savepoint("SAVEPOINT projections_append"),
    roll_back("ROLLBACK TO SAVEPOINT projections_append"),
    release("RELEASE SAVEPOINT projections_append"),
    // Arrays of the same length, whose elements are taken side by side without
    // being gathered first, as they would be in FROM.
    insert_keys("INSERT INTO " + tables.keys
                + " SELECT unnest($1::text[]), unnest($2::bigint[])"),
    insert_metadata("INSERT INTO " + tables.metadata
                    + " SELECT unnest($1::bigint[]), unnest($2::text[])"),
    insert_both("WITH keys AS (" + insert_keys + ") INSERT INTO "
                + tables.metadata
                + " SELECT unnest($3::bigint[]), unnest($4::text[])"),
    // Events have the same columns in all statements, metadata in some.
    select_stream("SELECT notification_id, originator_id, originator_version, "
                  "topic, state, metadata FROM "
                  + tables.events + " LEFT JOIN " + tables.metadata
                  + " ON position = notification_id WHERE originator_id = $1"
                  + (has_uuids ? "::uuid" : "::text")
                  + " AND originator_version > $2 "
                    "ORDER BY originator_version LIMIT $3"),
    // Few logs have metadata, so joining it would cost most of them for
    // nothing: these tell whether to ask for it. The greatest position is found
    // by the index, whatever is known about the table.
    select_all("SELECT notification_id, originator_id, originator_version, "
               "topic, state, (SELECT max(position) > $1 FROM "
               + tables.metadata + ") FROM " + tables.events
               + " WHERE notification_id > $1 "
                 "ORDER BY notification_id LIMIT $2"),
    // One statement sees one state of the table: the last position and the
    // events up to the bound belong together.
    select_topics("SELECT found.*, last.position FROM (SELECT "
                  "coalesce(max(notification_id), 0) AS position FROM "
                  + tables.events
                  + ") AS last LEFT JOIN LATERAL (SELECT notification_id, "
                    "originator_id, originator_version, topic, state, "
                    "(SELECT max(position) > $1 FROM "
                  + tables.metadata + ") FROM " + tables.events
                  + " WHERE notification_id > $1 AND notification_id <= $2 AND "
                    "notification_id <= last.position AND "
                    "topic = ANY($3::text[]) ORDER BY notification_id LIMIT $4"
                    ") AS found ON true ORDER BY notification_id"),
    select_metadata("SELECT position, metadata FROM " + tables.metadata
                    + " WHERE position > $1 AND position <= $2 "
                      "ORDER BY position"),
    // A subquery for the metadata, so that its index is used likewise.
    select_events_by_key("SELECT notification_id, originator_id, "
                         "originator_version, topic, state, "
                         "(SELECT metadata FROM "
                         + tables.metadata
                         + " AS beside WHERE beside.position = keys.position), "
                           "idempotency_key FROM "
                         + tables.keys + " AS keys JOIN " + tables.events
                         + " ON notification_id = keys.position "
                           "WHERE idempotency_key = ANY($1::text[])"),
    select_last("SELECT coalesce(max(notification_id), 0) FROM "
                + tables.events) {
  // nop
}

postgres_event_tables::postgres_event_tables(postgres_connection& at,
                                             std::string_view application)
  : names_(at.uri(), application), has_uuids_(open(at)),
    sql_(names_, has_uuids_) {
  // nop
}

/// Makes the tables that are not there, and returns whether streams are of type
/// uuid.
bool postgres_event_tables::open(postgres_connection& at) const {
  auto found = table_layout(at, names_.events);
  if (found.empty() || table_layout(at, names_.keys).empty()
      || table_layout(at, names_.metadata).empty()) {
    // As the Python library makes it. Without autovacuum, because that holds a
    // lock which appends would wait for, a second at a time.
    std::string sql
      = "CREATE TABLE IF NOT EXISTS " + names_.events + " (originator_id "
        + at.uri().originator_id_type()
        + " NOT NULL, originator_version bigint NOT NULL, topic text, state "
          "bytea, notification_id bigserial, "
          "PRIMARY KEY (originator_id, originator_version)) "
          "WITH (autovacuum_enabled=false); "
          "CREATE UNIQUE INDEX IF NOT EXISTS "
        + names_.index + " ON " + names_.events + " (notification_id); ";
    // A table that is there already belongs to somebody else, index included.
    if (!found.empty())
      sql.clear();
    // Keys are compared byte by byte, which takes less than the rules of a
    // language.
    make_tables(at,
                sql + "CREATE TABLE IF NOT EXISTS " + names_.keys
                  + " (idempotency_key text COLLATE \"C\" PRIMARY KEY, "
                    "position bigint NOT NULL); CREATE TABLE IF NOT EXISTS "
                  + names_.metadata
                  + " (position bigint PRIMARY KEY, metadata text NOT NULL)");
    found = table_layout(at, names_.events);
  }
  require_layout(at, names_.keys,
                 "idempotency_key text, position bigint, "
                 "PRIMARY KEY (idempotency_key)");
  // The server quotes names that are keywords.
  require_layout(at, names_.metadata,
                 "position bigint, metadata text, PRIMARY KEY (\"position\")");
  if (found == layout_of_events("text"))
    return false;
  if (found != layout_of_events("uuid"))
    refuse_layout(at, names_.events, found, layout_of_events("text or uuid"));
  return true;
}

} // namespace projections
