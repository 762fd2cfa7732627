"""What is measured of many projections at once: each function is one measurement.

Used by measure.py, as store_part.py is, whose databases it shares. Every function
takes the context and returns a `Section`; its first sentence is the section's
introduction in the report. The program measured is bench/load, which checks the
result of every run itself.
"""

import dataclasses
import re
import sqlite3
import statistics
from math import inf

from curves import Curves
from report import Figure, Section, first_line, seconds_with_spread
from running import MeasurementError
from store_part import Context, open_context
from store_running import run

__all__ = ["MEASUREMENTS", "Context", "open_context", "programs"]

# The program appends by so many threads.
PRODUCERS = 2
# How many rounds a load takes part in, unless it says otherwise.
ROUNDS = 2


def programs(_context):
    """Returns the lines that say which programs were measured."""
    return [
        f"- databases: SQLite {sqlite3.sqlite_version}; "
        f"{first_line(['psql', '--version'])}, its server by pg_virtualenv; "
        "both wait for the disk at every commit but those of views",
    ]


def counted(count, what):
    return f"{count:,} {what}{'' if count == 1 else 's'}"


@dataclasses.dataclass
class Load:
    """What one run is like."""

    # What tells it from others of its measurement.
    label: str
    backend: str
    projections: int
    events: int
    event_size: int = 256
    # Streams of each projection from each of the two producers; None for what the
    # program takes by itself.
    streams: int | None = None
    threads: int = 2
    # Events a second by schedule; 0 for as many as the store takes.
    rate: int = 0
    # How many rounds it takes part in.
    rounds: int = ROUNDS

    @property
    def title(self):
        return f"{self.backend}, {self.label}"


@dataclasses.dataclass
class Results:
    """What the rounds of a load have told."""

    # From the first event's time until all were applied.
    seconds: list = dataclasses.field(default_factory=list)
    p50_ms: list = dataclasses.field(default_factory=list)
    p99_ms: list = dataclasses.field(default_factory=list)
    memory_mib: list = dataclasses.field(default_factory=list)

    def rate(self, load):
        """Returns how many events were applied a second, in the median round."""
        return load.events / statistics.median(self.seconds)


def number_in(table, row, part=r"^{} +([\d,.]+) "):
    """Returns a number of a row of the table that the program prints."""
    found = re.search(part.format(re.escape(row)), table, re.MULTILINE)
    if not found:
        raise MeasurementError(f'there is no row "{row}" in what the load prints')
    return float(found[1].replace(",", ""))


def place_for(context, backend):
    """Returns the name of a fresh store."""
    if backend == "memory":
        return "memory:"
    for path in context.folder.glob("load.sqlite-views*"):
        path.unlink()
    database = next(x for x in context.databases if x.title == backend)
    return database.store(database.fresh("load"))


def load_once(context, load):
    """Runs a load on a fresh store, and returns the table that the program prints."""
    command = [
        context.build / "bench" / "bench_load",
        f"--backend={place_for(context, load.backend)}",
        f"--projections={load.projections}",
        f"--events={load.events}",
        f"--event-size={load.event_size}",
        f"--threads={load.threads}",
        f"--rate={load.rate}",
    ]
    if load.streams is not None:
        command.append(f"--streams={load.streams}")
    return run(command)


def take_turns(context, loads):
    """Runs all loads round by round, and returns their results in order."""
    results = [Results() for _ in loads]
    for turn in range(ROUNDS):
        for load, of_load in zip(loads, results):
            if turn >= load.rounds:
                continue
            table = load_once(context, load)
            of_load.seconds.append(
                number_in(table, "applied", r"^{} .* in ([\d.]+) s\)$")
            )
            of_load.p50_ms.append(number_in(table, "latency p50"))
            of_load.p99_ms.append(number_in(table, "latency p99"))
            of_load.memory_mib.append(number_in(table, "resident memory: peak"))
    return results


