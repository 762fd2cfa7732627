"""What was measured, beside what was wanted, as Markdown.

Used by measure.py. A figure that was missed says by how much, like one that was
met.
"""

import dataclasses
import datetime
import json
import os
import platform
import re
import statistics
import subprocess


@dataclasses.dataclass
class Figure:
    """One number, and the number it had to be."""

    what: str
    value: float
    unit: str = ""
    # The smallest or the largest value that is good enough; neither: a figure
    # for information.
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def met(self):
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.at_most is None or self.value <= self.at_most

    def row(self):
        wanted, verdict = "", ""
        limit = self.at_least if self.at_least is not None else self.at_most
        if limit is not None:
            words = "at least" if self.at_least is not None else "at most"
            wanted = f"{words} {number(limit)}{self.unit}"
            apart = abs(self.value - limit) / limit
            verdict = f"{'met' if self.met else '**missed**'}, by {apart:.0%}"
        measured = f"{number(self.value)}{self.unit}"
        return f"| {self.what} | {measured} | {wanted} | {verdict} | {self.note} |"


@dataclasses.dataclass
class Section:
    """The outcome of one measurement."""

    figures: list
    runs: dict = dataclasses.field(default_factory=dict)
    # More lines for the report, such as a table of its own.
    lines: list = dataclasses.field(default_factory=list)
    # What bends, as `Curves`.
    curves: list = dataclasses.field(default_factory=list)


def number(value):
    """Returns `value` with three digits that count."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def seconds_with_spread(values):
    """Returns the median and, in brackets, the smallest and the largest."""
    middle = statistics.median(values)
    return f"{middle:.3f} ({min(values):.3f} to {max(values):.3f})"


def runs_table(runs):
    """Returns the lines of a table of `Runs` by label."""
    lines = [
        "| program | runs | wall seconds: median (range) | CPU seconds | peak MiB |",
        "| --- | --- | --- | --- | --- |",
    ]
    for label, of_case in runs.items():
        lines.append(
            f"| {label} | {len(of_case.wall_seconds)} "
            f"| {seconds_with_spread(of_case.wall_seconds)} "
            f"| {statistics.median(of_case.cpu_seconds):.3f} "
            f"| {of_case.peak / 2**20:.0f} |"
        )
    return lines


def outcomes_table(outcomes):
    """Returns the lines of a table of `Outcomes` by label."""
    lines = [
        "| program | events | runs | seconds: median (range) | events a second "
        "| µs a step: median, 99th percentile |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for label, of_turn in outcomes.items():
        if not of_turn.seconds:
            continue
        steps = ""
        if of_turn.median_ns:
            steps = f"{microseconds(of_turn.median_ns)}, {microseconds(of_turn.p99_ns)}"
        lines.append(
            f"| {label} | {of_turn.events:,} | {len(of_turn.seconds)} "
            f"| {seconds_with_spread(of_turn.seconds)} | {number(of_turn.rate)} "
            f"| {steps} |"
        )
    return lines


def microseconds(nanoseconds):
    return number(statistics.median(nanoseconds) / 1000)


def figures_table(figures):
    lines = [
        "| figure | measured | target | | how |",
        "| --- | --- | --- | --- | --- |",
    ]
    return lines + [figure.row() for figure in figures]


def first_line(command):
    """Returns the first line that a program prints, or "unknown"."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        return result.stdout.splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def machine(build_folder, files):
    """Returns the lines that say where and with what the figures were made. What the
    programs read and write lies in the folder `files`."""
    facts = {}
    try:
        facts = json.loads((build_folder / "bench" / "build_facts.json").read_text())
    except FileNotFoundError:
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    used = len(os.sched_getaffinity(0))
    return [
        f"- date: {datetime.date.today().isoformat()}",
        f"- CPU: {processor()}, {os.cpu_count()} cores, of which {used} were used; "
        f"{memory:.0f} GiB of memory",
        f"- system: {platform.system()} {platform.release()}; "
        f"load before the run: {os.getloadavg()[0]:.2f}; "
        f"files on {first_line(['stat', '-f', '-c', '%T', files])}",
        f"- compiler: {facts.get('compiler', 'unknown')}, "
        f"{facts.get('build_type', 'unknown')}, {facts.get('flags', 'unknown')}; "
        f"CAF {facts.get('caf', 'unknown')}",
    ]


def merged(text, kept):
    """Returns the report `kept` with `text` at its end, which is the report of some
    parts, and without an earlier one of the same parts."""
    title = text.splitlines()[0]
    reports = re.split(r"^(?=# )", kept, flags=re.MULTILINE)
    reports = [report for report in reports if report.split("\n", 1)[0] != title]
    return "\n".join(report.strip("\n") + "\n" for report in [*reports, text] if report)


def file_name():
    """Returns what a report is called: date and processor."""
    words = re.sub(r"[^a-z0-9]+", "-", processor().lower()).strip("-")
    return f"{datetime.date.today().isoformat()}-{words}.md"
