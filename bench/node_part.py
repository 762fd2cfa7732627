"""What is measured of projection-node: each function is one measurement.

Used by measure.py. Every function takes the context and returns a `Section`; its
first sentence is the section's introduction in the report.
"""

import contextlib
import dataclasses
import os
import platform
import statistics
import sys

import workload
from curves import Curves
from report import Figure, Section, first_line, number, outcomes_table
from running import (
    HERE,
    Case,
    MeasurementError,
    prepare,
    resident_at,
    run_in_turn,
)
from store_running import Turn, take_turns

MIB = 2**20


@dataclasses.dataclass
class Context:
    """What the measurements share."""

    node: str
    build: object
    folder: object
    quick: bool

    def node_command(self, *options):
        return [self.node, "--compact", *options]

    @property
    def loop(self):
        return str(self.build / "bench" / "bench_baseline")

    def count(self, full):
        return full // 10 if self.quick else full

    def rounds(self, full):
        return 2 if self.quick else full


@contextlib.contextmanager
def open_context(chosen, build, files):
    node = os.path.abspath(chosen.node or build / "projection-node")
    yield Context(node=node, build=build, folder=files, quick=chosen.quick)


def programs(context):
    """Returns the lines that say which programs were measured."""
    return [
        f"- node: {first_line([context.node, '--version'])}; "
        f"Python {platform.python_version()}; Node {first_line(['node', '--version'])}",
    ]


def peers(context, requests, slow_rounds, *node_options):
    """The node and every baseline on the same requests."""
    slow_rounds = 1 if context.quick else slow_rounds
    python = [sys.executable, HERE / "baseline.py"]
    return [
        Case("node", context.node_command(*node_options), requests, "all"),
        Case("C++ loop", [context.loop], requests, "all"),
        Case("C++ loop, parsing only", [context.loop, "--parse-only"], requests),
        Case("Python", python, requests, "all", slow_rounds),
        Case("Node.js", ["node", HERE / "baseline.mjs"], requests, "all", slow_rounds),
    ]


def compared(what, runs, peer, at_least=None):
    """How many times as fast as a peer the node is."""
    pairs = zip(runs[peer].wall_seconds, runs["node"].wall_seconds)
    ratios = [slow / fast for slow, fast in pairs]
    note = f"in single rounds {min(ratios):.2f} to {max(ratios):.2f}"
    if len(ratios) == 1:
        note = "one round"
    ratio = runs[peer].wall / runs["node"].wall
    return Figure(f"{what}: times as fast as {peer}", ratio, "", at_least, None, note)


def limit(what, runs):
    share = runs["C++ loop"].wall / runs["C++ loop, parsing only"].wall
    return Figure(
        f"{what}: the limit, times as fast as C++ loop",
        share,
        note="one thread that parses with RapidJSON's DOM and does nothing else",
    )


def rate(what, runs, count):
    return Figure(f"{what}: requests a second", count / runs["node"].wall)


def updates(context, *options, what, targets):
    count = context.count(500_000)
    requests = prepare(context.folder, "updates", "--count", count, *options)
    runs = run_in_turn(context.folder, peers(context, requests, 3), context.rounds(5))
    figures = [
        compared(what, runs, peer, at_least)
        for peer, at_least in zip(("C++ loop", "Python", "Node.js"), targets)
    ]
    return Section(figures + [limit(what, runs), rate(what, runs, count)], runs)


def repeated_updates(context):
    """500,000 updates over 1,000 projections in turn, 10 rows in each reply; a row
    always comes as it is."""
    return updates(context, what="updates, rows repeat", targets=(2, 15, 5))


def changing_updates(context):
    """The same, but every update changes two fields of its row."""
    return updates(
        context, "--change", what="updates, rows change", targets=(1.5, 15, 5)
    )


def events(context):
    """500,000 events of 10,000 entities, a tenth of them duplicates, folded into
    both default read models."""
    count = context.count(500_000)
    requests = prepare(context.folder, "events", "--count", count)
    runs = run_in_turn(context.folder, peers(context, requests, 1), context.rounds(5))
    figures = [
        compared("events", runs, "C++ loop", 1.5),
        compared("events", runs, "Python"),
        compared("events", runs, "Node.js"),
        limit("events", runs),
        rate("events", runs, count),
    ]
    return Section(figures, runs)


def rebuild(context):
    """One rebuild of 1,000,000 events with 100,000 ids in one request."""
    arguments = ("rebuild", "--count", context.count(1_000_000))
    arguments += ("--rows", context.count(100_000))
    requests = prepare(context.folder, *arguments)
    request_bytes = requests.stat().st_size
    option = f"--max-request-bytes={2 * request_bytes}"
    # The state is compared once and not timed: the target is about the rebuild.
    asked = prepare(context.folder, *arguments, "--ask")
    run_in_turn(context.folder, peers(context, asked, 1, option), 1)
    cases = peers(context, requests, 1, option)
    runs = run_in_turn(context.folder, cases, context.rounds(5))
    figures = [
        compared("rebuild", runs, "C++ loop", 1.5),
        compared("rebuild", runs, "Python"),
        compared("rebuild", runs, "Node.js"),
        limit("rebuild", runs),
        Figure(
            "rebuild: peak memory, times the request",
            runs["node"].peak / request_bytes,
            at_most=3,
            note=f"the request has {request_bytes / MIB:.0f} MiB",
        ),
    ]
    return Section(figures, runs)


