// Makes every message between our actors known to CAF. Actors include this
// file, and so do programs with messages of their own. The messages within a
// node are only named here; `node_interfaces.hpp` has them.
#pragma once

#include "projections/messages/interfaces/caf_system.hpp"
#include "projections/messages/interfaces/front_interfaces.hpp"
#include "projections/messages/interfaces/log_interfaces.hpp"
#include "projections/messages/interfaces/status_interfaces.hpp"

namespace projections {

struct read_input;
struct chunk_sent_out;
struct free_chunk;
struct raw_chunk;
struct decoded_chunk;
struct written_batch;
struct version_correction;
struct projection_down;
struct input_is_full;
struct projector_down;
struct request_group;
struct end_of_input;
struct let_go_of_query;
struct check_waiting;
struct round_finished;
struct read_model_down;
struct model_group;
struct fold_part;
struct finished_batch;
struct node_finished;

} // namespace projections

// -- type ids --------------------------------------------------------------------

#define PROJECTIONS_LOCAL_MESSAGE(name)                                        \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(projections::name)

PROJECTIONS_LOCAL_MESSAGE(read_input)
PROJECTIONS_LOCAL_MESSAGE(chunk_sent_out)
PROJECTIONS_LOCAL_MESSAGE(free_chunk)
PROJECTIONS_LOCAL_MESSAGE(raw_chunk)
PROJECTIONS_LOCAL_MESSAGE(fold_part)
PROJECTIONS_LOCAL_MESSAGE(decoded_chunk)
PROJECTIONS_LOCAL_MESSAGE(request_group)
PROJECTIONS_LOCAL_MESSAGE(end_of_input)
PROJECTIONS_LOCAL_MESSAGE(let_go_of_query)
PROJECTIONS_LOCAL_MESSAGE(check_waiting)
PROJECTIONS_LOCAL_MESSAGE(input_is_full)
PROJECTIONS_LOCAL_MESSAGE(version_correction)
PROJECTIONS_LOCAL_MESSAGE(projection_down)
PROJECTIONS_LOCAL_MESSAGE(projector_down)
PROJECTIONS_LOCAL_MESSAGE(model_group)
PROJECTIONS_LOCAL_MESSAGE(round_finished)
PROJECTIONS_LOCAL_MESSAGE(read_model_down)
PROJECTIONS_LOCAL_MESSAGE(append_events)
PROJECTIONS_LOCAL_MESSAGE(append_results)
PROJECTIONS_LOCAL_MESSAGE(read_stream)
PROJECTIONS_LOCAL_MESSAGE(stream_events)
PROJECTIONS_LOCAL_MESSAGE(read_log)
PROJECTIONS_LOCAL_MESSAGE(withdraw_read)
PROJECTIONS_LOCAL_MESSAGE(hasten_read)
PROJECTIONS_LOCAL_MESSAGE(log_part)
PROJECTIONS_LOCAL_MESSAGE(read_head)
PROJECTIONS_LOCAL_MESSAGE(log_head)
PROJECTIONS_LOCAL_MESSAGE(commit_appends)
PROJECTIONS_LOCAL_MESSAGE(look_again)
PROJECTIONS_LOCAL_MESSAGE(view_step)
PROJECTIONS_LOCAL_MESSAGE(view_step_done)
PROJECTIONS_LOCAL_MESSAGE(fold_steps)
PROJECTIONS_LOCAL_MESSAGE(stop_runner)
PROJECTIONS_LOCAL_MESSAGE(try_again)
PROJECTIONS_LOCAL_MESSAGE(cut_short)
PROJECTIONS_LOCAL_MESSAGE(look_who_waits)
PROJECTIONS_LOCAL_MESSAGE(await_position)
PROJECTIONS_LOCAL_MESSAGE(position_reached)
PROJECTIONS_LOCAL_MESSAGE(rebuild_view)
PROJECTIONS_LOCAL_MESSAGE(view_emptied)
PROJECTIONS_LOCAL_MESSAGE(get_runner_status)
PROJECTIONS_LOCAL_MESSAGE(runner_status)
PROJECTIONS_LOCAL_MESSAGE(get_store_status)
PROJECTIONS_LOCAL_MESSAGE(store_status)
PROJECTIONS_LOCAL_MESSAGE(get_log_reader_status)
PROJECTIONS_LOCAL_MESSAGE(log_reader_status)
PROJECTIONS_LOCAL_MESSAGE(get_projection_status)
PROJECTIONS_LOCAL_MESSAGE(projection_status)
PROJECTIONS_LOCAL_MESSAGE(get_system_status)
PROJECTIONS_LOCAL_MESSAGE(system_status)
PROJECTIONS_LOCAL_MESSAGE(watch_projection)
PROJECTIONS_LOCAL_MESSAGE(watch_log)
PROJECTIONS_LOCAL_MESSAGE(finished_batch)
PROJECTIONS_LOCAL_MESSAGE(written_batch)
PROJECTIONS_LOCAL_MESSAGE(node_finished)

