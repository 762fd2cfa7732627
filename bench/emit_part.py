"""What is measured of projections that emit events.

Used by measure.py, as store_part.py is, whose databases it shares.
"""

from report import Section, outcomes_table
from store_part import Context, compared, filled_log, open_context, programs
from store_running import Turn, take_turns

__all__ = ["MEASUREMENTS", "Context", "open_context", "programs"]


def emissions(context):
    """A projection emits an event into another stream for every event, exactly once, in
    groups of 1,000, tracking and emissions in one transaction, until all are there.
    The same events are appended plainly, 1,000 at a time, without keys and metadata,
    onto the same log. A replay finds every emission there and records nothing."""
    program = context.program("emit")
    figures, outcomes = [], {}
    count = context.count(30_000)
    for database in context.databases:
        log = filled_log(context, database, count)

        def turn(label, mode, database=database, log=log):
            def command(_):
                place = database.store(database.fresh("emitting", log))
                return [program, place, mode, count]

            return Turn(f"{database.title}, {label}", command)

        turns = [
            turn("emissions", "first"),
            turn("plain appends", "plain"),
            turn("replay", "again"),
        ]
        outcomes |= take_turns(turns, context.rounds(7))
        first, plain, again = (outcomes[x.label] for x in turns)
        what = f"emissions, {database.title}, {count:,} events"
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
        for label, mode in (("emissions", "first"), ("plain appends", "plain"))
    ]
    outcomes |= take_turns(turns, context.rounds(3))
    figures.append(
        compared(
            f"emissions, memory, {count:,} events: times as fast as plain appends of "
            "the same events",
            *(outcomes[x.label] for x in turns),
        )
    )
    return Section(figures, lines=outcomes_table(outcomes))


MEASUREMENTS = {"emissions": emissions}
