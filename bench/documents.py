"""Puts what was measured into the documents that publish it: tables into README.md,
tables and pictures of curves into docs/performance.md.

Used by measure.py after a whole run of a part, so that no published figure is typed.
"""

import dataclasses
import pathlib
import re
import sys

from report import number

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
PERFORMANCE = REPOSITORY / "docs" / "performance.md"
PICTURES = REPOSITORY / "docs" / "performance"
MARKER = "<!-- {}{}, written by scripts/bench -->"


@dataclasses.dataclass
class Table:
    """A table of README.md, whose cells are figures."""

    # The part that it is about; it goes between the markers of that name.
    name: str
    columns: tuple
    # The words of a row, and the figures beside it; None where there is none.
    rows: tuple

    def lines(self, figures):
        """Returns its lines; `figures` is by what they are about."""
        lines = [
            f"| {' | '.join(self.columns)} |",
            "|" + " --- |" * len(self.columns),
        ]
        for words, wanted in self.rows:
            cells = ["" if what is None else cell(figures.get(what)) for what in wanted]
            lines.append(f"| {words} | {' | '.join(cells)} |")
        return lines


def cell(figure):
    """Returns what stands for a figure; one that could not be measured is a dash."""
    return "–" if figure is None else f"{number(figure.value)}{figure.unit}"


def over(what, peers):
    return [f"{what}: times as fast as {peer}" for peer in peers]


def by_backend(what, *backends):
    """What a figure is called for memory, SQLite and PostgreSQL; {} in `what` is the
    backend, and where one is missing, there is no figure."""
    known = ("memory", "SQLite", "PostgreSQL")
    return [what.format(x) if x in (backends or known) else None for x in known]


NODE_PEERS = ("C++ loop", "Python", "Node.js")
DATABASES = ("SQLite", "PostgreSQL")
BACKENDS = ("in memory", *DATABASES)

