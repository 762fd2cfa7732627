# The headers that are installed. Doors are what programs include; docs/embedding.md
# tells what each is for. Behind them is what doors include: it is installed because
# a compiler needs it, and may change with every release. scripts/check_includes
# holds both lists against the sources, and the test of the installed package
# compiles every header of them by itself.

set(PROJECTIONS_DOORS
  # A node within a program, and one on pipes; the command line of a program,
  # and the signals that end it.
  runtime/embedded_node.hpp
  runtime/node.hpp
  runtime/arguments.hpp
  runtime/stop_signals.hpp
  actors/front/request_failure.hpp
  # Event logs, runners, and stores and views by name.
  runtime/event_log.hpp
  runtime/projection_runner.hpp
  runtime/open_store.hpp
  runtime/open_view.hpp
  storage/names/store_name.hpp
  # Aggregates and applications, which write events.
  folds/aggregates/aggregate.hpp
  folds/aggregates/application.hpp
  # What programs write: projections and read models.
  folds/processors/projection.hpp
  folds/processors/event_projection.hpp
  folds/processors/event_sourced_projection.hpp
  folds/read_models/read_model.hpp
  folds/read_models/read_model_file.hpp
  folds/read_models/row_read_model_config.hpp
  # Event stores, and the recorders that views derive from.
  storage/log/event_store.hpp
  storage/log/failing_event_store.hpp
  storage/log/store_error.hpp
  storage/views/tracking_recorder.hpp
  storage/views/recorder_with_events.hpp
  storage/memory/memory_event_store.hpp
  storage/memory/memory_recorder.hpp
  storage/sqlite/sqlite_event_store.hpp
  storage/sqlite/sqlite_recorder.hpp
  storage/postgres/postgres_event_store.hpp
  storage/postgres/postgres_recorder.hpp
  # Events: their types, ids and times.
  messages/events/event_types.hpp
  messages/events/event_time.hpp
  messages/events/recorded_event.hpp
  messages/events/uuid.hpp
  # Messages between actors, and what differs between CAF 0.17.6 and 1.1.
  messages/interfaces/message_types.hpp
  messages/interfaces/front_interfaces.hpp
  messages/interfaces/log_interfaces.hpp
  messages/interfaces/status_interfaces.hpp
  messages/interfaces/caf_compat.hpp
  messages/interfaces/caf_system.hpp
)

set(PROJECTIONS_BEHIND_DOORS
  messages/text/keyed_hash.hpp
  messages/json/json_scanner.hpp
  messages/json/json_text.hpp
  messages/events/event_codec.hpp
  messages/events/event_error.hpp
  messages/events/event_fields.hpp
  messages/events/payload_path.hpp
  messages/events/payload_reader.hpp
  messages/events/payload_writer.hpp
  messages/events/store_status.hpp
  messages/protocol/error_code.hpp
  messages/protocol/protocol_settings.hpp
  messages/interfaces/front_messages.hpp
  storage/log/change_signal.hpp
  storage/log/wrapped_event_store.hpp
  storage/views/database_recorder.hpp
  storage/views/durability.hpp
  storage/views/joined_transaction.hpp
  storage/views/pending_tracking.hpp
  storage/views/tracking_table.hpp
  storage/sqlite/busy_wait.hpp
  storage/sqlite/sqlite_connection.hpp
  storage/postgres/wake_descriptor.hpp
  storage/postgres/postgres_connection.hpp
  storage/postgres/postgres_session.hpp
  storage/postgres/postgres_uri.hpp
  storage/postgres/postgres_writer.hpp
  folds/read_models/reducers.hpp
  folds/processors/event_processor.hpp
  folds/processors/group_limits.hpp
  folds/processors/retry_schedule.hpp
  folds/emissions/emission.hpp
  actors/front/front_settings.hpp
  actors/log/runner_settings.hpp
)
