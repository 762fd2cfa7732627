#!/usr/bin/env python3
"""Goal: the examples over event stores print what the README says, on every
backend, and follow stores that something else writes in the layout of the
Python library.

Method: runs the programs as a user would, on fresh stores; plain SQL through
sqlite3 and psql plays the part of other writers. Called with the paths of
event_counters, dog_school and followship and the backends that are built;
PostgreSQL runs in a server of its own.
"""

import contextlib
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest

EVENT_COUNTERS, DOG_SCHOOL, FOLLOWSHIP, *BACKENDS = sys.argv[1:]

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


FAILURES = ("--fail-rate=0.3", "--seed=7")


def counts_of(line):
    """Returns the numbers of a line such as `followed=3 retries=0`."""
    return {name: int(n) for name, n in (x.split("=") for x in line.split())}


class NoBackend(unittest.TestCase):
    def test_dog_school_needs_no_store(self):
        self.assertEqual(run(DOG_SCHOOL), "dogs=3 tricks=9")
        self.assertEqual(run(DOG_SCHOOL, "--counts=aggregate"), "dogs=3 tricks=9")

    def test_dog_school_counts_in_one_of_two_ways(self):
        self.assertEqual(
            refusal(DOG_SCHOOL, "--counts=fingers"),
            (
                2,
                "--counts=fingers is neither view nor aggregate; "
                "--help lists the options",
            ),
        )

    def test_followship_prints_the_first_users_and_counts_the_rest(self):
        done = subprocess.run(
            [FOLLOWSHIP, "--users=23", "--follows=40", "--seed=7"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            check=True,
            text=True,
        )
        *users, rest, counts = done.stdout.splitlines()
        self.assertEqual(len(users), 20)
        for number, line in enumerate(users, 1):
            self.assertRegex(line, rf"^u{number} follows \d+.*; is followed by \d+")
        self.assertEqual(rest, "and 3 more users")
        counts = counts_of(counts)
        self.assertEqual(counts["failures"], 0)
        self.assertEqual(counts["retries"], 0)
        self.assertEqual(done.stderr, "")

    def test_followship_draws_the_same_for_the_same_seed(self):
        def follows(seed):
            return counts_of(run(FOLLOWSHIP, "--users=9", f"--seed={seed}"))["followed"]

        self.assertEqual(follows(7), follows(7))

    def test_follows_are_told_once_whatever_fails(self):
        counts = counts_of(run(FOLLOWSHIP, *FAILURES))
        self.assertEqual(counts["followed"], counts["was_followed"])
        self.assertGreater(counts["failures"], 0)
        self.assertGreater(counts["retries"], 0)

    def test_followship_names_a_number_that_is_out_of_range(self):
        for option, text in (
            ("--users=1", "--users=1 is not in 2..100000"),
            ("--fail-rate=1", "--fail-rate=1.000000 is not in 0..1, 1 excluded"),
        ):
            self.assertEqual(
                refusal(FOLLOWSHIP, option),
                (2, f"{text}; --help lists the options"),
            )

    def test_progress_is_shown_on_a_terminal(self):
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [FOLLOWSHIP, *FAILURES], stdout=subprocess.DEVNULL, stderr=theirs
        ) as program:
            os.close(theirs)
            shown = b""
            # Reading fails when the program has closed the terminal.
            with contextlib.suppress(OSError):
                while part := os.read(ours, 4096):
                    shown += part
        os.close(ours)
        self.assertEqual(program.returncode, 0)
        self.assertIn(b"followed and told [####################] 100 %", shown)
        self.assertTrue(shown.endswith(b"\n"))

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

    def check_aggregate(self, events, view):
        """Has an aggregate count, and go on with it."""
        for times in (1, 2):
            self.assertEqual(
                run(
                    DOG_SCHOOL,
                    f"--events={events}",
                    f"--view={view}",
                    "--counts=aggregate",
                ),
                f"dogs={3 * times} tricks={9 * times}",
            )

    def check_followship(self, store):
        """Runs it with failures and without, on one store."""
        options = (f"--store={store}", "--users=20", "--follows=120", "--seed=7")
        once = counts_of(run(FOLLOWSHIP, *options))
        self.assertEqual(once["retries"], 0)
        for times, failures in ((2, FAILURES), (3, FAILURES), (4, ())):
            counts = counts_of(run(FOLLOWSHIP, *options, *failures))
            self.assertEqual(counts["followed"], times * once["followed"])
            self.assertEqual(counts["was_followed"], times * once["followed"])
            self.assertEqual(counts["failures"] > 0, bool(failures))
            self.assertEqual(counts["retries"] > 0, bool(failures))


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

    def test_aggregate_counts_in_a_file_of_its_own(self):
        self.check_aggregate(f"sqlite:{self.events}", f"sqlite:{self.view}")

    def test_aggregate_counts_beside_the_events(self):
        self.check_aggregate(f"sqlite:{self.events}", f"sqlite:{self.events}")

    def test_followship_goes_on_in_a_file(self):
        self.check_followship(f"sqlite:{self.events}")

    def test_followship_that_was_killed_is_finished_by_the_next_one(self):
        store = f"--store=sqlite:{self.events}"
        with subprocess.Popen(
            [FOLLOWSHIP, store, "--users=1000", "--follows=20000"],
            stdout=subprocess.DEVNULL,
        ) as program:
            self.wait_for(1, self.events, "followship_tracking", "Social")
            program.kill()
        counts = counts_of(run(FOLLOWSHIP, store, "--follows=20"))
        self.assertEqual(counts["followed"], counts["was_followed"])
        self.assertGreater(counts["followed"], 20)

    def test_followship_finds_what_is_lost_and_what_is_doubled(self):
        store = f"--store=sqlite:{self.events}"
        run(FOLLOWSHIP, store, "--follows=20")
        changes = (
            ("DELETE FROM stored_events", "1 lost, 0 doubled"),
            (
                "INSERT INTO stored_events SELECT originator_id, 1000, topic, state "
                "FROM stored_events",
                "1 lost, 1 doubled",
            ),
        )
        for number, (change, expected) in enumerate(changes):
            with contextlib.closing(sqlite3.connect(self.events)) as db:
                row = db.execute(
                    "SELECT rowid FROM stored_events WHERE topic LIKE '%.WasFollowed' "
                    f"ORDER BY rowid LIMIT 1 OFFSET {number}"
                ).fetchone()
                db.execute(f"{change} WHERE rowid = ?", row)
                db.commit()
            code, text = refusal(FOLLOWSHIP, store, "--follows=20")
            self.assertEqual(code, 1)
            self.assertIn(f"{expected}, 0 lists of users wrong", text)

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
            self.wait_for(2, self.view, "tracking", "School")
            self.insert(db, 3, 5)
            self.wait_for(5, self.view, "tracking", "School")
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

    def wait_for(self, position, path, table, application):
        """Returns when the position is recorded in the file."""
        tracked = 0
        while tracked < position:
            with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(
                sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            ) as db:
                (tracked,) = db.execute(
                    f"SELECT ifnull(max(notification_id), 0) FROM {table} "
                    "WHERE application_name = ?",
                    (application,),
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

    def test_aggregate_counts_in_a_database(self):
        # Other schools of this server have a schema of theirs.
        self.select("CREATE SCHEMA beside")
        place = "postgresql:///?schema=beside"
        self.check_aggregate(place, place)

    def test_followship_goes_on_in_a_database(self):
        self.check_followship("postgresql:///")

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
