# SPDX-License-Identifier: Apache-2.0
"""Sweeps that survive anything: the journal, going on after kill -9, parts and their merge."""
import collections
import contextlib
import fcntl
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import PATIENCE, PROGRAM, ROOT, ProgramTest, shardsim  # noqa: E402

SCENARIO = ROOT / "tests/invalid/base/scenario.json"
KILLS = int(os.environ.get("SHARDSIM_KILLS", "5"))  # fifty in a test of their own, `kills`


def sound(line):
    """A line of the journal as anyone may check it; None if it is damaged."""
    text, mark, check = line.rpartition(b',"crc32":"')
    if not mark or not line.endswith(b'"}\n') or f"{zlib.crc32(text):08x}".encode() != check[:8]:
        return None
    return json.loads(line)


def journal(out):
    file = out / "journal.jsonl"
    lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
    return [entry for entry in map(sound, lines) if entry]


def ids(out):
    return [entry["id"] for entry in journal(out)]


class SweepTest(ProgramTest):
    def sweep(self, name="sweep.json", values=(1, 2, 3), queries=200, **changes):
        spec = {"base": str(SCENARIO), "axes": [
            {"name": "cores", "path": "cluster.main.platform.cores", "values": [1, 2]},
            {"path": "seed", "values": list(values)},
            {"path": "traffic.queries", "values": [queries]}],
            "baseline": {"cores": "1"}}  # fmt: skip
        spec.update(changes)
        file = self.folder / name
        file.write_text(json.dumps(spec))
        return file

    def run_to(self, name, *arguments):
        """The folder of a finished sweep."""
        out = self.folder / name
        self.succeed("sweep", *arguments, "--out", out)
        return out

    def fails(self, *arguments, **options):
        """Not bad input but a failed run: exit code 1 and one line."""
        done = shardsim(*arguments, **options)
        self.assertEqual(done.returncode, 1, done.stderr[:500])
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr[:1000])
        return done.stderr

    def assert_same_tables(self, one, other):
        for name in ("sweep.csv", "sweep.json"):
            self.assertEqual((one / name).read_bytes(), (other / name).read_bytes(), name)
        for file in one.glob("points/*/result.json"):
            self.assertEqual(file.read_bytes(), (other / file.relative_to(one)).read_bytes())


