# SPDX-License-Identifier: Apache-2.0
"""Runs the program for the tests."""
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("SHARDSIM", str(ROOT / "build/release/shardsim"))
# The sanitizers need address space and time of their own.
SANITIZED = any(word in pathlib.Path(PROGRAM).read_bytes() for word in (b"__asan_init", b"__tsan_init"))


PATIENCE = 300 if SANITIZED else 60  # seconds


def shardsim(*arguments, cwd=ROOT, timeout=PATIENCE):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, capture_output=True, timeout=timeout, check=False, encoding="utf-8", errors="replace")


class ProgramTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def succeed(self, *arguments, **options):
        done = shardsim(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def refuse(self, *arguments, **options):
        """Bad input: exit code 2, one line of error, no result."""
        done = shardsim(*arguments, **options)
        self.assertEqual(done.returncode, 2, f"{arguments}: {done.stderr[:500]}")
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr[:2000])
        self.assertTrue(done.stderr.startswith("shardsim: "), done.stderr[:200])
        self.assertLess(len(done.stderr), 1200)
        return done.stderr
