#!/usr/bin/env python3
"""Goal: the request files of the README's tour are answered as printed beside
them, with the default read models and with the file that spells those out.

Method: runs the node that the environment names in PROJECTIONS_NODE on each
`examples/NAME.jsonl` and compares every byte with `NAME.replies.jsonl`. The text
of an error is left out of the comparison where the file has "*" for it.
"""

import os
import pathlib
import re
import subprocess
import unittest

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
NODE = os.environ["PROJECTIONS_NODE"]
ERROR_TEXT = re.compile(r'"text": ".*"}$')


def replies(name, *options):
    """Returns the lines that the node answers to the requests of a file."""
    with open(EXAMPLES / f"{name}.jsonl", "rb") as requests:
        done = subprocess.run(
            [NODE, *options], stdin=requests, stdout=subprocess.PIPE, check=True
        )
    return done.stdout.decode("utf-8").splitlines()


def expected(name, answered):
    """Returns the lines that a file promises, with the error texts that were
    answered where it promises none in particular."""
    lines = (EXAMPLES / f"{name}.replies.jsonl").read_text("utf-8").splitlines()
    for number, (line, answer) in enumerate(zip(lines, answered)):
        text = ERROR_TEXT.search(answer)
        if text and line.endswith('"text": "*"}'):
            lines[number] = ERROR_TEXT.sub(lambda _: text.group(), line)
    return lines


class ExamplesTest(unittest.TestCase):
    maxDiff = None

    def test_every_example_is_answered_as_printed(self):
        names = [path.name.split(".")[0] for path in EXAMPLES.glob("*.replies.jsonl")]
        self.assertIn("named_projections", names)
        for name in names:
            with self.subTest(name):
                answered = replies(name)
                self.assertEqual(answered, expected(name, answered))

    def test_users_file_spells_out_the_default_read_models(self):
        option = f"--read-models={EXAMPLES / 'read_models' / 'users.json'}"
        self.assertEqual(replies("projector", option), replies("projector"))


if __name__ == "__main__":
    unittest.main()
