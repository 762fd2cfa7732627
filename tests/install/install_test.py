#!/usr/bin/env python3
"""Goal: what `cmake --install` puts into a prefix is all that a program needs,
and shows it no library that it does not use.

Method: installs the build that the environment names in PROJECTIONS_BUILD into
an empty prefix, looks through the headers and compiles each of them alone and with
all others, and builds and runs programs against it that know nothing of this tree:
that of the README, the embedding examples with the CMake package and, where there is
a pkg-config, by hand; and one that opens stores and views by name.
Compiler and CAF are those of the build.
"""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

TREE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["PROJECTIONS_BUILD"])
CMAKE = os.environ["PROJECTIONS_CMAKE"]
COMPILER = os.environ["PROJECTIONS_COMPILER"]
PREFIX_PATH = os.environ["PROJECTIONS_PREFIX_PATH"].replace(":", ";")
SQLITE = os.environ["PROJECTIONS_SQLITE"] == "ON"
POSTGRESQL = os.environ["PROJECTIONS_POSTGRESQL"] == "ON"

# A folder that stays the same, so that the compiler cache knows what is built.
WORK = BUILD / "install_test"
PREFIX = WORK / "prefix"
HEADERS = PREFIX / "include" / "projections"
INCLUDE = re.compile(r'^#\s*include [<"]([^>"]+)[>"]', re.MULTILINE)


def run(*command, **options):
    """Runs a command and returns what it prints. Says all of it on failure."""
    done = subprocess.run(
        [str(x) for x in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        **options,
    )
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def build(source, name, *options):
    """Configures and builds a project against the prefix. Returns where."""
    folder = WORK / name
    options = [
        *options,
        f"-DCMAKE_PREFIX_PATH={PREFIX};{PREFIX_PATH}",
        f"-DCMAKE_CXX_COMPILER={COMPILER}",
        "-DCMAKE_BUILD_TYPE=",
    ]
    if shutil.which("ccache"):
        options.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
    run(CMAKE, "-G", "Ninja", "-S", source, "-B", folder, *options)
    run(CMAKE, "--build", folder)
    return folder


class InstalledPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        run(CMAKE, "--install", BUILD, "--prefix", PREFIX)

    def test_headers_are_those_of_the_list_and_need_no_library_that_is_not_used(self):
        listed = run(TREE / "scripts" / "check_includes", "--list-public").split("\n")
        wanted = {x.split(" ")[0] for x in listed if x}
        if not SQLITE:
            wanted = {x for x in wanted if not x.startswith("storage/sqlite/")}
        if not POSTGRESQL:
            wanted = {x for x in wanted if not x.startswith("storage/postgres/")}
        headers = sorted(HEADERS.rglob("*.hpp"))
        self.assertEqual({str(x.relative_to(HEADERS)) for x in headers}, wanted)
        for header in headers:
            backend = header.name.split("_")[0]
            for name in INCLUDE.findall(header.read_text("utf-8")):
                with self.subTest(header=header.name, include=name):
                    self.assertNotRegex(name, "rapidjson|xxhash|openssl|spdlog|boost/test")
                    if header.name == "open_view.hpp" and self.is_of_backend(name):
                        continue
                    if backend != "sqlite":
                        self.assertNotRegex(name, "(?i)sqlite")
                    if backend != "postgres":
                        self.assertNotRegex(name, "postgres|pqxx|libpq")

    def test_every_header_compiles_alone_and_with_all_others(self):
        backends = ["sqlite"] * SQLITE + ["postgres"] * POSTGRESQL
        build(
            TREE / "tests" / "install" / "public_headers", "public_headers",
            f"-DHEADERS={HEADERS}", f"-DBACKENDS={';'.join(backends)}",
        )

    def is_of_backend(self, name):
        """Returns whether an include is that of a recorder, as the header has one
        for every backend, of which the compiler takes those that are built."""
        recorders = {"sqlite": SQLITE, "postgres": POSTGRESQL}
        for backend, is_built in recorders.items():
            if name == f"projections/storage/{backend}/{backend}_recorder.hpp":
                self.assertEqual((HEADERS.parent / name).is_file(), is_built)
                return True
        return False

    def test_only_backends_that_are_built_are_installed(self):
        self.assertEqual({x.name for x in (PREFIX / "include").iterdir()}, {"projections"})
        for backend, is_built in (("sqlite", SQLITE), ("postgres", POSTGRESQL)):
            found = [x for x in PREFIX.rglob("*") if x.name.find(backend) >= 0]
            self.assertEqual(bool(found), is_built, found)

    def test_tests_and_measurements_are_not_installed(self):
        programs = {x.name for x in (PREFIX / "bin").iterdir()}
        self.assertEqual(programs, {"projection-node"})
        named = [x for x in PREFIX.rglob("*") if re.search("test|bench", x.name)]
        self.assertEqual(named, [])

    def test_embedding_examples_are_built_against_the_package_and_run(self):
        folder = build(TREE / "examples" / "embedding", "embedding")
        listed = run("ctest", "--test-dir", folder, "--output-on-failure")
        self.assertRegex(listed, "embedding_typed_requests .*Passed")
        self.assertRegex(listed, "embedding_own_projection .*Passed")

    def test_program_of_the_readme_is_built_against_the_package_and_runs(self):
        text = (TREE / "README.md").read_text("utf-8")
        source = WORK / "readme-source"
        source.mkdir()
        for name, language, part in (
            ("app.cpp", "cpp", "int main()"),
            ("CMakeLists.txt", "cmake", "add_executable(app "),
        ):
            blocks = re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.M)
            (source / name).write_text(next(x for x in blocks if part in x), "utf-8")
        self.assertEqual(run(build(source, "readme") / "app"), "Ada in London\n")

    def test_stores_and_views_are_opened_by_name_with_the_backends(self):
        folder = build(TREE / "tests" / "install" / "backends", "backends")
        program = folder / "open_by_name"
        self.assertEqual(run(program, "memory:"), "0 0\n")
        name = f"sqlite:{folder}/events.sqlite"
        if SQLITE:
            self.assertEqual(run(program, name), "0 0\n")
        else:
            with self.assertRaisesRegex(AssertionError, "SQLite"):
                run(program, name)

    @unittest.skipUnless(shutil.which("pkg-config"), "there is no pkg-config")
    def test_pkg_config_tells_how_to_compile_and_link(self):
        file = next(PREFIX.rglob("projections.pc"))
        flags = run(
            "pkg-config", "--cflags", "--libs", "projections",
            env={**os.environ, "PKG_CONFIG_PATH": str(file.parent)},
        ).split()
        source = TREE / "examples" / "embedding" / "own_projection.cpp"
        program = WORK / "own_projection"
        run(COMPILER, source, "-o", program, *flags)
        # CAF may lie where the system does not look for libraries.
        places = {str(pathlib.Path(x).parent) for x in flags if ".so" in x}
        printed = run(program, env={**os.environ, "LD_LIBRARY_PATH": ":".join(places)})
        expected = source.with_suffix(".expected").read_text("utf-8")
        self.assertEqual(printed, expected)


if __name__ == "__main__":
    unittest.main()