class Resume(SweepTest):
    def test_killed_at_any_moment_it_ends_the_same_and_runs_no_point_twice(self):
        file = self.sweep(values=range(1, 6 * KILLS + 1), queries=1500)
        whole = self.run_to("whole", file)
        out = self.folder / "killed"
        chance = random.Random(7)
        last_size = kills = done = 0
        journal_file = out / "journal.jsonl"
        while kills < KILLS:
            self.assertLess(done, 10, "killed too seldom")
            process = subprocess.Popen([PROGRAM, "sweep", file, "--out", out, "--jobs", "2"], stderr=subprocess.DEVNULL)
            wanted = last_size + chance.choice([0, 1, 500, 20_000, 100_000])
            while process.poll() is None and (not journal_file.exists() or journal_file.stat().st_size < wanted):
                time.sleep(0.0005)
            time.sleep(chance.uniform(0, 0.02))
            process.kill()
            if process.wait() == 0:  # this test was held up, and the sweep was not: once more
                self.assert_same_tables(whole, out)
                shutil.rmtree(out)
                done += 1
            else:
                kills += 1
            last_size = journal_file.stat().st_size if journal_file.exists() else 0
        self.assertGreater(len(journal(out)) + done * 12 * KILLS, kills / 2)
        self.succeed("sweep", file, "--out", out)
        self.assert_same_tables(whole, out)
        self.assertEqual(set(collections.Counter(ids(out)).values()), {1})
        self.assertEqual(len(ids(out)), 12 * KILLS)

    def test_a_finished_sweep_runs_nothing(self):
        file = self.sweep()
        out = self.run_to("out", file)
        before = {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
        done = self.succeed("sweep", file, "--out", out)
        self.assertIn("6 of 6 points are done already, 0 to run", done.stderr)
        self.assertEqual(before, {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()})

    def test_a_torn_or_changed_line_is_dropped_and_its_point_runs_again(self):
        file = self.sweep()
        out = self.run_to("out", file)
        table = (out / "sweep.csv").read_bytes()
        lines = (out / "journal.jsonl").read_bytes().splitlines(keepends=True)
        changed = lines[1].replace(b'"completed":200', b'"completed":201')
        for what, text in {"torn": b"".join(lines)[:-7], "end of line lost": b"".join(lines)[:-1],
                           "half": b"".join(lines[:4]) + lines[4][: len(lines[4]) // 2],
                           "changed": b"".join([lines[0], changed, *lines[2:]]),
                           "noise": b"".join(lines[:5]) + b"\0\xff\n" + lines[5] + b"\0" * 4096}.items():  # fmt: skip
            with self.subTest(what):
                (out / "journal.jsonl").write_bytes(text)
                done = self.succeed("sweep", file, "--out", out)
                self.assertIn("dropped", done.stderr)
                self.assertEqual((out / "sweep.csv").read_bytes(), table)
                self.assertEqual(len(set(ids(out))), 6)
                self.assertIsNotNone(sound((out / "journal.jsonl").read_bytes().splitlines(keepends=True)[-1]))

    def test_what_is_new_on_an_axis_runs_alone(self):
        out = self.run_to("out", self.sweep(values=[1, 3]))
        first = set(ids(out))
        longer = self.sweep(values=[1, 2, 3, 4])
        done = self.succeed("sweep", longer, "--out", out)
        self.assertIn("4 of 8 points are done already, 4 to run", done.stderr)
        self.assertEqual(len(ids(out)), 8)
        self.assertLess(first, set(ids(out)))
        self.assert_same_tables(self.run_to("fresh", longer), out)

    def test_a_replication_is_a_point_of_an_axis(self):
        axis = {"path": "replication", "values": [0, 1]}
        out = self.run_to("out", self.sweep(axes=[axis], baseline={}))
        axis["values"].append(2)
        self.assertIn(
            "2 of 3 points are done", self.succeed("sweep", self.sweep(axes=[axis], baseline={}), "--out", out).stderr
        )

    def test_a_baseline_added_later_runs_what_cannot_be_compared(self):
        out = self.run_to("out", self.sweep(baseline={}))
        file = self.sweep()
        self.succeed("sweep", file, "--out", out)
        self.assert_same_tables(self.run_to("fresh", file), out)

    def test_points_are_known_by_their_content_not_by_their_files(self):
        trace = self.folder / "here" / "arrivals.csv"
        trace.parent.mkdir()
        trace.write_text("arrival_s\n" + "".join(f"{i / 100}\n" for i in range(200)))
        arrivals = {"type": "trace", "file": "here/arrivals.csv"}
        axes = [{"path": "seed", "values": [1, 2]}]
        base = json.loads(SCENARIO.read_text()) | {"seed": 1}
        for key in ("model", "topology"):
            base[key] = str(SCENARIO.parent / base[key])
        base["cluster"] = {role: {"platform": str(SCENARIO.parent / "platform.json")} for role in ("main", "sparse")}
        base["traffic"]["arrivals"] = arrivals
        out = self.run_to("out", self.sweep(base=base, axes=axes, baseline={}))
        trace.rename(self.folder / "moved.csv")
        arrivals["file"] = "moved.csv"
        self.assertIn(
            "2 of 2 points are done",
            self.succeed("sweep", self.sweep(base=base, axes=axes, baseline={}), "--out", out).stderr,
        )
        with (self.folder / "moved.csv").open("a") as file:
            file.write("3\n")
        self.assertIn(
            "another sweep", self.refuse("sweep", self.sweep(base=base, axes=axes, baseline={}), "--out", out)
        )

    def test_points_of_the_same_content_run_once(self):
        axes = [{"name": "a", "variants": {"x": {"seed": 1}, "y": {"seed": 1}, "z": {"seed": 2}}}]
        out = self.run_to("out", self.sweep(axes=axes, baseline={}))
        self.assertEqual(len(ids(out)), 2)
        rows = (out / "sweep.csv").read_text().splitlines()[1:]
        self.assertEqual(rows[0].split(",", 1)[1], rows[1].split(",", 1)[1])

    def test_the_table_is_the_one_on_standard_output(self):
        file = self.sweep()
        self.assertEqual((self.run_to("out", file) / "sweep.csv").read_text(), self.succeed("sweep", file).stdout)

    def test_another_sweep_is_not_overwritten(self):
        file = self.sweep()
        out = self.run_to("out", file)
        self.assertIn(
            "--force",
            self.refuse("sweep", file, "--seed", "5", "--set", "traffic.queries=10", "--out", out, "--set", "seed=9"),
        )
        self.succeed("sweep", file, "--set", "seed=9", "--out", out, "--force")
        self.assertEqual(len(ids(out)), 2)
        (out / "journal.jsonl").unlink()
        self.assertIn("without a journal", self.refuse("sweep", file, "--out", out))


class Interrupt(SweepTest):
    def stopped(self, stop, file, out):
        """False when the sweep was done before the signal came."""
        before = len(journal(out))
        process = subprocess.Popen(
            [PROGRAM, "sweep", file, "--out", out, "--jobs", "1"], stderr=subprocess.PIPE, text=True
        )
        while len(journal(out)) < before + 2 and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(stop)
        _, errors = process.communicate(timeout=PATIENCE)
        done = len(journal(out))
        if process.returncode == 0 and done == 60:
            return False
        self.assertEqual(process.returncode, 1, errors)
        self.assertLess(done, 60)
        self.assertIn(f"interrupted; {done} of 60 points are done, and the same command goes on", errors)
        return True

    def test_ctrl_c_says_how_to_go_on(self):
        out = self.folder / "out"
        for queries in (20_000, 100_000):  # longer, where this was held up until the sweep was done
            file = self.sweep(values=range(1, 31), queries=queries)
            if all(self.stopped(stop, file, out) for stop in (signal.SIGINT, signal.SIGTERM)):
                break
            shutil.rmtree(out)
        self.succeed("sweep", file, "--out", out)
        self.assertEqual(len(ids(out)), len(set(ids(out))), 60)
        self.assert_same_tables(self.run_to("whole", file), out)


class Failures(SweepTest):
    def failing(self):
        """Three points, of which the second ends with an error: its arrivals run backwards."""
        for name, second in (("good", 1), ("bad", -1), ("fine", 2)):
            (self.folder / f"{name}.csv").write_text(
                "arrival_s\n" + "".join(f"{5 + i * 0.1:.1f}\n" for i in range(50)) + f"{9.9 + second}\n"
            )
        values = {name: {"type": "trace", "file": f"{name}.csv"} for name in ("good", "bad", "fine")}
        return self.sweep(axes=[{"name": "day", "path": "traffic.arrivals", "values": values}], baseline={})

    def test_a_failed_point_is_recorded_and_tried_again(self):
        file, out = self.failing(), self.folder / "out"
        for attempt in (1, 2):
            done = shardsim("sweep", file, "--out", out)
            self.assertEqual(done.returncode, 1)
            self.assertIn("1 of 3 points failed", done.stderr)
            self.assertRegex(done.stderr, r"001 \(day = bad\): .*sort the arrivals")
            entries = journal(out)
            self.assertEqual(
                collections.Counter(entry["verdict"] for entry in entries), {"stable": 2, "failed": attempt}
            )
        self.assertIn("sort the arrivals", entries[-1]["error"])
        rows = [line.split(",") for line in (out / "sweep.csv").read_text().splitlines()[1:]]
        self.assertEqual(
            [(row[0], row[-1]) for row in rows], [("good", "stable"), ("bad", "failed"), ("fine", "stable")]
        )
        points = json.loads((out / "sweep.json").read_text())["points"]
        self.assertIn("sort the arrivals", points[1]["error"])
        self.assertIn("failed", self.succeed("sweep", file, "--out", out, "--list").stdout.splitlines()[1])

    def test_a_failed_point_on_standard_output(self):
        done = shardsim("sweep", self.failing())
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stdout.splitlines()), 4)

    def test_one_process_at_a_time(self):
        file = self.sweep()
        out = self.run_to("out", file)
        with (out / "journal.jsonl").open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.assertIn("in use by another shardsim", self.fails("sweep", file, "--out", out))
            self.assertEqual(len(self.succeed("sweep", file, "--out", out, "--list").stdout.splitlines()), 6)
        self.succeed("sweep", file, "--out", out)

    @contextlib.contextmanager
    def small_disk(self, kib):
        place = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        mounted = (
            os.geteuid() == 0
            and subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "none", place], capture_output=True, check=False
            ).returncode
            == 0
        )
        if not mounted:
            self.skipTest("needs to mount a small tmpfs: root only")
        try:
            yield place
        finally:
            subprocess.run(["umount", place], check=True)

    def test_a_full_disk_leaves_a_sound_journal(self):
        file = self.sweep(values=range(1, 11))
        whole = self.run_to("whole", file)
        with self.small_disk(160) as disk:
            out = disk / "out"
            message = self.fails("sweep", file, "--out", out)
            self.assertRegex(message, "cannot be written: .*space")
            done = ids(out)
            self.assertLess(len(done), 20)
            for line in (out / "journal.jsonl").read_bytes().splitlines(keepends=True):
                self.assertIsNotNone(sound(line))
            self.assertEqual([path for path in out.rglob("*.tmp") if path.is_file()], [])
            subprocess.run(["mount", "-o", "remount,size=20m", disk], check=True)
            self.succeed("sweep", file, "--out", out)
            self.assertEqual(ids(out)[: len(done)], done)
            self.assertEqual(len(ids(out)), 20)
            self.assert_same_tables(whole, out)

    def test_a_journal_that_may_not_grow_stays_sound(self):
        file = self.sweep(values=range(1, 31))
        out = self.folder / "out"
        limit = 80_000  # above any result, below the journal
        done = subprocess.run([PROGRAM, "sweep", file, "--out", out], capture_output=True, text=True, check=False,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))  # fmt: skip
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, "journal.jsonl: cannot be written: File too large")
        lines = (out / "journal.jsonl").read_bytes().splitlines(keepends=True)
        self.assertTrue(0 < len(lines) < 60 and all(map(sound, lines)))
        self.succeed("sweep", file, "--out", out)
        self.assertEqual(len(ids(out)), len(set(ids(out))), 60)

    def test_a_folder_that_cannot_be_written(self):
        file = self.sweep()
        os.chmod(self.folder, 0o755)
        locked = self.folder / "locked"
        locked.mkdir(mode=0o555)
        arguments = [PROGRAM, "sweep", file, "--out", locked / "out"]
        as_nobody = {"user": 65534} if os.geteuid() == 0 else {}
        try:
            done = subprocess.run(arguments, capture_output=True, text=True, check=False, **as_nobody)
        except PermissionError:
            self.skipTest("root may write anywhere, and nobody else may run the program")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"^shardsim: .*journal.jsonl: cannot be written: ")
        self.assertEqual(list(locked.iterdir()), [])


