#!/usr/bin/env python3
"""Measures the project against its targets and prints a report in Markdown.

scripts/bench builds what this needs and calls it. bench/README.md says what each
measurement is.
"""

import argparse
import os
import pathlib
import shutil
import sys
import time

import documents
import emit_part
import load_part
import node_part
import report
import store_part
from running import MeasurementError

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
# The parts of the project that have measurements.
PARTS = {
    "node": node_part,
    "store": store_part,
    "emit": emit_part,
    "load": load_part,
}
# Where files lie unless told otherwise. What the node reads and writes lies in memory
# if there is enough of it, since the disk is no part of what is measured.
FILES = REPOSITORY / "build" / "bench"
FILES_IN_MEMORY = pathlib.Path("/dev/shm/projections-bench")
FREE_BYTES_MIN = 4 * 2**30
# The targets are for this many cores.
CORES = 2


def introduction(measurement):
    return " ".join(measurement.__doc__.split())


def arguments():
    names = [name for part in PARTS.values() for name in part.MEASUREMENTS]
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"what to measure; all by default: {', '.join(PARTS)}",
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=names,
        metavar="NAME",
        help=f"a measurement of these, may be repeated: {', '.join(names)}",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a tenth of the requests and events in two rounds; no report is kept",
    )
    parser.add_argument(
        "--list-parts",
        action="store_true",
        help="print the parts that would be measured, and measure nothing",
    )
    parser.add_argument(
        "--node", help="the node to measure; build/projection-node by default"
    )
    parser.add_argument(
        "--files",
        type=pathlib.Path,
        help="where requests, replies and databases lie meanwhile; by default "
        "build/bench, and memory for those of the node",
    )
    chosen = parser.parse_args()
    for part in chosen.parts:
        if part not in PARTS:
            parser.error(f"there is no part {part}")
    return chosen


def files_of(name, chosen):
    """Returns the folder for the files of a part."""
    if chosen.files:
        return chosen.files
    memory = FILES_IN_MEMORY.parent
    if name == "node" and os.access(memory, os.W_OK):
        free_pages = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        if min(shutil.disk_usage(memory).free, free_pages) >= FREE_BYTES_MIN:
            return FILES_IN_MEMORY
    return FILES


def take_measurements(measurements, context, files):
    """Runs the measurements. Returns their figures, their curves, the report's lines
    about the single runs, and how many measurements failed."""
    figures, curves, details, failed = [], [], [], 0
    for name, measurement in measurements.items():
        print(f"bench: {name}", file=sys.stderr, flush=True)
        begin = time.monotonic()
        details += ["", f"### {name}", "", introduction(measurement), ""]
        context.folder = files / name
        shutil.rmtree(context.folder, ignore_errors=True)
        context.folder.mkdir(parents=True)
        try:
            section = measurement(context)
        except MeasurementError as error:
            print(f"bench: {name} failed: {error}", file=sys.stderr)
            details.append(f"**Failed:** {error}")
            failed += 1
            continue
        # Where replies differed, the files stay to be looked at.
        shutil.rmtree(context.folder)
        figures += section.figures
        curves += section.curves
        for figure in section.figures:
            print(f"bench:   {figure.row()}", file=sys.stderr)
        for of_section in section.curves:
            details += [of_section.title + ":", "", *of_section.table(), ""]
        if section.lines:
            details += section.lines + [""]
        if section.runs:
            details += report.runs_table(section.runs)
        taken = time.monotonic() - begin
        print(f"bench:   took {taken:.0f} s", file=sys.stderr)
    return figures, curves, details, failed


def measure_part(name, chosen, build):
    """Runs what is chosen of a part. Returns the lines of its report and how many
    measurements failed. The documents get the figures of a whole run."""
    part = PARTS[name]
    measurements = {
        of_name: measurement
        for of_name, measurement in part.MEASUREMENTS.items()
        if not chosen.only or of_name in chosen.only
    }
    if not measurements:
        return [], 0
    files = files_of(name, chosen)
    files.mkdir(parents=True, exist_ok=True)
    with part.open_context(chosen, build, files) as context:
        lines = [*report.machine(build, files), *part.programs(context), ""]
        figures, curves, details, failed = take_measurements(
            measurements, context, files
        )
    if is_whole(chosen):
        documents.publish_figures(name, figures)
        documents.publish_curves(curves)
    lines += report.figures_table(figures)
    return lines + ["", "## Single measurements", *details], failed


def is_whole(chosen):
    """Returns whether the figures are worth keeping."""
    return not chosen.quick and not chosen.only


def keep(text):
    """Puts the report of a part into the file of the day and the processor, beside
    those of other parts."""
    results = REPOSITORY / "bench" / "results"
    results.mkdir(exist_ok=True)
    path = results / report.file_name()
    kept = path.read_text() if path.exists() else ""
    path.write_text(report.merged(text, kept))
    print(f"bench: wrote {path.relative_to(REPOSITORY)}", file=sys.stderr)


def main():
    chosen = arguments()
    parts = [name for name in PARTS if name in (chosen.parts or PARTS)]
    if chosen.list_parts:
        print("\n".join(parts))
        return
    build = REPOSITORY / "build"
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    failed = 0
    for name in parts:
        lines, failed_here = measure_part(name, chosen, build)
        failed += failed_here
        if not lines:
            continue
        of_part = "\n".join([f"# Measurements of the {name}", "", *lines]) + "\n"
        print(of_part)
        if is_whole(chosen):
            keep(of_part)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
