"""Runs programs that take their own time, and gives them databases.

Used by the parts. A program prints one line of JSON: how many events it dealt
with, in how many seconds, and where it takes the time of every step, the median and
the 99th percentile in nanoseconds. What it does before and after is not in there.
"""

import contextlib
import dataclasses
import json
import os
import shutil
import statistics
import subprocess
import sys

from running import RUN_SECONDS_MAX, MeasurementError, write_out

# How long a server may take until it is there.
SERVER_SECONDS_MAX = 60
START_ATTEMPTS_MAX = 3


@dataclasses.dataclass
class Turn:
    """One program of those that take turns."""

    label: str
    # Returns the command of a round; called right before it, so that it may make a
    # fresh database. Rounds count from 0.
    command: object
    # How many rounds it takes part in; None: all of them.
    rounds: int | None = None
    # Whether the others go on without it where it fails.
    may_fail: bool = False


@dataclasses.dataclass
class Outcomes:
    """What the rounds of one program took."""

    events: int = 0
    seconds: list = dataclasses.field(default_factory=list)
    # Nanoseconds of a step, by round; empty where steps have no meaning.
    median_ns: list = dataclasses.field(default_factory=list)
    p99_ns: list = dataclasses.field(default_factory=list)

    @property
    def rates(self):
        return [self.events / seconds for seconds in self.seconds]

    @property
    def rate(self):
        return statistics.median(self.rates)


def run(command):
    """Runs a program to its end and returns what it said on stdout."""
    command = [str(word) for word in command]
    try:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=RUN_SECONDS_MAX,
        )
    except OSError as error:
        raise MeasurementError(f"{command[0]} cannot be run: {error}") from None
    except subprocess.TimeoutExpired:
        raise MeasurementError(
            f"{command[0]} takes more than {RUN_SECONDS_MAX} s"
        ) from None
    if result.returncode != 0:
        said = (result.stderr or result.stdout).strip()
        raise MeasurementError(
            f"{command[0]} ended with {result.returncode}: {said[-2000:]}"
        )
    return result.stdout


def take_turns(turns, rounds):
    """Runs the programs one after another, `rounds` times, every second time in the
    opposite order. Returns their `Outcomes` by label."""
    outcomes = {turn.label: Outcomes() for turn in turns}
    for number in range(rounds):
        for turn in turns if number % 2 == 0 else reversed(turns):
            if turn.rounds is not None and number >= turn.rounds:
                continue
            try:
                said = json.loads(run(turn.command(number)).splitlines()[-1])
            except MeasurementError as error:
                if not turn.may_fail:
                    raise
                print(f"bench:   {turn.label} failed: {error}", file=sys.stderr)
                continue
            of_turn = outcomes[turn.label]
            of_turn.events = said["events"]
            of_turn.seconds.append(said["seconds"])
            if "median_ns" in said:
                of_turn.median_ns.append(said["median_ns"])
                of_turn.p99_ns.append(said["p99_ns"])
    return outcomes


class Sqlite:
    """Databases in files of a folder."""

    title = "SQLite"

    def __init__(self, build, folder):
        self.bare = build / "bench" / "bench_bare_sqlite"
        self.folder = folder

    def fresh(self, name, like=None):
        """Returns an empty database `name`, or one that holds what the database
        `like` does."""
        path = self.folder / f"{name}.sqlite"
        for ending in ("", "-wal", "-shm", "-runner"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        if like is not None:
            shutil.copyfile(like, path)
            write_out(path)
        return path

    def fill(self, place, events):
        """Puts events of no interest into an empty database."""
        run([self.bare, place, "insert", 10_000, events, events])

    @staticmethod
    def store(place):
        """Returns the name of the store in a database."""
        return f"sqlite:{place}"


class Postgres:
    """Databases of a throw-away server whose files are in a folder."""

    title = "PostgreSQL"

    def __init__(self, build, folder):
        self.bare = build / "bench" / "bench_bare_postgres"
        folder.mkdir(parents=True, exist_ok=True)
        # Two servers that start at once may choose the same port.
        for attempt in range(START_ATTEMPTS_MAX):
            said = self.start(folder)
            if said is None:
                break
        else:
            raise MeasurementError(f"PostgreSQL does not start: {said}")
        if self.query("postgres", "SHOW fsync") != "on":
            raise MeasurementError("PostgreSQL does not wait for the disk")

    def start(self, folder):
        """Starts the server. Returns what was said if it does not start."""
        # Without `fsync=on` it would not wait for the disk. The shell lives as long
        # as its stdin is open, and the server as long as the shell.
        show = 'echo "server $PGUSER:$PGPASSWORD@$PGHOST:$PGPORT"; cat >/dev/null'
        try:
            self.process = subprocess.Popen(
                ["pg_virtualenv", "-t", "-o", "fsync=on", "sh", "-c", show],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=os.environ | {"TMPDIR": str(folder.resolve())},
            )
        except OSError as error:
            raise MeasurementError(f"pg_virtualenv cannot be run: {error}") from None
        said = []
        for line in self.process.stdout:
            if line.startswith("server "):
                self.server = line.split()[1]
                return None
            said.append(line.strip())
        self.process.wait()
        return " ".join(said)

    def stop(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(SERVER_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            self.process.wait()

    def uri(self, name):
        return f"postgresql://{self.server}/{name}"

    def query(self, database, *statements):
        """Returns what the statements, each a transaction of its own, print."""
        command = ["psql", "-X", "-q", "-A", "-t", "-d", self.uri(database)]
        for statement in statements:
            command += ["-c", statement]
        return run(command).strip()

    def fresh(self, name, like=None):
        """As for SQLite."""
        template = ""
        if like is not None:
            template = f" TEMPLATE {like.rpartition('/')[2]} STRATEGY file_copy"
        self.query(
            "postgres",
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"CREATE DATABASE {name}{template}",
            # What was written until here is not to be written during a measurement.
            "CHECKPOINT",
        )
        return self.uri(name)

    def fill(self, place, events):
        """As for SQLite, but within the server, since inserting a million events one
        by one takes a minute."""
        run([self.bare, place, "insert", 1, 0, 1])
        payload = (
            '{"timestamp":{"_type_":"datetime_iso","_data_":'
            '"2024-05-01T00:00:00.123456+00:00"},"amount_cents":1234567,'
            '"reference":"invoice-1234567","purpose":"monthly subscription"}'
        )
        self.query(
            place.rpartition("/")[2],
            "INSERT INTO stored_events (originator_id, originator_version, topic, "
            "state) SELECT md5((i / 10)::text), i % 10 + 1, 'bank:Account.Booked', "
            f"convert_to('{payload}', 'UTF8') FROM generate_series(0, {events - 1}) i",
            "ANALYZE stored_events",
            "CHECKPOINT",
        )

    @staticmethod
    def store(place):
        return place