#undef PROJECTIONS_LOCAL_MESSAGE

// The ids of a program must all differ: `docs/embedding.md` tells how to place
// this block among others. The option of that name sets it for a whole build.
#ifndef PROJECTIONS_FIRST_TYPE_ID
#  define PROJECTIONS_FIRST_TYPE_ID caf::first_custom_type_id
#endif

CAF_BEGIN_TYPE_ID_BLOCK(projections, PROJECTIONS_FIRST_TYPE_ID)

  CAF_ADD_TYPE_ID(projections, (projections::create_projection))
  CAF_ADD_TYPE_ID(projections, (projections::update_projection))
  CAF_ADD_TYPE_ID(projections, (projections::rebuild_projection))
  CAF_ADD_TYPE_ID(projections, (projections::query_projection))
  CAF_ADD_TYPE_ID(projections, (projections::list_projections))
  CAF_ADD_TYPE_ID(projections, (projections::delete_projection))
  CAF_ADD_TYPE_ID(projections, (projections::projection_content))
  CAF_ADD_TYPE_ID(projections, (projections::projection_version))
  CAF_ADD_TYPE_ID(projections, (projections::projection_list))
  CAF_ADD_TYPE_ID(projections, (projections::process_event))
  CAF_ADD_TYPE_ID(projections, (projections::subscribe_to))
  CAF_ADD_TYPE_ID(projections, (projections::unsubscribe_from))
  CAF_ADD_TYPE_ID(projections, (projections::query_read_model))
  CAF_ADD_TYPE_ID(projections, (projections::event_processed))
  CAF_ADD_TYPE_ID(projections, (projections::subscription_changed))
  CAF_ADD_TYPE_ID(projections, (projections::read_model_rows))
  CAF_ADD_TYPE_ID(projections, (projections::get_node_status))
  CAF_ADD_TYPE_ID(projections, (projections::node_status))

  CAF_ADD_TYPE_ID(projections, (projections::read_input))
  CAF_ADD_TYPE_ID(projections, (projections::chunk_sent_out))
  CAF_ADD_TYPE_ID(projections, (projections::free_chunk))
  CAF_ADD_TYPE_ID(projections, (projections::raw_chunk))
  CAF_ADD_TYPE_ID(projections, (projections::fold_part))
  CAF_ADD_TYPE_ID(projections, (projections::decoded_chunk))
  CAF_ADD_TYPE_ID(projections, (projections::request_group))
  CAF_ADD_TYPE_ID(projections, (projections::end_of_input))
  CAF_ADD_TYPE_ID(projections, (projections::let_go_of_query))
  CAF_ADD_TYPE_ID(projections, (projections::check_waiting))
  CAF_ADD_TYPE_ID(projections, (projections::input_is_full))
  CAF_ADD_TYPE_ID(projections, (projections::version_correction))
  CAF_ADD_TYPE_ID(projections, (projections::projection_down))
  CAF_ADD_TYPE_ID(projections, (projections::projector_down))
  CAF_ADD_TYPE_ID(projections, (projections::model_group))
  CAF_ADD_TYPE_ID(projections, (projections::round_finished))
  CAF_ADD_TYPE_ID(projections, (projections::read_model_down))
  CAF_ADD_TYPE_ID(projections, (projections::append_events))
  CAF_ADD_TYPE_ID(projections, (projections::append_results))
  CAF_ADD_TYPE_ID(projections, (projections::read_stream))
  CAF_ADD_TYPE_ID(projections, (projections::stream_events))
  CAF_ADD_TYPE_ID(projections, (projections::read_log))
  CAF_ADD_TYPE_ID(projections, (projections::withdraw_read))
  CAF_ADD_TYPE_ID(projections, (projections::log_part))
  CAF_ADD_TYPE_ID(projections, (projections::read_head))
  CAF_ADD_TYPE_ID(projections, (projections::log_head))
  CAF_ADD_TYPE_ID(projections, (projections::commit_appends))
  CAF_ADD_TYPE_ID(projections, (projections::look_again))
  CAF_ADD_TYPE_ID(projections, (projections::view_step))
  CAF_ADD_TYPE_ID(projections, (projections::view_step_done))
  CAF_ADD_TYPE_ID(projections, (projections::fold_steps))
  CAF_ADD_TYPE_ID(projections, (projections::stop_runner))
  CAF_ADD_TYPE_ID(projections, (projections::try_again))
  CAF_ADD_TYPE_ID(projections, (projections::cut_short))
  CAF_ADD_TYPE_ID(projections, (projections::await_position))
  CAF_ADD_TYPE_ID(projections, (projections::position_reached))
  CAF_ADD_TYPE_ID(projections, (projections::rebuild_view))
  CAF_ADD_TYPE_ID(projections, (projections::view_emptied))
  CAF_ADD_TYPE_ID(projections, (projections::get_runner_status))
  CAF_ADD_TYPE_ID(projections, (projections::runner_status))
  CAF_ADD_TYPE_ID(projections, (projections::finished_batch))
  CAF_ADD_TYPE_ID(projections, (projections::written_batch))
  CAF_ADD_TYPE_ID(projections, (projections::node_finished))
  CAF_ADD_TYPE_ID(projections, (projections::get_store_status))
  CAF_ADD_TYPE_ID(projections, (projections::store_status))
  CAF_ADD_TYPE_ID(projections, (projections::get_log_reader_status))
  CAF_ADD_TYPE_ID(projections, (projections::log_reader_status))
  CAF_ADD_TYPE_ID(projections, (projections::get_projection_status))
  CAF_ADD_TYPE_ID(projections, (projections::projection_status))
  CAF_ADD_TYPE_ID(projections, (projections::get_system_status))
  CAF_ADD_TYPE_ID(projections, (projections::system_status))
  CAF_ADD_TYPE_ID(projections, (projections::watch_projection))
  CAF_ADD_TYPE_ID(projections, (projections::watch_log))
  CAF_ADD_TYPE_ID(projections, (projections::hasten_read))
  CAF_ADD_TYPE_ID(projections, (projections::look_who_waits))

CAF_END_TYPE_ID_BLOCK(projections)

namespace projections {

// As `docs/embedding.md` promises to those who place it.
static_assert(caf::id_block::projections::end
                - caf::id_block::projections::begin
              < 100);

// What CAF has to know of all these types takes a compiler seconds, and it is
// the same for every program: `messages/interfaces/message_types.cpp` has it.
extern template void compat::add_message_types<caf::id_block::projections>(
  caf::actor_system_config& config);

/// Makes CAF's message types and all of ours known to the systems that are made
/// of `config` afterwards. A program with types of its own, or of others, adds
/// those as well, in any order. May be called more than once.
inline void add_message_types(caf::actor_system_config& config) {
  compat::add_core_message_types();
  compat::add_message_types<caf::id_block::projections>(config);
}

} // namespace projections
