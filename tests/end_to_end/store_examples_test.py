#!/usr/bin/env python3
"""Goal: the examples over event stores print what the README says, on every
backend, and follow stores that something else writes in the layout of the
Python library.

Method: runs the programs as a user would, on fresh stores; plain SQL through
sqlite3 and psql plays the part of other writers. Called with the paths of
event_counters and dog_school and the backends that are built; PostgreSQL runs
in a server of its own.
"""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest

EVENT_COUNTERS, DOG_SCHOOL, *BACKENDS = sys.argv[1:]

STORED_EVENTS = """CREATE TABLE stored_events (
  originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB,
  PRIMARY KEY (originator_id, originator_version))"""


def run(program, *options):
    """Returns the last line that the program prints."""
    done = subprocess.run(
        [program, *options], stdout=subprocess.PIPE, check=True, text=True
    )
    return done.stdout.splitlines()[-1]


def refusal(program, *options):
    """Returns the exit code and what the program says on stderr."""
    done = subprocess.run(
        [program, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    return done.returncode, done.stderr.splitlines()[-1]


class NoBackend(unittest.TestCase):
    def test_dog_school_needs_no_store(self):
        self.assertEqual(run(DOG_SCHOOL), "dogs=3 tricks=9")

    def test_options_are_needed(self):
        self.assertEqual(
            refusal(EVENT_COUNTERS, "--events=memory:", "--view=memory:"),
            (2, "--application is missing; --help lists the options"),
        )

    def test_store_that_is_none_is_named(self):
        code, text = refusal(DOG_SCHOOL, "--events=mysql://me:secret@host/dogs")
        self.assertEqual(code, 1)
        self.assertIn("mysql:", text)
        self.assertNotIn("secret", text)


class DurableBackend:
    """What the examples do on every backend that outlives them."""

    def check_both(self, events, view, other_view):
        """Runs the examples, each of them twice."""
        for times in (1, 2):
            self.assertEqual(
                run(DOG_SCHOOL, f"--events={events}", f"--view={view}"),
                f"dogs={3 * times} tricks={9 * times}",
            )
            for _ in range(2):
                self.assertEqual(
                    run(
                        EVENT_COUNTERS,
                        f"--events={events}",
                        f"--view={other_view}",
                        "--application=DogSchool",
                    ),
                    f"created={3 * times} subsequent={9 * times}",
                )


@unittest.skipUnless("sqlite" in BACKENDS, "this build has no SQLite backend")
class Sqlite(DurableBackend, unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.events = os.path.join(folder.name, "events.sqlite")
        self.view = os.path.join(folder.name, "view.sqlite")

    def test_examples_run_on_files(self):
        other_view = self.view + "2"
        self.check_both(*(f"sqlite:{x}" for x in (self.events, self.view, other_view)))

    def test_python_application_is_followed(self):
        with contextlib.closing(sqlite3.connect(self.events)) as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute(STORED_EVENTS)
            self.insert(db, 1, 2)
            program = subprocess.Popen(
                [
                    EVENT_COUNTERS,
                    f"--events=sqlite:{self.events}",
                    f"--view=sqlite:{self.view}",
                    "--application=School",
                    "--follow",
                ],
                stdout=subprocess.PIPE,
                text=True,
            )
            self.wait_for(2)
            self.insert(db, 3, 5)
            self.wait_for(5)
        program.send_signal(signal.SIGINT)
        printed, _ = program.communicate()
        self.assertEqual(printed.splitlines()[-1], "created=1 subsequent=4")
        self.assertEqual(program.returncode, 0)

    def insert(self, db, first, last):
        for version in range(first, last + 1):
            db.execute(
                "INSERT INTO stored_events VALUES (?, ?, ?, ?)",
                ("6f9619ff8b86d011b42d00c04fc964ff", version, "m:C.E", b"{}"),
            )
        db.commit()

    def wait_for(self, position):
        """Returns when the position is in the view."""
        tracked = None
        while tracked != (position,):
            with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(
                sqlite3.connect(f"file:{self.view}?mode=ro", uri=True)
            ) as db:
                tracked = db.execute(
                    "SELECT notification_id FROM tracking "
                    "WHERE application_name = 'School'"
                ).fetchone()


@unittest.skipUnless("postgresql" in BACKENDS, "this build has no PostgreSQL backend")
class Postgresql(DurableBackend, unittest.TestCase):
    def test_examples_run_on_databases(self):
        # The environment says where the server is.
        self.check_both("postgresql:///", "postgresql:///", "postgresql:///")
        self.assertEqual(
            self.select("SELECT count(*) FROM dogschool_events"), "24"
        )
        self.assertEqual(
            self.select(
                "SELECT notification_id FROM eventcounters_tracking "
                "WHERE application_name = 'DogSchool'"
            ),
            "24",
        )

    def test_unreachable_server_is_named_without_its_password(self):
        code, text = refusal(
            DOG_SCHOOL, "--events=postgresql://me:secret@127.0.0.1:1/dogs"
        )
        self.assertEqual(code, 1)
        self.assertIn("127.0.0.1", text)
        self.assertNotIn("secret", text)

    def select(self, sql):
        return subprocess.run(
            ["psql", "-Atc", sql], stdout=subprocess.PIPE, check=True, text=True
        ).stdout.strip()


if __name__ == "__main__":
    if "postgresql" in BACKENDS and "PGPORT" not in os.environ:
        os.execvp("pg_virtualenv", ["pg_virtualenv", "-t", *sys.argv])
    unittest.main(argv=sys.argv[:1])
