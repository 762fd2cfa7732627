"""What is measured of many projections at once: each function is one measurement.

Used by measure.py. Every function takes the context and returns a `Section`; its
first sentence is the section's introduction in the report. The program measured is
examples/multi_projection_load, which checks the result of every run itself.
"""

import contextlib
import dataclasses
import re
import sqlite3
import statistics
import subprocess

from curves import Curves
from report import Figure, Section, seconds_with_spread
from running import RUN_SECONDS_MAX, MeasurementError

BACKENDS = {"memory": "memory", "sqlite": "SQLite"}
# The program appends by so many threads.
PRODUCERS = 2


class Context:
    """What the measurements share."""

    def __init__(self, build, folder, quick):
        self.program = build / "examples" / "multi_projection_load"
        self.folder = folder
        self.quick = quick

    def count(self, full):
        return full // 10 if self.quick else full

    @property
    def rounds(self):
        return 2 if self.quick else 3


@contextlib.contextmanager
def open_context(chosen, build, files):
    yield Context(build, files, chosen.quick)


def programs(_context):
    """Returns the lines that say which programs were measured."""
    return [
        f"- SQLite {sqlite3.sqlite_version}, which waits for the disk at every commit "
        "of events, and not at those of views",
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

    @property
    def title(self):
        return f"{BACKENDS[self.backend]}, {self.label}"


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


def run(context, load):
    """Runs a load once, on a fresh store, and returns the table that it prints."""
    place = context.folder / "load.sqlite"
    for path in context.folder.glob(f"{place.name}*"):
        path.unlink()
    command = [
        str(context.program),
        f"--backend={load.backend}:{place if load.backend == 'sqlite' else ''}",
        f"--projections={load.projections}",
        f"--events={load.events}",
        f"--event-size={load.event_size}",
        f"--threads={load.threads}",
        f"--rate={load.rate}",
    ]
    if load.streams is not None:
        command.append(f"--streams={load.streams}")
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=RUN_SECONDS_MAX,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MeasurementError(str(error)) from error
    if done.returncode != 0:
        raise MeasurementError(f"{load.title}: {done.stderr.strip()}")
    return done.stdout


def take_turns(context, loads):
    """Runs all loads round by round, and returns their results in order."""
    results = [Results() for _ in loads]
    for _ in range(context.rounds):
        for load, of_load in zip(loads, results):
            table = run(context, load)
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
        curve = curves.points.setdefault(BACKENDS[load.backend], [])
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
    last = {"memory": 100_000, "sqlite": 10_000}
    points = [
        (
            projections,
            Load(
                counted(projections, "projection"),
                backend,
                projections,
                context.count(events),
            ),
        )
        for backend in BACKENDS
        for projections, events in (
            (1, 200_000),
            (10, 200_000),
            (100, 100_000),
            (1_000, 100_000),
            (10_000, 50_000),
            (100_000, 100_000),
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
        for backend in BACKENDS
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
    for backend in BACKENDS:
        for power in range(1, 6 if context.quick else 7):
            rows = 10**power
            events = min(max(context.count(100_000), 2 * rows), 1_000_000)
            load = Load(f"{rows:,} rows", backend, 1, events, streams=rows // PRODUCERS)
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
        for backend in BACKENDS
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
    loads = [
        Load(
            counted(projections, "projection"),
            backend,
            projections,
            context.count(5_000),
            rate=1_000,
        )
        for backend in BACKENDS
        for projections in (10, 100, 1_000)
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
