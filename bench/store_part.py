"""What is measured of event stores and projections: each function is one measurement.

Used by measure.py. Every function takes the context and returns a `Section`; its
first sentence is the section's introduction in the report.
"""

import contextlib
import platform
import sqlite3
import statistics

from report import Figure, Section, first_line, microseconds, outcomes_table
from running import HERE
from store_running import Postgres, Sqlite, Turn, run, take_turns

PEERS = HERE / "peers"
PEER = "Emmett"


class Context:
    """What the measurements share."""

    def __init__(self, build, folder, quick):
        self.build = build
        self.folder = folder
        self.quick = quick
        self.server_folder = folder / "server"
        self.server = None

    def count(self, full):
        return full // 10 if self.quick else full

    def rounds(self, full):
        return 2 if self.quick else full

    def program(self, name):
        return self.build / "bench" / f"bench_store_{name}"

    @property
    def databases(self):
        """The databases, those of PostgreSQL in one server for all measurements."""
        if self.server is None:
            self.server = Postgres(self.build, self.server_folder)
        return [Sqlite(self.build, self.folder), self.server]

    @property
    def peer_is_there(self):
        return (PEERS / "node_modules" / "@event-driven-io").is_dir()


@contextlib.contextmanager
def open_context(chosen, build, files):
    context = Context(build, files, chosen.quick)
    try:
        yield context
    finally:
        if context.server is not None:
            context.server.stop()


def programs(_context):
    """Returns the lines that say which programs were measured."""
    versions = {}
    for name in ("emmett", "emmett-sqlite", "emmett-postgresql"):
        path = PEERS / "node_modules" / "@event-driven-io" / name / "package.json"
        with contextlib.suppress(OSError):
            versions[name] = first_line(["node", "-p", f"require('{path}').version"])
    peers = ", ".join(f"{name} {version}" for name, version in versions.items())
    return [
        f"- databases: SQLite {sqlite3.sqlite_version}; "
        f"{first_line(['psql', '--version'])}, its server by pg_virtualenv; "
        "both wait for the disk at every commit but those of views",
        f"- peers: {peers or '**not installed, so not measured**'}; "
        f"Node {first_line(['node', '--version'])}; Python {platform.python_version()}",
    ]


def compared(what, ours, other, at_least=None, note=""):
    """How many times as fast as another program ours is."""
    pairs = list(zip(ours.rates, other.rates))
    ratios = [fast / slow for fast, slow in pairs]
    spread = f"in single rounds {min(ratios):.3g} to {max(ratios):.3g}"
    if ours.events != other.events:
        spread += f"; the other with {other.events:,} events"
    return Figure(what, ours.rate / other.rate, "", at_least, None, f"{spread}{note}")


def against_bare(context, name, count, bare_group, target, rounds, like=None):
    """Appends of ours beside those of the bare loop, on databases of their own.
    `like` returns what they hold before. Returns outcomes and ratios by database."""
    outcomes, ratios = {}, []
    append = context.program("append")
    for database in context.databases:
        filled = like(database) if like else None

        def ours(turn, database=database, filled=filled):
            store = database.store(database.fresh("ours", filled))
            return [append, store, name, count, turn + 1]

        def bare(turn, database=database, filled=filled):
            place = database.fresh("bare", filled)
            return [database.bare, place, "insert", bare_group, count, turn + 1]

        labels = f"{database.title}, ours", f"{database.title}, bare loop"
        turns = [Turn(labels[0], ours), Turn(labels[1], bare)]
        outcomes |= take_turns(turns, context.rounds(rounds))
        ratios.append((database, *(outcomes[label] for label in labels), target))
    return outcomes, ratios


def lone_appends(context):
    """One sender, one event at a time, each in a commit of its own; the bare loop
    commits each insert. A step is one append."""
    count = context.count(200)
    outcomes, ratios = against_bare(context, "lone", count, 1, 0.7, 9)
    command = [context.program("append"), "memory:", "lone", context.count(50_000), 1]
    outcomes |= take_turns([Turn("memory, ours", lambda _: command)], context.rounds(3))
    figures = [
        compared(
            f"lone appends, {database.title}, {count:,} events: times as fast as "
            "the bare commit loop",
            ours,
            bare,
            target,
        )
        for database, ours, bare, target in ratios
    ]
    return Section(figures, lines=outcomes_table(outcomes))


