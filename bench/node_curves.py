"""Curves of projection-node: its throughput over what is changed step by step, and that
of the C++ loop beside it.

Used by node_part.py. Every function is one measurement, as there.
"""

from curves import Curves
from node_running import MIB, beyond_setup, with_and_without
from report import Figure, Section, number
from running import Case, prepare, run_in_turn


def with_loop(context, label, count, *options):
    """The cases of `with_and_without`, and one round of the C++ loop on each."""
    cases = with_and_without(context, label, count, *options)
    loop, setup = f"{label}, C++ loop", f"{label}, C++ loop, creating only"
    return [
        *cases,
        Case(loop, [context.loop], cases[0].requests, label, 1),
        Case(setup, [context.loop], cases[1].requests, None, 1),
    ]


def bend(context, curves, points):
    """Measures a curve of the node and one of the C++ loop. A point is an x, its label,
    a number of updates and the options of their workload. Returns the runs."""
    runs = {}
    curves.points = {"node": [], "C++ loop": []}
    for x, label, count, options in points:
        cases = with_loop(context, label, count, *options)
        runs |= run_in_turn(context.folder, cases, context.rounds(3))
        for program, case in (("node", label), ("C++ loop", f"{label}, C++ loop")):
            curves.points[program].append((x, count / beyond_setup(runs, case)))
    return runs


def many_projections(context):
    """The same number of updates over 1 to 100,000 projections of 10 rows, in turn;
    what creating them takes is measured apart and taken off."""
    curves = Curves(
        "node-projections",
        "Updates over projections of 10 rows, state in every reply",
        "projections",
        "updates a second",
        logarithmic_y=False,
    )
    sizes = [10**power for power in range(0, 5 if context.quick else 6)]
    runs = bend(
        context,
        curves,
        [
            (
                size,
                f"{size:,} projection{'s' if size > 1 else ''}",
                500_000,
                ("--projections", size, "--change"),
            )
            for size in sizes
        ],
    )
    rates = [y for _, y in curves.points["node"]]
    figures = [
        Figure(
            "projections: throughput at the slowest number over the fastest",
            min(rates) / max(rates),
            at_least=0.5,
            note=f"{number(min(rates))} to {number(max(rates))} updates a second",
        ),
        Figure(
            f"projections: throughput of {sizes[-1]:,} over that of 1",
            rates[-1] / rates[0],
        ),
    ]
    return Section(figures, runs, curves=[curves])


def state_sizes(context):
    """Updates of one projection whose state has 10 to 1,000,000 rows, without the state
    in the reply; what creating it takes is measured apart and taken off."""
    curves = Curves(
        "node-state-sizes",
        "Updates of one projection, state not in the reply",
        "rows of the state",
        "updates a second",
        logarithmic_y=False,
    )
    count = 500_000
    options = ("--projections", 1, "--change", "--no-state", "--rows")
    runs = bend(
        context,
        curves,
        [
            (10**power, f"{10**power:,} rows", count, (*options, 10**power))
            for power in range(1, 6 if context.quick else 7)
        ],
    )
    return Section([], runs, curves=[curves])


def event_sizes(context):
    """Updates with rows of 64 B to 64 KiB, over 10 projections of 100 rows, without the
    state in the reply. Small rows are 500,000, large ones 256 MiB in all."""
    curves = Curves(
        "node-event-sizes",
        "Updates of 10 projections of 100 rows, state not in the reply",
        "bytes of an event's data",
        "updates a second",
    )
    points = []
    for size in (64, 256, 1_024, 4_096, 16_384, 65_536):
        count = min(500_000, context.count(256 * MIB) // size)
        options = ("--projections", 10, "--rows", 100, "--row-bytes", size)
        points.append(
            (size, f"{size:,} B", count, (*options, "--change", "--no-state"))
        )
    runs = bend(context, curves, points)
    return Section([], runs, curves=[curves])


def threads(context):
    """What a second worker thread gains. The threads that read and write are there
    besides, so that with one worker the node uses more than one processor."""
    curves = Curves(
        "node-threads",
        "Requests over worker threads",
        "worker threads",
        "requests a second",
        logarithmic_x=False,
        logarithmic_y=False,
    )
    count = context.count(500_000)
    kinds = {
        "updates of 1 projection": ("updates", "--projections", 1, "--change"),
        "updates of 1,000 projections": ("updates", "--change"),
        "events": ("events",),
    }
    runs = {}
    for kind, options in kinds.items():
        requests = prepare(context.folder, *options, "--count", count)
        labels = {x: f"{kind}, {x} thread{'s' if x > 1 else ''}" for x in (1, 2)}
        cases = [
            Case(label, context.node_command(f"--threads={x}"), requests, kind)
            for x, label in labels.items()
        ]
        runs |= run_in_turn(context.folder, cases, context.rounds(3))
        curves.points[kind] = [
            (x, count / runs[label].wall) for x, label in labels.items()
        ]
    return Section([], runs, curves=[curves])