class List(SweepTest):
    def test_what_is_done_and_how_long_the_rest_takes(self):
        file, out = self.sweep(values=[1, 2]), self.folder / "out"
        listed = self.succeed("sweep", file, "--list", "--out", out)
        self.assertIn("4 points, 4 to run", listed.stderr)
        self.assertIn("unknown", listed.stderr)
        self.assertFalse(out.exists())
        self.succeed("sweep", file, "--out", out)
        listed = self.succeed("sweep", self.sweep(values=[1, 5, 2]), "--list", "--out", out)
        states = [line.split("  ")[4].split(" (")[0] for line in listed.stdout.splitlines()]
        self.assertEqual(states, ["done", "to run", "done"] * 2)
        self.assertRegex(listed.stderr, r"6 points, 2 to run; estimated time with --jobs \d+: [0-9.]+ s")

    def test_as_json(self):
        file, out = self.sweep(values=[1, 2]), self.folder / "out"
        self.run_to("out", file)
        listed = json.loads(
            self.succeed(
                "sweep", self.sweep(values=[1, 2, 3]), "--list", "--format", "json", "--out", out, "--jobs", "1"
            ).stdout
        )
        self.assertEqual([point["state"] for point in listed["points"]], ["done", "done", "to run"] * 2)
        self.assertEqual(listed["left"], [2, 5])
        known = [point["seconds"] for point in listed["points"] if point["seconds"] is not None]
        self.assertAlmostEqual(listed["seconds_left"], 2 * sum(known) / 4)

    def test_the_table_of_what_is_done(self):
        out = self.run_to("out", self.sweep(values=[1]))
        self.succeed("sweep", self.sweep(values=[1, 2]), "--out", out, "--table")
        self.assertEqual(
            [row.rsplit(",", 1)[1] for row in (out / "sweep.csv").read_text().splitlines()[1:]],
            ["stable", "interrupted"] * 2,
        )
        self.assertEqual(len(ids(out)), 2)