def concurrent_appends(context):
    """64 actors, each of which appends one event when its last was recorded; the bare
    loop inserts in groups of 64. A step of the bare loop is a group."""
    count = context.count(19_200)
    outcomes, ratios = against_bare(context, "concurrent", count, 64, 0.5, 5)
    command = [context.program("append"), "memory:", "concurrent", count, 1]
    outcomes |= take_turns([Turn("memory, ours", lambda _: command)], context.rounds(3))
    figures = [
        compared(
            f"64 concurrent actors, {database.title}, {count:,} events: times as "
            "fast as bare inserts in groups of 64",
            ours,
            bare,
            target,
        )
        for database, ours, bare, target in ratios
    ]
    return Section(figures, lines=outcomes_table(outcomes))


def grouped_appends(context):
    """1,000 events of 100 streams in one append, onto tables that hold 30,000 and
    1,000,000 events; the bare loop inserts the same events in the same transactions.
    A step is such a group."""
    count = context.count(30_000)
    figures, outcomes = [], {}
    for size in (30_000, context.count(1_000_000)):

        def like(database, size=size):
            place = database.fresh("filled")
            database.fill(place, size)
            return place

        of_size, ratios = against_bare(context, "groups", count, 1000, 0.7, 3, like)
        for label, of_turn in of_size.items():
            outcomes[f"{label}, table of {size:,}"] = of_turn
        figures += [
            compared(
                f"appends in groups of 1,000, {database.title}, {count:,} events onto "
                f"{size:,}: times as fast as the bare loop",
                ours,
                bare,
                target,
            )
            for database, ours, bare, target in ratios
        ]
    return Section(figures, lines=outcomes_table(outcomes))


def filled_log(context, database, count):
    """Returns a database with the events that a projection is to catch up with."""
    log = database.fresh("log")
    run([context.program("append"), database.store(log), "groups", count, 1])
    return log


def peer_turns(context, title, place=None):
    """Returns the turn of the peer on a backend: none if it is not installed. On a
    database it takes part in one round, which takes it half a minute."""
    if not context.peer_is_there:
        return []
    count = context.count(20_000)
    command = ["node", PEERS / "emmett.mjs", title.lower()]

    def process(turn):
        if place is None:
            return [*command, count]
        if turn == 0:
            run([*command, place, "fill", count])
        return [*command, place, "run", count]

    label = f"{title}, {PEER}"
    return [Turn(label, process, 3 if place is None else 1, may_fail=True)]


def against_peer(context, what, ours, outcomes, label, at_least):
    """Returns the figure for the peer, and a line if there is none."""
    what = f"{what}: times as fast as {PEER}"
    if label in outcomes and outcomes[label].seconds:
        return [compared(what, ours, outcomes[label], at_least)], []
    why = "it failed" if label in outcomes else "the peers are not installed"
    return [], [f"**{what}: not measured, because {why}.**", ""]


