#!/usr/bin/env python3
"""Goal: the program that measures a load checks and ends as its help says, on every
backend.

Method: runs the program as a user would, at small size, on fresh stores; reads its
table, its CSV and its SVG. Called with the path of bench_load and the backends
that are built; PostgreSQL runs in a server of its own.
"""

import contextlib
import csv
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

PROGRAM, *BACKENDS = sys.argv[1:]

CHECKED = "checked: nothing lost, doubled or out of order"
SVG = "{http://www.w3.org/2000/svg}"


def run(*options):
    """Returns the exit code and what the program says on stdout and stderr."""
    done = subprocess.run(
        [PROGRAM, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def events_of(table, row):
    """Returns how many events a row such as `appended … (1,000 in 0.10 s)` tells."""
    found = re.search(rf"^{row} +[\d,]+ a second \(([\d,]+) in", table, re.MULTILINE)
    return int(found.group(1).replace(",", ""))


def number_of(table, row):
    """Returns the number of a row such as `latency p50   1.250 ms`."""
    found = re.search(rf"^{re.escape(row)} +([\d,.]+) ", table, re.MULTILINE)
    return float(found.group(1).replace(",", ""))


class Checks(unittest.TestCase):
    """What the tests of all backends need."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name):
        return os.path.join(self.folder, name)

    def good(self, *options):
        """Runs the program, which must succeed, and returns its table."""
        code, table, errors = run(*options)
        self.assertEqual(code, 0, errors)
        self.assertEqual(table.splitlines()[-1], CHECKED)
        return table


class NoDatabase(Checks):
    def test_run_without_options_tells_something(self):
        table = self.good()
        self.assertTrue(table.startswith("100 projections of a topic each, 256 B "))
        self.assertGreater(events_of(table, "appended"), 0)
        self.assertEqual(events_of(table, "appended"), events_of(table, "applied"))
        for row in ("p50", "p90", "p99", "p99.9", "max"):
            self.assertGreater(number_of(table, f"latency {row}"), 0)
        self.assertGreater(number_of(table, "resident memory: peak"), 1)

    def test_all_events_are_applied_by_all(self):
        table = self.good("--projections=7", "--events=500", "--all-events")
        self.assertEqual(events_of(table, "appended"), 500)
        self.assertEqual(events_of(table, "applied"), 3500)

    def test_rate_is_kept(self):
        table = self.good("--projections=3", "--events=300", "--rate=1000")
        self.assertEqual(events_of(table, "appended"), 300)
        self.assertEqual(number_of(table, "due, never appended"), 0)
        rate = number_of(table, "appended")
        self.assertLess(rate, 1100)

    def test_time_ends_the_run(self):
        table = self.good("--projections=3", "--seconds=0.3", "--rate=1000")
        sent = events_of(table, "appended")
        self.assertEqual(sent + number_of(table, "due, never appended"), 300)

    def test_csv_has_a_line_for_every_interval(self):
        path = self.file("load.csv")
        self.good("--projections=3", "--events=500", "--rate=1000", f"--csv={path}")
        with open(path, encoding="utf-8", newline="") as text:
            rows = list(csv.DictReader(text))
        self.assertGreater(len(rows), 2)
        times = [float(row["seconds"]) for row in rows]
        self.assertEqual(times, sorted(times))
        self.assertEqual(int(rows[-1]["appended"]), 500)
        self.assertEqual(int(rows[-1]["applied"]), 500)
        self.assertEqual(int(rows[-1]["lag"]), 0)
        for row in rows:
            self.assertLessEqual(float(row["p50_ms"]), float(row["p99_ms"]))

    def test_plot_is_readable_without_the_program(self):
        path = self.file("load.svg")
        self.good("--projections=3", "--events=500", "--rate=1000", f"--plot={path}")
        root = xml.etree.ElementTree.parse(path).getroot()
        self.assertEqual(root.tag, f"{SVG}svg")
        self.assertIn("viewBox", root.attrib)
        self.assertEqual(list(root.iter(f"{SVG}script")), [])
        texts = [x.text for x in root.iter(f"{SVG}text")]
        for text in (
            "events (1/s)",
            "latency (ms)",
            "time since the run began (s)",
            "appended",
            "applied",
            "median",
            "99th percentile",
        ):
            self.assertIn(text, texts)
        self.assertTrue(any("1000 a second by schedule" in x for x in texts))
        self.assertEqual(len(list(root.iter(f"{SVG}path"))), 4)

    def test_interrupt_ends_with_what_was_done(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            program = subprocess.Popen(
                [PROGRAM, "--projections=5", "--seconds=600", "--rate=2000"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            # The first line of progress says that the load is under way.
            self.assertIn("applied [", program.stderr.readline())
            program.send_signal(number)
            table, errors = program.communicate()
            self.assertEqual(program.returncode, 0, errors)
            self.assertIn("interrupted: what was done until then", table)
            self.assertGreater(events_of(table, "applied"), 0)
            self.assertEqual(table.splitlines()[-1], CHECKED)

    def test_progress_is_shown_on_a_terminal(self):
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [PROGRAM, "--projections=2", "--events=300", "--rate=1000"],
            stdout=subprocess.DEVNULL,
            stderr=theirs,
        ) as program:
            os.close(theirs)
            shown = b""
            # Reading fails when the program has closed the terminal.
            with contextlib.suppress(OSError):
                while part := os.read(ours, 4096):
                    shown += part
        os.close(ours)
        self.assertEqual(program.returncode, 0)
        self.assertIn(b"applied [####################] 100 %", shown)
        self.assertTrue(shown.endswith(b"\n"))

    def test_bad_option_is_named_with_its_value(self):
        for option, text in (
            ("--projections=0", "--projections=0 is not in 1..100000"),
            ("--event-size=10", "--event-size=10 is not in 64..1048576"),
            ("--rate=-1", "--rate=-1 is not in 0..10000000"),
            ("--duplicates=2", "--duplicates=2 is not in 0..1"),
            ("--skew=nan", "--skew=nan"),
            ("--events=many", 'argument "--events=many" is no option, or has a value'),
            ("--threads=-1", 'argument "--threads=-1" is no option, or has a value'),
            ("--bogus=1", 'argument "--bogus=1" is no option, or has a value'),
            ("file", 'unknown argument "file"'),
        ):
            code, table, errors = run(option)
            self.assertEqual((code, table), (2, ""), option)
            self.assertIn(text, errors)
            self.assertIn("--help lists the options", errors)

    def test_bad_backend_is_named_without_its_password(self):
        code, table, errors = run("--backend=mysql://me:secret@host/load")
        self.assertEqual((code, table), (2, ""))
        self.assertIn("--backend: ", errors)
        self.assertIn("mysql:", errors)
        self.assertNotIn("secret", errors)

    def test_file_that_cannot_be_written_is_named(self):
        for option in ("--csv", "--plot"):
            given = f"{option}={self.file('missing')}/load"
            code, table, errors = run(given)
            self.assertEqual((code, table), (1, ""))
            self.assertIn(f"{given}: cannot write it: No such file", errors)

    def test_stdout_that_cannot_be_written_is_told(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [PROGRAM, "--projections=2", "--events=10"],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write to stdout", done.stderr)

    def test_help_tells_how_events_are_parted(self):
        code, table, _ = run("--help")
        self.assertEqual(code, 0)
        self.assertIn("a topic of its own", " ".join(table.split()))


class DurableBackend:
    """What the load does on every backend that outlives it."""

    def check_twice(self, backend):
        """The second run is beside what the first one has left."""
        for _ in range(2):
            table = self.good(
                f"--backend={backend}",
                "--projections=20",
                "--events=3000",
                "--duplicates=0.1",
                "--skew=1",
            )
            self.assertEqual(events_of(table, "appended"), 3000)
            self.assertEqual(events_of(table, "applied"), 3000)
            self.assertGreater(number_of(table, "refused as duplicates"), 100)
        self.good(
            f"--backend={backend}", "--projections=3", "--events=200", "--all-events"
        )

    def check_interrupted(self, backend):
        with subprocess.Popen(
            [PROGRAM, f"--backend={backend}", "--seconds=600", "--rate=300"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as program:
            self.assertIn("applied [", program.stderr.readline())
            program.send_signal(signal.SIGINT)
            table, errors = program.communicate()
        self.assertEqual(program.returncode, 0, errors)
        self.assertIn("interrupted: what was done until then", table)
        self.assertEqual(table.splitlines()[-1], CHECKED)


@unittest.skipUnless("sqlite" in BACKENDS, "this build has no SQLite backend")
class Sqlite(DurableBackend, Checks):
    def setUp(self):
        super().setUp()
        self.events = self.file("events.sqlite")

    def test_load_runs_on_files(self):
        self.check_twice(f"sqlite:{self.events}")

    def test_load_on_files_is_interrupted(self):
        self.check_interrupted(f"sqlite:{self.events}")

    def test_state_that_was_changed_behind_its_back_is_found(self):
        # Each stream is one event short from its first write on.
        self.good(f"--backend=sqlite:{self.events}", "--events=10")
        with contextlib.closing(sqlite3.connect(f"{self.events}-views")) as db:
            db.execute(
                "CREATE TRIGGER loses AFTER INSERT ON load_states BEGIN "
                "UPDATE load_states SET events = events - 1 "
                "WHERE projection = new.projection AND stream = new.stream; END"
            )
            db.commit()
        code, _, errors = run(
            f"--backend=sqlite:{self.events}", "--projections=2", "--events=500"
        )
        self.assertEqual(code, 1)
        self.assertIn("the result is wrong:", errors)
        self.assertRegex(errors, r"projection load-\w+-0, stream \w+: 1 event lost of")

    def test_projection_that_fails_ends_the_load(self):
        self.good(f"--backend=sqlite:{self.events}", "--events=10")
        with contextlib.closing(sqlite3.connect(f"{self.events}-views")) as db:
            db.execute(
                "CREATE TRIGGER refuses BEFORE INSERT ON load_states "
                "BEGIN SELECT RAISE(ABORT, 'as asked for'); END"
            )
            db.commit()
        code, table, errors = run(f"--backend=sqlite:{self.events}", "--seconds=600")
        self.assertEqual((code, table), (1, ""))
        self.assertIn("as asked for", errors)


@unittest.skipUnless("postgresql" in BACKENDS, "this build has no PostgreSQL backend")
class Postgresql(DurableBackend, Checks):
    def test_load_runs_on_databases(self):
        # The environment says where the server is.
        self.check_twice("postgresql:///")

    def test_load_on_a_database_is_interrupted(self):
        self.check_interrupted("postgresql:///")


if __name__ == "__main__":
    if "postgresql" in BACKENDS and "PGPORT" not in os.environ:
        os.execvp("pg_virtualenv", ["pg_virtualenv", "-t", *sys.argv])
    unittest.main(argv=sys.argv[:1])
