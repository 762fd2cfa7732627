#!/usr/bin/env python3
"""Goal: the load example applies, checks and ends as its help says, on every backend.

Method: runs the program as a user would, at small size, on fresh stores, and reads its
table. Called with the path of multi_projection_load and the backends that are built;
PostgreSQL runs in a server of its own.
"""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest

PROGRAM, *BACKENDS = sys.argv[1:]

CHECKED = "checked: nothing lost, doubled or out of order"


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
    """Returns how many events a row such as `appended … (1000 in 0.100 s)` tells."""
    found = re.search(rf"^{row} +\d+ a second \((\d+) in [\d.]+ s\)$", table, re.M)
    return int(found.group(1))


class Checks(unittest.TestCase):
    """What the tests of all backends need."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.events = os.path.join(folder.name, "events.sqlite")

    def check_table(self, table, events):
        self.assertEqual(events_of(table, "appended"), events)
        self.assertEqual(events_of(table, "applied"), events)
        p50, p99 = re.findall(r"^latency p(?:50|99) +([\d.]+) ms$", table, re.M)
        self.assertGreater(float(p50), 0)
        self.assertLessEqual(float(p50), float(p99))
        self.assertEqual(table.splitlines()[-1], CHECKED)

    def check_twice(self, *options):
        """The second run is beside what the first one has left."""
        for _ in range(2):
            code, table, errors = run("--projections=7", "--events=2001", *options)
            self.assertEqual(code, 0, errors)
            self.assertTrue(table.startswith("7 projections, 256 B an event, "))
            self.check_table(table, 2001)

    def check_interrupted(self, *options):
        for number in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen(
                [PROGRAM, "--projections=5", "--events=10000000", *options],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as program:
                # The first line says that the load is under way.
                first = program.stdout.readline()
                program.send_signal(number)
                table, errors = program.communicate()
            self.assertEqual(program.returncode, 0, errors)
            self.assertTrue(first.startswith("5 projections, "))
            self.assertLess(events_of(table, "appended"), 10_000_000)
            self.assertEqual(table.splitlines()[-1], CHECKED)


class NoDatabase(Checks):
    def test_run_without_options_tells_something(self):
        code, table, errors = run()
        self.assertEqual(code, 0, errors)
        self.assertEqual(
            table.splitlines()[0], "100 projections, 256 B an event, memory:"
        )
        self.check_table(table, 100_000)

    def test_load_runs_in_memory(self):
        self.check_twice()

    def test_load_in_memory_is_interrupted(self):
        self.check_interrupted()

    def test_fewer_events_than_projections_are_enough(self):
        code, table, errors = run("--projections=10", "--events=1")
        self.assertEqual(code, 0, errors)
        self.check_table(table, 1)

    def test_bad_option_is_named_with_its_value(self):
        for option, text in (
            ("--projections=0", "--projections=0 is not in 1..1000"),
            ("--events=0", "--events=0 is not in 1..10000000"),
            ("--event-size=63", "--event-size=63 is not in 64..1048576"),
            ("--events=many", 'argument "--events=many" is no option, or has a value'),
            ("--rate=1", 'argument "--rate=1" is no option, or has a value'),
            ("file", 'unknown argument "file"'),
        ):
            code, table, errors = run(option)
            self.assertEqual((code, table), (2, ""), option)
            self.assertIn(text, errors)
            self.assertIn("--help lists the options", errors)

    def test_bad_backend_is_named_without_its_password(self):
        code, table, errors = run("--backend=mysql://me:secret@host/load")
        self.assertEqual((code, table), (1, ""))
        self.assertIn("mysql:", errors)
        self.assertNotIn("secret", errors)

    def test_stdout_that_cannot_be_written_is_told(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
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
        self.assertIn("with a topic each", " ".join(table.split()))


@unittest.skipUnless("sqlite" in BACKENDS, "this build has no SQLite backend")
class Sqlite(Checks):
    def test_load_runs_on_files(self):
        self.check_twice(f"--backend=sqlite:{self.events}")

    def test_load_on_files_is_interrupted(self):
        self.check_interrupted(f"--backend=sqlite:{self.events}")

    def run_with_trigger(self, trigger):
        """Returns what a run says whose view has the trigger."""
        options = f"--backend=sqlite:{self.events}", "--projections=2", "--events=500"
        self.assertEqual(run(*options)[0], 0)
        with contextlib.closing(sqlite3.connect(f"{self.events}-views")) as db:
            db.execute(f"CREATE TRIGGER harm {trigger}; END")
            db.commit()
        return run(*options)

    def check_wrong(self, trigger):
        code, table, errors = self.run_with_trigger(trigger)
        self.assertEqual(code, 1)
        self.assertNotIn(CHECKED, table)
        self.assertRegex(errors, r"wrong: lost, doubled or swapped by load-\w+-0")

    def test_state_that_was_changed_behind_its_back_is_found(self):
        for column in ("events", "sum", "checksum"):
            with self.subTest(column):
                self.setUp()
                self.check_wrong(
                    "AFTER INSERT ON load_states BEGIN "
                    f"UPDATE load_states SET {column} = {column} + 1 "
                    "WHERE projection = new.projection AND stream = new.stream"
                )

    def test_stream_that_nobody_has_written_is_found(self):
        self.check_wrong(
            "AFTER INSERT ON load_states BEGIN INSERT OR IGNORE INTO load_states "
            "VALUES (new.projection, 'another', 1, 1, 1)"
        )

    def test_projection_that_fails_ends_the_load(self):
        code, table, errors = self.run_with_trigger(
            "BEFORE INSERT ON load_states BEGIN SELECT RAISE(ABORT, 'as asked for')"
        )
        self.assertEqual(code, 1)
        self.assertNotIn("applied", table)
        self.assertIn("as asked for", errors)


@unittest.skipUnless("postgresql" in BACKENDS, "this build has no PostgreSQL backend")
class Postgresql(Checks):
    def test_load_runs_on_databases(self):
        # The environment says where the server is.
        self.check_twice("--backend=postgresql:///")

    def test_load_on_a_database_is_interrupted(self):
        self.check_interrupted("--backend=postgresql:///")


if __name__ == "__main__":
    if "postgresql" in BACKENDS and "PGPORT" not in os.environ:
        os.execvp("pg_virtualenv", ["pg_virtualenv", "-t", *sys.argv])
    unittest.main(argv=sys.argv[:1])