class Parts(SweepTest):
    def parts(self, file, count, *arguments):
        out = [self.folder / f"part-{i}" for i in range(1, count + 1)]
        running = [subprocess.Popen([PROGRAM, "sweep", file, "--shard", f"{i + 1}/{count}", "--out", folder, "--jobs", "1", *arguments], stderr=subprocess.DEVNULL)
                   for i, folder in enumerate(out)]  # fmt: skip
        for process in running:
            self.assertEqual(process.wait(timeout=PATIENCE), 0)
        return out

    def test_four_parts_are_the_whole(self):
        file = self.sweep(values=range(1, 12))
        whole = self.run_to("whole", file)
        parts = self.parts(file, 4)
        self.assertEqual(sorted(i for part in parts for i in ids(part)), sorted(ids(whole)))
        self.assertEqual({len(ids(part)) for part in parts}, {5, 6})
        self.assertFalse(any((part / "sweep.csv").exists() for part in parts))
        merged = self.folder / "merged"
        self.succeed("merge", merged, *parts)
        self.assert_same_tables(whole, merged)
        self.assertIn("22 of 22 points are done", self.succeed("sweep", file, "--out", merged).stderr)
        self.assertIn("--force", self.refuse("merge", merged, *parts))
        self.succeed("merge", merged, *reversed(parts), "--force")
        self.assert_same_tables(whole, merged)

    def test_results_name_their_files_from_where_they_are_merged_to(self):
        (self.folder / "day.csv").write_text("arrival_s\n" + "".join(f"{i / 100}\n" for i in range(200)))
        axes = [
            {"path": "seed", "values": [1, 2]},
            {"name": "day", "path": "traffic.arrivals", "values": {"one": {"type": "trace", "file": "day.csv"}}},
        ]
        file = self.sweep(axes=axes, baseline={})
        merged = self.folder / "a/b/merged"
        self.succeed("merge", merged, *self.parts(file, 2))
        self.assert_same_tables(self.run_to("a/b/whole", file), merged)

    def test_points_by_number(self):
        file = self.sweep(values=range(1, 6))
        whole = self.run_to("whole", file)
        parts = []
        for only in ("0,3-5", "1-2,9,8", "6-7"):
            parts.append(self.folder / only)
            self.succeed("sweep", file, "--only", only, "--out", parts[-1])
        self.succeed("merge", self.folder / "merged", *parts)
        self.assert_same_tables(whole, self.folder / "merged")
        for only in ("10", "1,x", "3-1", "", "-1"):
            self.assertIn("--only", self.refuse("sweep", file, f"--only={only}", "--out", self.folder / "bad"))

    def test_parts_that_do_not_fit(self):
        file = self.sweep(values=range(1, 4))
        parts = self.parts(file, 3)
        merged = self.folder / "merged"
        self.assertIn("lack 2 of 6 points: ", self.refuse("merge", merged, *parts[:2]))
        other = self.run_to("other", file, "--set", "traffic.queries=150")
        self.assertIn("of another sweep than", self.refuse("merge", merged, *parts, other))
        self.assertIn("holds no sweep.json", self.refuse("merge", merged, *parts, self.folder / "nothing"))
        self.assertIn("is one of the parts", self.refuse("merge", parts[0], *parts, "--force"))
        self.assertIn("PART", self.refuse("merge", merged))
        (parts[2] / "journal.jsonl").unlink()
        self.assertIn("lack 2 of 6", self.refuse("merge", merged, *parts))
        (parts[2] / "sweep.json").write_text("{}")
        self.assertIn("is not what", self.refuse("merge", merged, *parts))
        self.assertFalse(merged.exists())

    def test_shards_are_checked(self):
        file = self.sweep()
        for text in ("0/4", "5/4", "1", "a/b", "1/0", "1/2/3", "-1/4"):
            self.assertIn("--shard", self.refuse("sweep", file, f"--shard={text}", "--out", self.folder / "out"))
        self.assertIn("--out", self.refuse("sweep", file, "--shard", "1/2"))
        self.assertIn(
            "exclude each other",
            self.refuse("sweep", file, "--shard", "1/2", "--only", "1", "--out", self.folder / "out"),
        )
        whole = self.run_to("whole", file)
        self.assertIn("holds a whole sweep", self.refuse("sweep", file, "--shard", "1/2", "--out", whole))
