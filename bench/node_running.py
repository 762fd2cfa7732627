"""What the measurements of projection-node share: where they run it, and how what it
needs to begin is taken off.

Used by node_part.py, node_curves.py and node_memory.py.
"""

import contextlib
import dataclasses
import os
import platform

from report import first_line
from running import Case, MeasurementError, prepare

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
