# SPDX-License-Identifier: Apache-2.0
"""Do the figures of a platform come back from benchmarks that were made with them, and does shardsim take the platform?"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shardsim_tools.measuring import fits, platform  # noqa: E402

LOOKUP, PER_BYTE, BAG = 25.0, 0.15, 8.0  # ns
RATE, HALF_ROWS = 40e9, 6.0  # FLOP/s, rows
CALL, PER_RPC_BYTE = 48e3, 0.5  # ns of both ends: an RPC, a byte of its request or response
ONE_WAY = 20e3  # ns
WAKEUP = 15e3  # ns
FACTORS = [0.9, 1.0, 1.1]  # of three repetitions


def benchmark(name, ns, **counters):
    """Three repetitions, the samples of each 20 % apart at most."""
    out = []
    for factor in FACTORS:
        quantiles = {f"q{q}": factor * ns * (0.9 + 0.2 * (q + 0.5) / fits.PARTS) for q in range(fits.PARTS)}
        scaled = {key: factor * value for key, value in counters.items()}
        out.append({"name": name, "run_type": "iteration", "threads": 1, **quantiles, **scaled})
    return out


def benchmarks():
    out = []
    for row in (64, 128, 256, 512, 1024):
        out += benchmark(f"gather/{row}/2048/16/manual_time", platform.LOOKUPS * (LOOKUP + PER_BYTE * row + BAG / 16))
    for pooling in (1, 4, 64):
        each = LOOKUP + PER_BYTE * 128 + BAG / pooling
        out += benchmark(f"gather_by_pooling/128/2048/{pooling}/manual_time", platform.LOOKUPS * each)
    out += benchmark("gather_by_size/256/8/16/manual_time", platform.LOOKUPS * 10.0)
    for threads in (1, 2):
        for b in benchmark("gather_on_cores/512/real_time/threads:1", 1.0, bytes_per_second=5e9 * threads):
            out.append({**b, "threads": threads})
    for width in (512, 1024):
        for rows in (1, 2, 4, 8, 16, 32, 64, 128, 256):
            flop = 3 * 2.0 * width * width
            out += benchmark(f"dense/{rows}/{width}/manual_time", flop * (rows + HALF_ROWS) / RATE * 1e9)
    for asked, answered in ((0, 0), (1024, 0), (65536, 0), (1 << 20, 0), (0, 1024), (0, 65536), (0, 1 << 20)):
        cpu = CALL + PER_RPC_BYTE * (asked + answered)
        out += benchmark(
            f"rpc/{asked}/{answered}/manual_time", cpu + 2 * ONE_WAY, client_cpu_ns=cpu / 2, server_cpu_ns=cpu / 2
        )
    paused = CALL / 2 + WAKEUP
    out += benchmark(
        "rpc_after_pause/5/iterations:100/manual_time", CALL + WAKEUP, client_cpu_ns=paused, server_cpu_ns=paused
    )
    out.append({"name": "gather/64/2048/16/manual_time_mean", "run_type": "aggregate"})
    return out


class Figures(unittest.TestCase):
    def setUp(self):
        self.found = platform.figures(benchmarks())

    def test_come_back(self):
        found = self.found
        self.assertAlmostEqual(found.lookup_time, LOOKUP, places=6)
        self.assertAlmostEqual(found.bag, BAG, places=6)
        self.assertAlmostEqual(found.lookup.slope, PER_BYTE, places=6)
        self.assertAlmostEqual(found.rate / RATE, 1, places=6)
        self.assertAlmostEqual(found.half_rows, HALF_ROWS, places=6)
        self.assertAlmostEqual(found.cpu_per_message, CALL / 4, places=3)
        self.assertAlmostEqual(found.serialization, 1e9 / (PER_RPC_BYTE / 2), delta=1)
        self.assertAlmostEqual(found.wakeup, WAKEUP, places=3)
        self.assertAlmostEqual(found.one_way, ONE_WAY, places=3)
        self.assertEqual([p.y for p in found.memory], [5e9, 10e9])

    def test_say_how_noisy_the_machine_was(self):
        for spread in self.found.noise().values():
            self.assertAlmostEqual(spread, 0.1)

    def test_jitter_has_a_mean_of_one(self):
        for values in self.found.jitter.values():
            self.assertAlmostEqual(sum(values) / len(values), 1, places=9)
            self.assertAlmostEqual(values[0], 0.902, places=3)

    def test_are_a_platform(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "platform.json"
            file.write_text(json.dumps(platform.platform(self.found, "made", "a machine", "measured")))
            serving = platform.serving(self.found, "measured")
            settings = [
                f"cluster.main.platform={file}",
                f"serving.jitter={json.dumps(serving['jitter'])}",
                "traffic.queries=50",
                "traffic.warmup=0",
            ]
            words = [word for s in settings for word in ("--set", s)]
            command = [os.environ["SHARDSIM"], "run", ROOT / "docs/examples/scenario.json", "--json", *words]
            done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        made = json.loads(done.stdout)["scenario"]["cluster"]["main"]["platform"]
        self.assertEqual(made["lookup"]["time"], "25 ns")
        self.assertEqual(
            set(made["sources"]) & {"core.flops", "rpc.serialization"}, {"core.flops", "rpc.serialization"}
        )


class Lines(unittest.TestCase):
    def line(self, *points):
        return fits.line([fits.Point(x, y, y, y) for x, y in points])

    def test_neither_part_is_negative(self):
        through_zero = self.line((1, 1), (2, 4))
        self.assertEqual(through_zero.fixed, 0)
        self.assertGreater(through_zero.slope, 0)
        flat = self.line((1, 5), (2, 4))
        self.assertEqual(flat.slope, 0)
        self.assertTrue(4 <= flat.fixed <= 5)

    def test_what_they_leave_is_a_share(self):
        line = self.line((0, 10), (1, 10), (2, 20))
        self.assertAlmostEqual(line.residual(line.points[0]), line.fixed / 10 - 1)
        self.assertEqual(line.worst, max(abs(line.residual(p)) for p in line.points))


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def measure_platform(self, text):
        """On benchmarks of an earlier time."""
        given = self.folder / "given.json"
        given.write_text(text)
        words = [ROOT / "scripts/measure_platform", "--from", given, "--out", self.folder / "out"]
        return subprocess.run([sys.executable, *words], capture_output=True, text=True)

    def test_writes_what_it_says(self):
        done = self.measure_platform(json.dumps({"date": "2020-02-20", "benchmarks": benchmarks()}))
        self.assertEqual(done.returncode, 0, done.stderr)
        names = {"fits.png", "measured.json", "platform.json", "serving.json"}
        self.assertEqual({file.name for file in (self.folder / "out").iterdir()}, names)
        self.assertIn(
            "2020-02-20", json.loads((self.folder / "out/platform.json").read_text())["sources"]["core.flops"]
        )
        again = self.measure_platform("{}")
        self.assertIn("exists already", again.stderr)

    def test_says_in_a_line_what_is_wrong_with_a_file(self):
        for text in ("", "{", "[]", "{}", '{"benchmarks": [], "date": ""}', json.dumps({"benchmarks": benchmarks()})):
            with self.subTest(text[:40]):
                done = self.measure_platform(text)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertEqual(list((self.folder / "out").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
