#!/usr/bin/env python3
"""Goal: scripts/test builds what the chosen tests need and nothing else, and
says so where no test is meant; scripts/bench refuses options before it builds.

Method: the scripts run in a folder of their own, where programs that only write
down how they were called take the place of cmake, ninja and ctest. What the real
ctest knows of each test is compared with the targets of the build that the
environment names in PROJECTIONS_BUILD.
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

TREE = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ["PROJECTIONS_BUILD"]

# Every call of a program is a line in the file `calls`. The list of tests is
# kept for each build folder; a test matches where its name has the words of -R.
# ninja tells that there always is something to do.
STAND_IN = """#!/usr/bin/env python3
import json, os, pathlib, sys
name, arguments = pathlib.Path(sys.argv[0]).name, sys.argv[1:]
here = pathlib.Path(os.environ["STAND_INS"])
with open(here / "calls", "a") as calls:
    calls.write(" ".join([name, *arguments]) + "\\n")
if name == "ninja":
    print("[1/1] something")
if name == "dpkg-query":
    print("\\n".join(f"{x}: installed" for x in arguments))
if name == "cmake" and "--preset" in arguments:
    preset = arguments[arguments.index("--preset") + 1]
    folder = pathlib.Path("build" if preset == "release" else f"build-{preset}")
    (folder / "build.ninja").touch()
if name == "ctest" and "--show-only=json-v1" in arguments:
    folder = arguments[arguments.index("--test-dir") + 1]
    regex = arguments[arguments.index("-R") + 1]
    if regex == "(":
        print("RegularExpression::compile(): Unmatched parentheses.")
    tests = json.loads((here / "tests.json").read_text()).get(folder, {})
    print(json.dumps({"tests": [
        {"name": x, "properties": [{"name": "LABELS", "value": labels}] if labels else []}
        for x, labels in tests.items() if regex in x
    ]}))
"""

TESTS = {
    "build": {
        "folds_test": ["folds_test"],
        "install_test": ["node", "stores"],
        "odd": [],
        "store_examples": ["followship", "node"],
    },
    "build-asan": {"folds_test": ["folds_test"]},
    "build-fuzz": {"request_fuzzer": ["request_fuzzer"]},
}


class Scripts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.stand_ins = self.root / "stand_ins"
        self.stand_ins.mkdir()
        for name in ("cmake", "ninja", "ctest", "dpkg-query"):
            (self.stand_ins / name).write_text(STAND_IN, "utf-8")
            (self.stand_ins / name).chmod(0o755)
        (self.stand_ins / "tests.json").write_text(json.dumps(TESTS), "utf-8")
        shutil.copytree(TREE / "scripts", self.root / "scripts")

    def run_script(self, name, *options):
        """Returns the exit code, and what is said on stdout and on stderr."""
        path = f"{self.stand_ins}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [self.root / "scripts" / name, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PATH": path, "STAND_INS": str(self.stand_ins)},
        )
        return done.returncode, done.stdout, done.stderr

    def calls(self, *words):
        """Returns the calls that have all of `words`."""
        calls = self.stand_ins / "calls"
        lines = calls.read_text("utf-8").splitlines() if calls.exists() else []
        return [x for x in lines if all(word in x.split() for word in words)]

    def built(self, folder):
        """Returns the targets that were built in a folder."""
        return [
            x.split("--target ")[1].split(" --parallel")[0].split()
            for x in self.calls("cmake", "--build", folder)
            if "build.ninja" not in x
        ]

    def ran(self, folder):
        return [
            x
            for x in self.calls("ctest", "--test-dir", folder)
            if "--show-only=json-v1" not in x
        ]

    def test_help_lists_the_options_and_builds_nothing(self):
        code, shown, _ = self.run_script("test", "--help")
        self.assertEqual(code, 0)
        self.assertIn("-R REGEX", shown)
        self.assertEqual(self.calls(), [])

    def test_argument_that_is_not_understood_is_refused(self):
        for arguments, text in (
            (["--fast"], 'unknown argument "--fast"'),
            (["-R"], "-R takes a regular expression"),
        ):
            code, _, told = self.run_script("test", *arguments)
            self.assertEqual(code, 2)
            self.assertIn(text, told)
        self.assertEqual(self.calls(), [])

    def test_quick_builds_and_runs_all_of_one_round(self):
        self.assertEqual(self.run_script("test", "--quick")[0], 0)
        self.assertEqual(self.built("build"), [["tests"]])
        self.assertEqual(len(self.ran("build")), 1)
        self.assertNotIn("-R", self.ran("build")[0].split())
        self.assertEqual(self.built("build-asan"), [])

    def test_only_what_the_tests_need_is_built(self):
        self.assertEqual(self.run_script("test", "--quick", "-R", "st")[0], 0)
        expected = ["folds_test", "followship", "node", "stores"]
        self.assertEqual(self.built("build"), [expected])
        self.assertIn("-R st", self.ran("build")[0])

    def test_all_is_built_for_a_test_without_targets(self):
        self.assertEqual(self.run_script("test", "--quick", "-R", "odd")[0], 0)
        self.assertEqual(self.built("build"), [["tests"]])

    def test_round_without_such_a_test_is_skipped(self):
        code, _, told = self.run_script("test", "-R", "folds")
        self.assertEqual(code, 0)
        for folder, count in (
            ("build", 1), ("build-asan", 1), ("build-tsan", 0), ("build-fuzz", 0)
        ):
            self.assertEqual(len(self.ran(folder)), count, folder)
        self.assertEqual(told.count('no test of this round matches "folds"'), 2)

    def test_word_that_no_test_has_is_an_error(self):
        for options in (["--quick"], []):
            code, _, told = self.run_script("test", *options, "-R", "typo")
            self.assertEqual(code, 1)
            self.assertIn('test: no test matches "typo"; ', told)
        self.assertEqual(self.ran("build"), [])
        self.assertEqual(self.built("build"), [])

    def test_expression_that_ctest_does_not_understand_is_an_error(self):
        code, _, told = self.run_script("test", "--quick", "-R", "(")
        self.assertEqual(code, 1)
        self.assertIn("Unmatched parentheses", told)
        self.assertIn("test: failed: release", told)
        self.assertEqual(self.ran("build"), [])

    def test_bench_refuses_an_option_before_it_builds(self):
        (self.root / "bench").symlink_to(TREE / "bench")
        code, shown, _ = self.run_script("bench", "--help")
        self.assertEqual(code, 0)
        self.assertIn("--quick", shown)
        for option in ("--no-such-option", "--only=nothing", "nothing"):
            code, _, told = self.run_script("bench", option)
            self.assertEqual(code, 2)
            self.assertIn("usage: scripts/bench", told)
        self.assertEqual(self.calls("cmake"), [])


class Labels(unittest.TestCase):
    def test_every_test_names_targets_that_there_are(self):
        shown = subprocess.run(
            ["ctest", "--test-dir", BUILD, "--show-only=json-v1"],
            stdout=subprocess.PIPE,
            check=True,
        )
        targets = set()
        for test in json.loads(shown.stdout)["tests"]:
            properties = {x["name"]: x["value"] for x in test["properties"]}
            with self.subTest(test["name"]):
                self.assertIn("LABELS", properties)
            targets.update(properties.get("LABELS", []))
        subprocess.run(
            ["ninja", "-C", BUILD, "-n", *sorted(targets)],
            stdout=subprocess.DEVNULL,
            check=True,
        )


if __name__ == "__main__":
    unittest.main()
