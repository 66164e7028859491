# SPDX-License-Identifier: Apache-2.0
"""A sweep on a real Dask cluster: a scheduler and workers as processes of their own, on loopback."""
import collections
import fcntl
import importlib.util
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import PATIENCE, PROGRAM, ROOT  # noqa: E402
from test_sweeps import SweepTest, ids, journal  # noqa: E402

SCRIPT = ROOT / "scripts/sweep_dask.py"


def command(*arguments):
    return [sys.executable, str(SCRIPT), *map(str, arguments), "--shardsim", PROGRAM]


class Messages(SweepTest):
    def test_help(self):
        done = subprocess.run([sys.executable, str(SCRIPT), "--help"], capture_output=True, text=True, check=True)
        self.assertIn("example:", done.stdout)

    def test_without_the_package(self):
        hidden = self.folder / "distributed.py"
        hidden.write_text("raise ImportError\n")
        done = subprocess.run(
            command(self.sweep(), "--out", self.folder / "out"),
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONPATH": str(self.folder)},
        )
        self.assertEqual(done.returncode, 2)
        self.assertIn("apt-get install python3-distributed", done.stderr)


class Task(SweepTest):
    def test_what_a_lost_worker_left_counts_for_nothing(self):
        # It was killed while it removed its folder: the journal is there, the results are gone.
        sys.path.insert(0, str(SCRIPT.parent))
        self.addCleanup(sys.path.remove, str(SCRIPT.parent))
        spec = importlib.util.spec_from_file_location("sweep_dask", SCRIPT)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        file, left = self.sweep(values=[1, 2]), self.folder / "task"
        self.run_to("task", file, "--only", "0,1")
        shutil.rmtree(left / "points")
        lines, results = script.run_points(PROGRAM, [str(file)], str(self.folder), [0, 1], str(left))
        self.assertEqual(len(lines), 2)
        self.assertEqual(set(results), {json.loads(line)["id"] for line in lines})


@unittest.skipIf(importlib.util.find_spec("distributed") is None, "skipped: python3-distributed missing")
class Dask(SweepTest):
    def start(self, module, *arguments):
        log = (self.folder / f"{module}.log").open("a")
        self.addCleanup(log.close)
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--host", "127.0.0.1", "--no-dashboard"],
            stdout=log,
            stderr=log,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def cluster(self, workers):
        """The scheduler's address, and the workers."""
        file = self.folder / "scheduler.json"
        self.start("dask_scheduler", "--port", "0", "--scheduler-file", str(file))
        self.wait_for(file.exists)
        address = json.loads(file.read_text())["address"]
        return address, [
            self.start("dask_worker", address, "--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder))
            for _ in range(workers)
        ]

    def wait_for(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end, "nothing happens")
            time.sleep(0.02)

    def finish(self, process):
        out, errors = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0, errors[-2000:])
        return out + errors

    def begin(self, *arguments):
        return subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_a_killed_worker_changes_nothing(self):
        address, workers = self.cluster(3)
        for queries in (20_000, 100_000):  # longer, where this was held up until the sweep was done
            file, out = self.sweep(values=range(1, 31), queries=queries), self.folder / f"out{queries}"
            process = self.begin(file, "--out", out, "--scheduler", address, "--chunk", 2)
            self.wait_for(lambda: len(journal(out)) >= 20 or process.poll() is not None)
            workers.pop().kill()
            in_time = process.poll() is None and len(journal(out)) < 58
            self.finish(process)
            if in_time:
                break
        self.assertTrue(in_time, "it was over before the worker was killed")
        whole = self.run_to("whole", file)
        self.assert_same_tables(whole, out)
        self.assertEqual(set(collections.Counter(ids(out)).values()), {1})
        self.assertEqual(len(ids(out)), 60)
        self.assertEqual([path for path in self.folder.iterdir() if path.name.startswith(".out")], [])

    def test_workers_on_this_machine_and_going_on_with_either(self):
        file, out = self.sweep(values=range(1, 7)), self.folder / "out"
        self.run_to("out", self.sweep(name="short.json", values=[1, 2]))
        self.assertIn("8 points to run", self.finish(self.begin(file, "--out", out, "--workers", 2)))
        whole = self.run_to("whole", file)
        self.assert_same_tables(whole, out)
        self.assertIn("12 of 12 points are done", self.succeed("sweep", file, "--out", out).stderr)
        self.assertIn("0 points to run", self.finish(self.begin(file, "--out", out)))

    def test_killed_it_goes_on(self):
        file, out = self.sweep(values=range(1, 31), queries=20_000), self.folder / "out"
        address, _ = self.cluster(2)
        process = self.begin(file, "--out", out, "--scheduler", address, "--chunk", 1)
        self.wait_for(lambda: len(journal(out)) >= 10 or process.poll() is not None)
        process.kill()
        process.communicate()
        with (out / "journal.jsonl").open("ab") as torn:
            torn.write(b'{"id":"torn')
        self.finish(self.begin(file, "--out", out, "--scheduler", address))
        self.assertEqual(len(ids(out)), len(set(ids(out))), 60)
        self.assert_same_tables(self.run_to("whole", file), out)

    def test_ctrl_c_is_one_line(self):
        file, out = self.sweep(values=range(1, 31), queries=20_000), self.folder / "out"
        # A session of its own, all of which gets the signal, as from a terminal.
        process = subprocess.Popen(
            command(file, "--out", out, "--workers", 2, "--chunk", 1),
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.wait_for(lambda: len(journal(out)) >= 4 or process.poll() is not None)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1, errors)
        self.assertEqual(errors.splitlines()[1:], ["sweep_dask.py: interrupted; the same command goes on from there"])
        self.assertIn("points are done already", self.succeed("sweep", file, "--out", out).stderr)

    def test_mistakes_are_told_in_one_line(self):
        file, out = self.sweep(), self.folder / "out"
        for code, text, arguments in ((2, "does not exist|cannot be opened", [self.folder / "none.json", "--out", out]),
                                      (2, "another sweep", [file, "--out", self.run_to("other", file, "--seed", "5", "--set", "seed=7")]),
                                      (2, "cannot be reached", [file, "--out", out, "--scheduler", "nonsense://here"])):  # fmt: skip
            done = subprocess.run(command(*arguments), capture_output=True, text=True, check=False, timeout=PATIENCE)
            self.assertEqual(done.returncode, code, done.stderr)
            last = done.stderr.splitlines()[-1]
            self.assertTrue(last.startswith("sweep_dask.py: error: "), done.stderr)
            self.assertRegex(last, text)
        with (out / "journal.jsonl").open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            done = subprocess.run(
                command(file, "--out", out), capture_output=True, text=True, check=False, timeout=PATIENCE
            )
            self.assertEqual(done.returncode, 1)
            self.assertIn("in use by another", done.stderr)
