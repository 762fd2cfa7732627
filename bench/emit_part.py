"""What is measured of projections that answer events with events.

Used by measure.py, as store_part.py is, whose databases it shares.
"""

from report import Section, outcomes_table
from store_part import Context, compared, filled_log, open_context, programs
from store_running import Turn, take_turns

__all__ = ["MEASUREMENTS", "Context", "open_context", "programs"]


def answers(context):
    """A projection answers every event with one in another stream, exactly once, in
    groups of 1,000, tracking and answers in one transaction, until all are answered.
    The same answers are appended plainly, 1,000 at a time, without keys and metadata,
    onto the same events. A replay finds every answer there and records nothing."""
    program = context.program("emit")
    figures, outcomes = [], {}
    count = context.count(30_000)
    for database in context.databases:
        log = filled_log(context, database, count)

        def turn(label, mode, database=database, log=log):
            def command(_):
                place = database.store(database.fresh("answered", log))
                return [program, place, mode, count]

            return Turn(f"{database.title}, {label}", command)

        turns = [
            turn("answers", "first"),
            turn("plain appends", "plain"),
            turn("replay", "again"),
        ]
        outcomes |= take_turns(turns, context.rounds(7))
        first, plain, again = (outcomes[x.label] for x in turns)
        what = f"answers, {database.title}, {count:,} events"
        figures += [
            compared(
                f"{what}: times as fast as plain appends of the same events",
                first,
                plain,
                0.5,
            ),
            compared(
                f"{what}: a replay, times as fast as the first time", again, first, 1
            ),
        ]
    count = context.count(300_000)
    turns = [
        Turn(f"memory, {label}", lambda _, mode=mode: [program, "memory:", mode, count])
        for label, mode in (("answers", "first"), ("plain appends", "plain"))
    ]
    outcomes |= take_turns(turns, context.rounds(3))
    figures.append(
        compared(
            f"answers, memory, {count:,} events: times as fast as plain appends of "
            "the same events",
            *(outcomes[x.label] for x in turns),
        )
    )
    return Section(figures, lines=outcomes_table(outcomes))


MEASUREMENTS = {"answers": answers}
