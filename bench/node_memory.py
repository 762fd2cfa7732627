"""What projection-node keeps in memory.

Used by node_part.py. Every function is one measurement, as there.
"""

import statistics

import workload
from node_running import MIB
from report import Figure, Section
from running import resident_at


def forgotten_events():
    """Events that the node takes through all its buffers and then forgets, since
    nobody subscribed to their type."""
    yield '{"type":"subscribe","event_types":["Counted"]}'
    for number_sent in range(200_000):
        yield (
            f'{{"type":"event","event":{{"type":"Ignored","id":"{number_sent:040}",'
            f'"payload":{{}}}}}}'
        )


def empty_projections(context):
    """Resident memory of 100,000 projections whose state is `[]`."""
    count = context.count(100_000)
    base, (full,) = resident_at(
        context.node_command(), forgotten_events(), workload.creates(count, 0), [count]
    )
    figure = Figure(
        "memory: a projection of `[]`",
        (full - base) / count,
        " bytes",
        at_most=2048,
        note=f"resident {base / MIB:.1f} MiB before, {full / MIB:.1f} MiB after",
    )
    return Section([figure])


def id_memory(context, what, at_most, derived=False, window=0):
    """Feeds ids and returns the figure for what they take, on average over all
    numbers of ids from a million on."""
    last = 2_000_000 if context.quick else 10_000_000
    marks = range(1_000_000, last + 1, 250_000)
    options = [f"--dedup-window={window}"] if window else []
    base, sizes = resident_at(
        context.node_command(*options),
        forgotten_events(),
        workload.ids(last, derived),
        marks,
    )
    kept = [min(window or mark, mark) for mark in marks]
    each = [(size - base) / ids for size, ids in zip(sizes, kept)]
    return Figure(
        f"memory: {what}",
        statistics.mean(each),
        " bytes",
        at_most=at_most,
        note=f"average over {marks[0]:,} to {last:,} ids; "
        f"smallest {min(each):.1f}, largest {max(each):.1f}",
    )


def processed_ids(context):
    """Resident memory of processed event ids, read at every 250,000 from 1 to 10
    million."""
    window = 1_000_000
    return Section(
        [
            id_memory(context, "an event's own id of 40 bytes", 32),
            id_memory(context, "a derived event id", 64, derived=True),
            id_memory(context, f"an id in a window of {window:,}", 48, window=window),
        ]
    )
