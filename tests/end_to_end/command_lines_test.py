#!/usr/bin/env python3
"""Goal: every program says what it takes, and refuses what it does not know.

Method: runs each of the programs that are the arguments with `--help`, and with
an option that there is not. The build may leave programs out that no test needs;
these are not looked at.
"""

import pathlib
import subprocess
import sys
import unittest

PROGRAMS = sys.argv[1:]
UNKNOWN = "--no-such-option"


def run(program, option):
    return subprocess.run(
        [program, option],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )


class CommandLines(unittest.TestCase):
    BUILT = [x for x in PROGRAMS if pathlib.Path(x).exists()]

    def test_help_names_the_program_and_is_no_error(self):
        for program in self.BUILT:
            with self.subTest(pathlib.Path(program).name):
                done = run(program, "--help")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(pathlib.Path(program).name, done.stdout)
                self.assertEqual(done.stderr, "")

    def test_unknown_option_is_refused(self):
        for program in self.BUILT:
            with self.subTest(pathlib.Path(program).name):
                done = run(program, UNKNOWN)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertEqual(done.stdout, "")
                self.assertRegex(done.stderr, f"{UNKNOWN}|usage: ")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