def latency(context):
    """One request at a time through pipes; the bare loop is the C++ loop, which
    reads a line, parses it and writes the reply."""
    warm_up = 1_000
    arguments = ("--projections", 10, "--change", "--count", context.count(20_000))
    requests = prepare(context.folder, "updates", *arguments)
    driver = [context.build / "bench" / "bench_latency", str(warm_up)]
    cases = [
        Case("node", driver + context.node_command(), requests, "all"),
        Case("bare loop", driver + [context.loop], requests, "all"),
    ]
    runs = run_in_turn(context.folder, cases, context.rounds(7))

    def microseconds(label, column):
        said = [text.splitlines()[-1].split() for text in runs[label].said]
        return statistics.median(int(line[column]) / 1000 for line in said)

    median, bare = microseconds("node", 0), microseconds("bare loop", 0)
    figures = [
        Figure(
            "latency: median above the bare loop",
            median - bare,
            " µs",
            at_most=50,
            note=f"node {median:.1f} µs, bare loop {bare:.1f} µs",
        ),
        Figure("latency: node, 99th percentile", microseconds("node", 1), " µs"),
        Figure(
            "latency: bare loop, 99th percentile", microseconds("bare loop", 1), " µs"
        ),
    ]
    return Section(figures, runs)


def beyond_setup(runs, label):
    """Returns the seconds that a case took beyond creating its projections."""
    taken = runs[label].wall - runs[f"{label}, creating only"].wall
    if taken <= 0:
        raise MeasurementError(f"{label}: too few updates to be told from the set-up")
    return taken


def with_and_without(context, label, count, *options):
    """The node on updates, and on the creating of their projections alone."""
    command = context.node_command("--max-request-bytes=268435456")
    requests = prepare(context.folder, "updates", "--count", count, *options)
    setup = prepare(context.folder, "updates", "--count", 0, *options)
    return [
        Case(label, command, requests, label),
        Case(f"{label}, creating only", command, setup),
    ]


def large_states(context):
    """Updates of one projection with 10 and with 100,000 rows; what creating it
    takes is measured apart and taken off."""
    answers = 20 if context.quick else 50
    without = ("--projections", 1, "--change", "--no-state", "--rows")
    cases = with_and_without(context, "10 rows", 500_000, *without, 10)
    cases += with_and_without(context, "100,000 rows", 500_000, *without, 100_000)
    cases += with_and_without(
        context,
        "in the reply",
        answers,
        "--projections",
        1,
        "--change",
        "--rows",
        100_000,
    )
    loops = [
        Case(f"{case.label}, C++ loop", [context.loop], case.requests, case.replies)
        for case in cases
        if case.replies is not None
    ]
    checked = run_in_turn(context.folder, cases + loops, 1)
    replies = checked["in the reply"].reply_bytes
    copy = [
        context.build / "bench" / "bench_copy",
        str(replies // answers),
        str(answers),
    ]
    cases.append(Case("copying and writing", copy, cases[-1].requests))
    runs = run_in_turn(context.folder, cases, context.rounds(5))
    ratio = beyond_setup(runs, "100,000 rows") / beyond_setup(runs, "10 rows")
    answered = beyond_setup(runs, "in the reply")
    figures = [
        Figure("update without state: 100,000 rows over 10 rows", ratio, at_most=1.5),
        Figure(
            "update with 100,000 rows in the reply, over copying and writing",
            answered / runs["copying and writing"].wall,
            at_most=1.5,
            note=f"{answered / answers * 1000:.2f} ms a reply "
            f"of {replies / answers / MIB:.1f} MiB",
        ),
    ]
    return Section(figures, runs)


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


def embedded(context):
    """Typed requests to a node within a program's own actor system, so many of them
    under way; round trips are made by a scoped actor, one at a time."""
    program = context.build / "bench" / "bench_embedded"
    count = context.count(200_000)
    asked = [
        ("updates", "updates of 1,000 projections", 64),
        ("updates", "updates of 1,000 projections", 1_024),
        ("states", "updates with the state of ten rows", 1_024),
        ("events", "events of 10,000 entities", 1_024),
        ("rows", "rows of a read model", 1_024),
    ]
    turns = [
        Turn(
            f"{what}, {under_way:,} under way",
            lambda _, kind=kind, under_way=under_way: [program, kind, count, under_way],
        )
        for kind, what, under_way in asked
    ]
    lone = context.count(20_000)
    turns.append(Turn("round trips", lambda _: [program, "round-trips", lone, 1]))
    outcomes = take_turns(turns, context.rounds(3))
    figures = [
        Figure(f"typed requests a second, {label}", outcome.rate)
        for label, outcome in outcomes.items()
        if label != "round trips"
    ]
    trips = outcomes["round trips"]
    figures += [
        Figure(
            f"typed requests, a round trip: {name}",
            statistics.median(times) / 1000,
            " µs",
        )
        for name, times in (
            ("median", trips.median_ns),
            ("99th percentile", trips.p99_ns),
        )
    ]
    return Section(figures, lines=outcomes_table(outcomes))


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


MEASUREMENTS = {
    "repeated-updates": repeated_updates,
    "changing-updates": changing_updates,
    "events": events,
    "rebuild": rebuild,
    "latency": latency,
    "large-states": large_states,
    "many-projections": many_projections,
    "state-sizes": state_sizes,
    "event-sizes": event_sizes,
    "threads": threads,
    "embedded": embedded,
    "empty-projections": empty_projections,
    "processed-ids": processed_ids,
}
