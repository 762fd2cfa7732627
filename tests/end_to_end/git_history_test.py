#!/usr/bin/env python3
"""Goal: the git_history example prints the right tables for any history.

Method: makes a small repository in a temporary folder, with what is awkward in
real ones (a merge, a binary file, a renamed file, names that are no UTF-8, dates
out of order and in other time zones), runs the example on it with the node that
the environment names in PROJECTIONS_NODE, and compares every byte it prints.
"""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "git_history" / "git_history"
# Nothing of the user's or the machine's git configuration may count.
ENVIRONMENT = {
    **{k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_COMMITTER_NAME": "Committer",
    "GIT_COMMITTER_EMAIL": "committer@example.org",
    "GIT_AUTHOR_EMAIL": "author@example.org",
}

EXPECTED = """\
Authors: 3, commits: 6
  author      commits  first             last              added  removed
  Ann Lee           4  2024-02-28 23:30  2024-03-02 09:00      5        1
  J\ufffdrg "\\" K        1  2024-02-29 12:00  2024-02-29 12:00      2        0
  \u674e\u96f7              1  2024-03-01 00:30  2024-03-01 00:30      0        0

Days with commits: 4, the last 3 of them
  day         commits  added  removed
  2024-02-29        2      5        1
  2024-03-01        2      0        0
  2024-03-02        1      0        0
"""


class Repository:
    """A git repository in a folder, with a commit per call."""

    def __init__(self, folder):
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments, **environment):
        subprocess.run(
            ["git", "-C", self.folder, *arguments],
            check=True,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**ENVIRONMENT, **environment},
        )

    def write(self, name, content):
        pathlib.Path(self.folder, name).write_bytes(content)
        self.git("add", name)

    def commit(self, author, time, subject, encoding="UTF-8"):
        self.git(
            "-c", f"i18n.commitEncoding={encoding}",
            "commit", "--quiet", "--allow-empty", "--message", subject,
            GIT_AUTHOR_NAME=author, GIT_AUTHOR_DATE=time, GIT_COMMITTER_DATE=time,
        )


def git_history(*arguments):
    """Runs the example and returns its exit code, stdout and stderr."""
    done = subprocess.run(
        [EXAMPLE, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class GitHistoryTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        self.maxDiff = None

    def test_tables_fold_every_commit(self):
        made = Repository(self.folder)
        # Half past one where Ann is, but still the day before in UTC.
        made.write("text", b"one\ntwo\n")
        made.commit("Ann Lee", "2024-02-29T01:30:00+0200", "Begin")
        made.write("text", b"one\n2\n3\n4\n")
        made.commit("Ann Lee", "2024-02-29T10:00:00Z", 'Quote "\\" and\ttab')
        made.git("checkout", "--quiet", "-b", "side")
        made.write("other", b"a\nb\n")
        # Git hands the bytes on as they are where it does not know the encoding.
        made.commit(
            b'J\xf6rg "\\" K', "2024-02-29T12:00:00Z", b"Stra\xdfe", "unknown"
        )
        made.git("checkout", "--quiet", "main")
        made.write("binary", bytes(range(256)))
        made.commit("\u674e\u96f7", "2024-03-01T00:30:00Z", "Add a binary file")
        made.git("mv", "text", "renamed")
        made.commit("Ann Lee", "2024-03-02T09:00:00Z", "Rename")
        made.git(
            "merge", "--quiet", "--no-ff", "--message", "Merge", "side",
            GIT_AUTHOR_NAME="Ann Lee", GIT_AUTHOR_DATE="2024-03-01T08:00:00Z",
        )
        code, out, err = git_history(self.folder, "--days=3")
        self.assertEqual(err, "")
        self.assertEqual(out, EXPECTED)
        self.assertEqual(code, 0)

    def test_folder_without_repository_is_an_error(self):
        code, out, err = git_history(self.folder)
        self.assertEqual((code, out), (1, ""))
        self.assertIn("is not a git repository", err)

    def test_repository_without_commits_is_an_error(self):
        Repository(self.folder)
        code, out, err = git_history(self.folder)
        self.assertEqual((code, out), (1, ""))
        self.assertEqual(
            err, f'git_history: "{self.folder}" has no commits yet\n'
        )

    def test_days_take_a_positive_number(self):
        code, out, err = git_history("--days=none")
        self.assertEqual((code, out), (2, ""))
        self.assertEqual(
            err, 'git_history: --days takes a number from 1 on, not "none"\n'
        )


if __name__ == "__main__":
    unittest.main()