TABLES = (
    Table(
        "node",
        ("500,000 requests, or one", "times as fast as C++", "Python", "Node.js"),
        (
            (
                "updates over 1,000 projections, 10 rows in every reply, rows repeat",
                over("updates, rows repeat", NODE_PEERS),
            ),
            (
                "the same, every update changes its row",
                over("updates, rows change", NODE_PEERS),
            ),
            (
                "events with 10 % duplicates into both default read models",
                over("events", NODE_PEERS),
            ),
            ("one rebuild of 1,000,000 events", over("rebuild", NODE_PEERS)),
        ),
    ),
    Table(
        "node-more",
        ("of the node", "measured"),
        (
            (
                "a lone request through pipes, above a bare loop that reads, parses and "
                "writes",
                ["latency: median above the bare loop"],
            ),
            (
                "peak memory of a rebuild, times the request",
                ["rebuild: peak memory, times the request"],
            ),
            (
                "a typed request in a program of one's own: round trip",
                ["typed requests, a round trip: median"],
            ),
            (
                "typed updates a second with 1,024 under way",
                [
                    "typed requests a second, updates of 1,000 projections, 1,024 under "
                    "way"
                ],
            ),
            (
                "typed events a second, likewise",
                ["typed requests a second, events of 10,000 entities, 1,024 under way"],
            ),
            ("a projection of `[]`", ["memory: a projection of `[]`"]),
            (
                "a processed event id of 40 bytes",
                ["memory: an event's own id of 40 bytes"],
            ),
            (
                "1 to 100,000 projections: the slowest throughput over the fastest",
                ["projections: throughput at the slowest number over the fastest"],
            ),
        ),
    ),
    Table(
        "store",
        ("stores and projections", *BACKENDS),
        (
            (
                "one thread appends 200 events one by one, over the bare loop",
                by_backend(
                    "lone appends, {}, 200 events: times as fast as the bare commit "
                    "loop",
                    *DATABASES,
                ),
            ),
            (
                "64 actors append 19,200 events one by one, over bare groups of 64",
                by_backend(
                    "64 concurrent actors, {}, 19,200 events: times as fast as bare "
                    "inserts in groups of 64",
                    *DATABASES,
                ),
            ),
            (
                "30,000 events appended in groups of 1,000 onto 1,000,000, over the "
                "bare loop",
                by_backend(
                    "appends in groups of 1,000, {}, 30,000 events onto 1,000,000: "
                    "times as fast as the bare loop",
                    *DATABASES,
                ),
            ),
            (
                "a typed projection catches up with 200,000 events, over a bare scan "
                "with RapidJSON",
                by_backend(
                    "catch-up, {}, 200,000 events in groups of 1,000: times as fast as "
                    "a bare scan",
                    *DATABASES,
                ),
            ),
            (
                "the same (1,000,000 in memory), over Emmett with 20,000",
                [
                    "catch-up, memory, 1,000,000 events: times as fast as Emmett",
                    *(
                        f"catch-up, {database}, 200,000 events in groups of 1,000: "
                        "times as fast as Emmett"
                        for database in DATABASES
                    ),
                ],
            ),
            (
                "the same with 200 events, a transaction each, over the bare commits",
                by_backend(
                    "catch-up, {}, 200 events in groups of one: times as fast as the "
                    "bare commit loop",
                    *DATABASES,
                ),
            ),
            *(
                (
                    f"an append until its view has it: {name}",
                    [
                        f"append to visible, memory, 5,000 events: {name}",
                        *(
                            f"append to visible, {database}, 200 events: {name}"
                            for database in DATABASES
                        ),
                    ],
                )
                for name in ("median", "99th percentile")
            ),
            (
                "a bare commit of one insert: median",
                by_backend("a bare commit of one insert, {}: median", *DATABASES),
            ),
        ),
    ),
    Table(
        "emit",
        ("projections that emit", *BACKENDS),
        (
            (
                "30,000 events (300,000 in memory) with an emission each, exactly once, "
                "over plain appends of the same events",
                [
                    "emissions, memory, 300,000 events: times as fast as plain appends of "
                    "the same events",
                    *(
                        f"emissions, {database}, 30,000 events: times as fast as plain "
                        "appends of the same events"
                        for database in DATABASES
                    ),
                ],
            ),
            (
                "a replay of that, over the first time",
                by_backend(
                    "emissions, {}, 30,000 events: a replay, times as fast as the first "
                    "time",
                    *DATABASES,
                ),
            ),
        ),
    ),
    Table(
        "load",
        ("many projections on one log, 256 B an event", *BACKENDS),
        (
            *(
                (
                    f"events a second, {projections}, a topic each",
                    by_backend("events applied a second, {}, " + projections),
                )
                for projections in (
                    "1 projection",
                    "100 projections",
                    "1,000 projections",
                    "10,000 projections",
                    "100,000 projections",
                )
            ),
            *(
                (
                    "latency at 1,000 events a second over 100 projections: " + name,
                    by_backend(
                        "latency at 1,000 events a second, {}, 100 projections: " + name
                    ),
                )
                for name in ("median", "99th percentile")
            ),
        ),
    ),
)


def put_between_markers(path, name, lines):
    """Puts `lines` between the markers `name` of a document; says so where it has
    none."""
    text = path.read_text()
    begin, end = MARKER.format("", name), MARKER.format("end of ", name)
    place = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not place.search(text):
        print(f"bench: {path.name} has no place for {name}", file=sys.stderr)
        return
    block = "\n".join([begin, "", *lines, "", end])
    path.write_text(place.sub(lambda _: block, text, count=1))


def publish_figures(part, figures):
    """Writes the tables of a part into README.md."""
    known = {figure.what: figure for figure in figures}
    for table in TABLES:
        if table.name.split("-")[0] == part:
            put_between_markers(
                REPOSITORY / "README.md", table.name, table.lines(known)
            )


def publish_curves(curves):
    """Writes tables of curves into docs/performance.md, and draws the pictures that it
    shows."""
    PICTURES.mkdir(exist_ok=True)
    for x in curves:
        put_between_markers(PERFORMANCE, x.name, x.table())
        if not x.draw(PICTURES / f"{x.name}.svg"):
            print(f"bench: no matplotlib to draw {x.name}", file=sys.stderr)
