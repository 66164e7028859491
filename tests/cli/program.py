# SPDX-License-Identifier: Apache-2.0
"""Runs the program for the tests."""
import os
import pathlib
import pty
import resource
import signal
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("SHARDSIM", str(ROOT / "build/release/shardsim"))
# The sanitizers need address space and time of their own.
SANITIZED = any(word in pathlib.Path(PROGRAM).read_bytes() for word in (b"__asan_init", b"__tsan_init"))


PATIENCE = 1200  # seconds after which something hangs: no measure of speed, as the machine may be busy


def of_the_cpu(seconds):
    """For preexec_fn: what must be quick is bounded in time of the CPU, which other work on the machine does not use up."""
    seconds = seconds * (10 if SANITIZED else 1)
    return lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def shardsim(*arguments, cwd=ROOT, timeout=PATIENCE, cpu_seconds=None):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, capture_output=True, timeout=timeout, check=False, encoding="utf-8", errors="replace",
                          preexec_fn=of_the_cpu(cpu_seconds) if cpu_seconds else None)  # fmt: skip


def on_a_terminal(*arguments, interrupt=False, **options):
    """Runs the program with a terminal for its errors, and shows progress from the start. Interrupted once it shows some, if
    asked to: however long that takes. Returns (exit code, what the terminal got)."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"SHARDSIM_PROGRESS_AFTER": "0"}
    process = subprocess.Popen(
        [PROGRAM, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=theirs, env=environment, **options
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            block = os.read(ours, 65536)
        except OSError:
            break  # the program's end is closed
        if not block:
            break
        seen += block
        if interrupt and b" %" in seen:
            process.send_signal(signal.SIGINT)
            interrupt = False
    os.close(ours)
    return process.wait(timeout=PATIENCE), seen.decode(errors="replace")


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
