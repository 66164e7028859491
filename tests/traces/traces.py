# SPDX-License-Identifier: Apache-2.0
"""What the tests of the trace scripts share."""

import functools
import json
import os
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = Path(__file__).resolve().parent / "samples"
PROGRAM = os.environ.get("SHARDSIM")  # with it, the program must take whatever is converted
REAL_FILES = Path(os.environ.get("SHARDSIM_SHARED_DATA") or ROOT.parent / "shared" / "data")


def run(script, *arguments, environment=None):
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / script, *map(str, arguments)], capture_output=True, text=True, check=False,
        timeout=1200, env=os.environ | (environment or {}),
    )  # fmt: skip


@functools.cache
def takes_traces():
    """Whether there is a program and it has the command."""
    return (
        bool(PROGRAM) and not subprocess.run([PROGRAM, "trace", "--help"], capture_output=True, check=False).returncode
    )


class Tests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def path(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def trace(self, script, *arguments, environment=None):
        """(header, records), of which every rule of docs/traces.md holds; times become exact seconds."""
        done = run(script, *arguments, environment=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.notes = done.stderr
        lines = done.stdout.splitlines()
        header, *records = (json.loads(line, parse_float=Fraction) for line in lines)
        self.check(header, records)
        if takes_traces():
            self.taken_by_program(self.path("taken.jsonl", done.stdout), len(records))
        return header, records

    def check(self, header, records):
        allowed = {"format", "version", "time_unit", "items", "detail", "tables", "provenance"}
        self.assertLessEqual(set(header), allowed)
        self.assertEqual((header["format"], header["version"], header["time_unit"]), ("shardsim-trace", 1, "us"))
        self.assertEqual("tables" in header, header["detail"] != "none")
        self.assertTrue(all(isinstance(text, str) for text in header["provenance"].values()))
        sizes = {table["name"]: table.get("rows", 2**63) for table in header.get("tables", [])}
        self.assertEqual(len(sizes), len(header.get("tables", [])))
        keys = {"t"} | ({"items"} if header["items"] else set())
        keys |= {"none": set(), "counts": {"lookups"}, "rows": {"rows"}}[header["detail"]]
        last = 0
        for record in records:
            self.assertEqual(set(record), keys)
            self.assertGreaterEqual(record["t"], last)
            last = record["t"]
            for name, rows in record.get("rows", {}).items():
                self.assertTrue(rows and all(0 <= row < sizes[name] for row in rows), name)
            for name, count in record.get("lookups", {}).items():
                self.assertTrue(name in sizes and count > 0, name)
        self.assertEqual(records[0]["t"], 0)

    def taken_by_program(self, path, count):
        done = subprocess.run(
            [PROGRAM, "trace", "info", path, "--format", "json"],
            capture_output=True, text=True, check=False, timeout=1200,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["arrivals"]["queries"], count)

    def refused(self, script, arguments, *parts, environment=None, code=2):
        """One line without a traceback; each of `parts` is in it."""
        done = run(script, *arguments, environment=environment)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)


def seconds(records):
    return [float(record["t"]) / 1e6 for record in records]
