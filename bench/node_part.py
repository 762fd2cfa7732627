"""What is measured of projection-node: each function is one measurement.

Used by measure.py. Every function takes the context and returns a `Section`; its
first sentence is the section's introduction in the report.
"""

import statistics
import sys

import node_curves
import node_memory
from node_running import (
    MIB,
    Context,
    beyond_setup,
    open_context,
    programs,
    with_and_without,
)
from report import Figure, Section, outcomes_table
from running import HERE, Case, prepare, run_in_turn
from store_running import Turn, take_turns

__all__ = ["MEASUREMENTS", "Context", "open_context", "programs"]


def peers(context, requests, *node_options):
    """The node and every baseline on the same requests. The slow ones take part in one
    round."""
    python = [sys.executable, HERE / "baseline.py"]
    return [
        Case("node", context.node_command(*node_options), requests, "all"),
        Case("C++ loop", [context.loop], requests, "all"),
        Case("C++ loop, parsing only", [context.loop, "--parse-only"], requests),
        Case("Python", python, requests, "all", 1),
        Case("Node.js", ["node", HERE / "baseline.mjs"], requests, "all", 1),
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
    runs = run_in_turn(context.folder, peers(context, requests), context.rounds(5))
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
    runs = run_in_turn(context.folder, peers(context, requests), context.rounds(5))
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
    run_in_turn(context.folder, peers(context, asked, option), 1)
    cases = peers(context, requests, option)
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
    runs = run_in_turn(context.folder, cases, context.rounds(5))

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


MEASUREMENTS = {
    "repeated-updates": repeated_updates,
    "changing-updates": changing_updates,
    "events": events,
    "rebuild": rebuild,
    "latency": latency,
    "large-states": large_states,
    "many-projections": node_curves.many_projections,
    "state-sizes": node_curves.state_sizes,
    "event-sizes": node_curves.event_sizes,
    "threads": node_curves.threads,
    "embedded": embedded,
    "empty-projections": node_memory.empty_projections,
    "processed-ids": node_memory.processed_ids,
}