def table(loads, results):
    """Returns the lines of a table of the loads."""
    lines = [
        "| load | events | seconds: median (range) | applied a second "
        "| latency p50, p99 (ms) | peak memory (MiB) |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for load, of_load in zip(loads, results):
        lines.append(
            f"| {load.title} | {load.events:,} "
            f"| {seconds_with_spread(of_load.seconds)} "
            f"| {of_load.rate(load):,.0f} "
            f"| {statistics.median(of_load.p50_ms):.1f}, "
            f"{statistics.median(of_load.p99_ms):.1f} "
            f"| {statistics.median(of_load.memory_mib):.0f} |"
        )
    return lines


def bend(context, curves, points):
    """Measures a curve for each backend. A point is an x and the load that it stands
    for."""
    loads = [load for _, load in points]
    results = take_turns(context, loads)
    figures = []
    for (x, load), of_load in zip(points, results):
        of_rounds = [load.events / seconds for seconds in of_load.seconds]
        figures.append(
            Figure(
                f"events applied a second, {load.title}",
                of_load.rate(load),
                note=f"{load.events:,} events; in single rounds "
                f"{min(of_rounds):,.0f} to {max(of_rounds):,.0f}",
            )
        )
        curve = curves.points.setdefault(load.backend, [])
        curve.append((x, of_load.rate(load)))
    return Section(figures, lines=table(loads, results), curves=[curves])


def over_projections(context):
    """How the number of projections counts: events are appended as fast as the store
    takes them and dealt out to 1 to 100,000 projections by their topics, so that the
    number of events to apply is the same."""
    curves = Curves(
        "load-projections",
        "Events of 256 B over projections that follow a topic each",
        "projections",
        "events applied a second",
    )
    last = {"memory": 100_000, "SQLite": 1_000, "PostgreSQL": 1_000}
    # These take half a minute and more.
    single_round = {"memory": 10_000, "PostgreSQL": 1_000}
    points = [
        (
            projections,
            Load(
                counted(projections, "projection"),
                backend,
                projections,
                context.count(events),
                rounds=1 if projections >= single_round.get(backend, inf) else ROUNDS,
            ),
        )
        for backend in last
        for projections, events in (
            (1, 200_000),
            (10, 200_000),
            (100, 100_000),
            (1_000, 100_000),
            (10_000, 50_000),
            (100_000, 50_000),
        )
        if projections <= last[backend]
    ]
    return bend(context, curves, points)


def over_threads(context):
    """What a second worker thread gains with 100 projections. Producers and the actors
    of a database have threads of their own, so that with one worker the program uses
    more than one processor."""
    curves = Curves(
        "load-threads",
        "Events of 256 B over worker threads, 100 projections",
        "worker threads",
        "events applied a second",
        logarithmic_x=False,
        logarithmic_y=False,
    )
    points = [
        (
            threads,
            Load(
                f"100 projections, {counted(threads, 'thread')}",
                backend,
                100,
                context.count(100_000),
                threads=threads,
            ),
        )
        for backend in ("memory", "SQLite")
        for threads in (1, 2)
    ]
    return bend(context, curves, points)


def over_state_sizes(context):
    """How the size of a view counts: one projection whose events are of so many
    streams, each a row of its view. Twice as many events as rows touch 86 % of them."""
    curves = Curves(
        "load-state-sizes",
        "Events of 256 B over the rows of a view, 1 projection",
        "rows of the view",
        "events applied a second",
    )
    points = []
    for backend in ("memory", "SQLite"):
        for power in range(1, 6 if context.quick else 7):
            rows = 10**power
            events = min(max(context.count(100_000), 2 * rows), 1_000_000)
            load = Load(
                f"{rows:,} rows",
                backend,
                1,
                events,
                streams=rows // PRODUCERS,
                rounds=1 if rows >= 100_000 else ROUNDS,
            )
            points.append((rows, load))
    return bend(context, curves, points)


def over_event_sizes(context):
    """How the size of events counts, with 10 projections."""
    curves = Curves(
        "load-event-sizes",
        "Events over their size, 10 projections",
        "bytes of an event",
        "events applied a second",
    )
    points = [
        (
            size,
            Load(f"{size:,} B", backend, 10, context.count(events), event_size=size),
        )
        for backend in ("memory", "SQLite")
        for size, events in (
            (64, 100_000),
            (256, 100_000),
            (1_024, 50_000),
            (4_096, 20_000),
            (16_384, 10_000),
            (65_536, 2_500),
        )
    ]
    return bend(context, curves, points)


def at_a_rate(context):
    """Latencies where the load is less than what the store takes: from the time at
    which an event should have been appended until it is in the view."""
    numbers = {
        "memory": (10, 100, 1_000),
        "SQLite": (10, 100, 1_000),
        "PostgreSQL": (10, 100),
    }
    loads = [
        Load(
            counted(projections, "projection"),
            backend,
            projections,
            context.count(2_000),
            rate=1_000,
        )
        for backend in numbers
        for projections in numbers[backend]
    ]
    results = take_turns(context, loads)
    figures = [
        Figure(
            f"latency at 1,000 events a second, {load.title}: {name}",
            statistics.median(times),
            " ms",
        )
        for load, x in zip(loads, results)
        for name, times in (("median", x.p50_ms), ("99th percentile", x.p99_ms))
    ]
    return Section(figures, lines=table(loads, results))


MEASUREMENTS = {
    "load-projections": over_projections,
    "load-threads": over_threads,
    "load-state-sizes": over_state_sizes,
    "load-event-sizes": over_event_sizes,
    "load-rate": at_a_rate,
}