def catch_up(context):
    """The event counters projection from an empty view to the head of the log, events
    decoded, positions exact, in groups of 1,000. The bare scan reads the same table
    and parses the events with RapidJSON."""
    program = context.program("catch_up")
    figures, lines, outcomes = [], [], {}
    count = context.count(1_000_000)
    command = [program, "memory:", "memory:", 1000, count]
    turns = [Turn("memory, ours", lambda _: command), *peer_turns(context, "memory")]
    outcomes |= take_turns(turns, context.rounds(5))
    ours = outcomes["memory, ours"]
    what = f"catch-up, memory, {count:,} events"
    found = against_peer(context, what, ours, outcomes, f"memory, {PEER}", 15)
    figures += found[0]
    lines += found[1]
    count = context.count(200_000)
    for database in context.databases:
        log = filled_log(context, database, count)

        def follow(_, database=database, log=log):
            view = database.store(database.fresh("view"))
            return [program, database.store(log), view, 1000, count]

        scan = [database.bare, log, "scan", count]
        labels = f"{database.title}, ours", f"{database.title}, bare scan"
        peer = f"{database.title}, {PEER}"
        turns = [Turn(labels[0], follow), Turn(labels[1], lambda _, c=scan: c)]
        turns += peer_turns(context, database.title, database.fresh("peer"))
        outcomes |= take_turns(turns, context.rounds(5))
        ours, bare = (outcomes[label] for label in labels)
        what = f"catch-up, {database.title}, {count:,} events in groups of 1,000"
        figures.append(
            compared(f"{what}: times as fast as a bare scan", ours, bare, 0.5)
        )
        found = against_peer(context, what, ours, outcomes, peer, 50)
        figures += found[0]
        lines += found[1]
    return Section(figures, lines=lines + outcomes_table(outcomes))


def single_commits(context):
    """The same projection in groups of one, as peers work: each event is a transaction
    of the view. The bare loop commits the statements of the view, without events."""
    count = context.count(200)
    program = context.program("catch_up")
    figures, outcomes = [], {}
    for database in context.databases:
        log = filled_log(context, database, count)

        def follow(_, database=database, log=log):
            view = database.store(database.fresh("view"))
            return [program, database.store(log), view, 1, count]

        def bare(_, database=database):
            return [database.bare, database.fresh("bare"), "fold", count]

        labels = f"{database.title}, ours", f"{database.title}, bare loop"
        turns = [Turn(labels[0], follow), Turn(labels[1], bare)]
        outcomes |= take_turns(turns, context.rounds(9))
        figures.append(
            compared(
                f"catch-up, {database.title}, {count:,} events in groups of one: times "
                "as fast as the bare commit loop",
                *(outcomes[label] for label in labels),
                0.7,
            )
        )
    return Section(figures, lines=outcomes_table(outcomes))


def visible(context):
    """From an append until the event is in the view, one event at a time: that is a
    commit of the store, a message or a notification, and a commit of the view. The
    bare loop makes one commit. A step is one event."""
    program = context.program("visible")
    count = context.count(5_000)
    command = [program, "memory:", "memory:", count]
    turns = [Turn("memory, ours", lambda _: command)]
    outcomes = take_turns(turns, context.rounds(3))
    figures = visible_figures("memory", outcomes["memory, ours"])
    count = context.count(200)
    for database in context.databases:

        def ours(_, database=database):
            log = database.store(database.fresh("log"))
            return [program, log, database.store(database.fresh("view")), count]

        def bare(_, database=database):
            return [database.bare, database.fresh("bare"), "insert", 1, count, 1]

        labels = f"{database.title}, ours", f"{database.title}, bare commit"
        turns = [Turn(labels[0], ours), Turn(labels[1], bare)]
        outcomes |= take_turns(turns, context.rounds(9))
        ours_of, bare_of = (outcomes[label] for label in labels)
        note = (
            f"a bare commit: {microseconds(bare_of.median_ns)} µs, 99th percentile "
            f"{microseconds(bare_of.p99_ns)} µs"
        )
        figures += visible_figures(database.title, ours_of, note)
        figures.append(
            Figure(
                f"a bare commit of one insert, {database.title}: median",
                statistics.median(bare_of.median_ns) / 1000,
                " µs",
            )
        )
    return Section(figures, lines=outcomes_table(outcomes))


def visible_figures(title, outcome, note=""):
    what = f"append to visible, {title}, {outcome.events:,} events"
    return [
        Figure(f"{what}: {name}", statistics.median(times) / 1000, " µs", note=note)
        for name, times in (
            ("median", outcome.median_ns),
            ("99th percentile", outcome.p99_ns),
        )
    ]


MEASUREMENTS = {
    "lone-appends": lone_appends,
    "concurrent-appends": concurrent_appends,
    "grouped-appends": grouped_appends,
    "catch-up": catch_up,
    "single-commits": single_commits,
    "visible": visible,
}
