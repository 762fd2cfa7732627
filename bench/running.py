"""Runs programs and measures them: time, memory, and whether they agree.

Used by measure.py. Programs take turns, so that whatever disturbs the machine
disturbs all of them alike, and every reply of every run is compared.
"""

import contextlib
import dataclasses
import itertools
import os
import pathlib
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
LINES_PER_WRITE = 5_000
# How long a node that has answered everything is left alone before its memory
# is read, so that freed pages have gone back.
SETTLE_SECONDS = 0.2
# A program that takes longer than this hangs; it is killed.
RUN_SECONDS_MAX = 600


class MeasurementError(Exception):
    """A measurement that could not be made; the text says why."""


@dataclasses.dataclass
class Case:
    """One program on one input."""

    label: str
    command: list
    requests: pathlib.Path
    # Cases of equal `replies` must write the same bytes; None: not compared.
    replies: str | None = None
    # How many rounds it takes part in; None: all of them.
    rounds: int | None = None


@dataclasses.dataclass
class Runs:
    """What the runs of one case took."""

    wall_seconds: list = dataclasses.field(default_factory=list)
    cpu_seconds: list = dataclasses.field(default_factory=list)
    peak_bytes: list = dataclasses.field(default_factory=list)
    reply_bytes: int = 0
    # What the program said on stderr, by run.
    said: list = dataclasses.field(default_factory=list)

    @property
    def wall(self):
        return statistics.median(self.wall_seconds)

    @property
    def peak(self):
        return max(self.peak_bytes)


def prepare(folder, *arguments):
    """Returns a file with the requests that workload.py makes of `arguments`."""
    name = "-".join(str(argument).strip("-") for argument in arguments)
    path = folder / f"{name}.jsonl"
    # A process of its own, because a program's peak memory is never below that of
    # the process that starts it.
    command = [sys.executable, HERE / "workload.py", *map(str, arguments)]
    with open(path, "wb") as file:
        subprocess.run(command, stdout=file, check=True)
    write_out(path)
    return path


def write_out(path):
    """Waits until a file is on the disk, which else would be busy with it while the
    programs are measured."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def bounded(process):
    """Kills `process` if it is still there after the longest time allowed."""
    timer = threading.Timer(RUN_SECONDS_MAX, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def run_once(case, output):
    """Runs a case with stdin and stdout on files. Returns wall and CPU seconds,
    peak resident bytes and what it said on stderr."""
    with open(case.requests, "rb") as requests, open(output, "wb") as replies:
        start = time.perf_counter()
        process = subprocess.Popen(
            case.command, stdin=requests, stdout=replies, stderr=subprocess.PIPE
        )
        with bounded(process):
            said = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    said = said.decode(errors="replace").strip()
    if process.returncode != 0:
        raise MeasurementError(f"{case.label} ended with {process.returncode}: {said}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, said


def check_replies(case, output, first, expected):
    """Compares `output` with what the first case replied to the same requests."""
    result = subprocess.run(["cmp", expected, output], capture_output=True, text=True)
    if result.returncode != 0:
        raise MeasurementError(
            f"the replies of {case.label} differ from those of {first}: "
            f"{result.stdout or result.stderr}Both files are kept."
        )


def run_in_turn(folder, cases, rounds):
    """Runs the cases one after another, `rounds` times. Returns their `Runs` by
    label. Raises MeasurementError where a program fails or replies differ."""
    runs = {case.label: Runs() for case in cases}
    expected = {}
    for number in range(rounds):
        for case in cases:
            if case.rounds is not None and number >= case.rounds:
                continue
            output = folder / f"replies-{cases.index(case)}.jsonl"
            wall, cpu, peak, said = run_once(case, output)
            of_case = runs[case.label]
            of_case.wall_seconds.append(wall)
            of_case.cpu_seconds.append(cpu)
            of_case.peak_bytes.append(peak)
            of_case.said.append(said)
            of_case.reply_bytes = output.stat().st_size
            if case.replies is not None and case.replies not in expected:
                path = folder / f"expected-{len(expected)}.jsonl"
                output.rename(path)
                write_out(path)
                expected[case.replies] = case.label, path
                continue
            if case.replies is not None:
                check_replies(case, output, *expected[case.replies])
            # Pages of a deleted file need not reach the disk any more, so one
            # program does not wait for what another one wrote.
            output.unlink()
    for _, path in expected.values():
        path.unlink()
    return runs


def resident_bytes(process):
    """Returns the memory that `process` has in use."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise MeasurementError("the node ended too early")


def resident_at(command, warm_up, lines, marks):
    """Feeds a program the lines of `warm_up`, then those of `lines`, which come
    from iterators. Returns the resident bytes after the warm-up and after each
    count of `marks`, every request up to there being answered."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    answered = 0
    progress = threading.Condition()

    def count_replies():
        nonlocal answered
        while block := os.read(process.stdout.fileno(), 1 << 20):
            with progress:
                answered += block.count(b"\n")
                progress.notify()
        with progress:
            answered = -1
            progress.notify()

    counter = threading.Thread(target=count_replies)
    counter.start()
    sent = 0

    def feed(source, count):
        nonlocal sent
        source = itertools.islice(source, count)
        while block := list(itertools.islice(source, LINES_PER_WRITE)):
            process.stdin.write(("\n".join(block) + "\n").encode())
            sent += len(block)
        process.stdin.flush()
        with progress:
            progress.wait_for(lambda: answered in (sent, -1))
        if answered == -1:
            raise MeasurementError("the node ended before it had answered everything")
        time.sleep(SETTLE_SECONDS)
        return resident_bytes(process)

    try:
        with bounded(process):
            base = feed(warm_up, None)
            sizes = []
            done = 0
            for mark in marks:
                sizes.append(feed(lines, mark - done))
                done = mark
    except BrokenPipeError:
        raise MeasurementError("the node closed its stdin") from None
    finally:
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        counter.join()
        process.wait()
        process.stdout.close()
    return base, sizes
