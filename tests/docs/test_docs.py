# SPDX-License-Identifier: Apache-2.0
"""Runs every command of the README and the docs, in a copy of what they need; the large experiments with fewer queries."""
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("SHARDSIM", str(ROOT / "build/release/shardsim"))
COPIED = [
    "models",
    "topologies",
    "workloads",
    "scripts",
    "tests/bench",
    "tests/crosscheck",
    "tests/real",
    "docs/examples",
    "docs/validation",
]
NOT_RUN_HERE = ["scripts/quickstart", "scripts/test"]  # they are what runs this test
if b"__asan_init" in pathlib.Path(PROGRAM).read_bytes():
    NOT_RUN_HERE.append("build/release/shardsim validate")  # a test of its own, and slow there
if importlib.util.find_spec("distributed") is None:  # a package of the tests: scripts/lib/setup.sh
    NOT_RUN_HERE += ["/usr/bin/python3 scripts/sweep_dask.py", "cmp out/dask/"]
# What makes a command quick; the first that fits counts.
FEWER = {
    r"traffic\.queries": "",  # says itself how many
    r"shardsim sweep .*--out": " --set traffic.queries=150 --set traffic.warmup=10",
    r"shardsim validate --only": " --quick",
    r"shardsim validate --quick": " --only 'mm*'",  # the whole is a test of its own
    r"scripts/paper\.py .*--out": " --queries 300 --only 'round trip'",
}


def commands(page):
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
        for line in block.splitlines():
            line = line.split("  #")[0].strip()
            if line and not line.startswith(tuple(NOT_RUN_HERE)):
                yield line


def pages():
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def shortened(command):
    return command + next((fewer for pattern, fewer in FEWER.items() if re.search(pattern, command)), "")


class Docs(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        for name in COPIED:
            shutil.copytree(ROOT / name, self.folder / name)
        (self.folder / "build/release").mkdir(parents=True)
        (self.folder / "out").mkdir()
        (self.folder / "build/release/shardsim").symlink_to(PROGRAM)

    def test_every_command_runs(self):
        count = 0
        for page in pages():
            for command in commands(page):
                with self.subTest(page=page.name, command=command):
                    done = subprocess.run(
                        shortened(command),
                        shell=True,
                        cwd=self.folder,
                        capture_output=True,
                        text=True,
                        timeout=1200,
                        check=False,
                    )
                    self.assertEqual(done.returncode, 0, done.stdout[-500:] + done.stderr[-1500:])
                count += 1
        self.assertGreater(count, 20)

    def test_the_table_of_figures_is_what_the_program_says(self):
        done = subprocess.run([PROGRAM, "list", "figures"], capture_output=True, text=True, check=True)
        page = (ROOT / "docs/metrics.md").read_text()
        table = re.search(r"\n## Figures\n.*?\|---\|---\|---\|\n(.*?)\n\n", page, re.DOTALL)[1]
        self.assertEqual(table.splitlines(), done.stdout.splitlines())

    def test_links_lead_somewhere(self):
        for page in [
            *ROOT.glob("*.md"),
            *(ROOT / "docs").rglob("*.md"),
            *(ROOT / "tests").glob("*.md"),
            *(ROOT / "workloads").rglob("*.md"),
        ]:
            for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
                if not target.startswith("http"):
                    self.assertTrue((page.parent / target).exists(), f"{page.name}: {target}")
