# SPDX-License-Identifier: Apache-2.0
"""Do the figures of a platform come back from benchmarks that were made with them, and does shardsim take the platform?"""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import made_benchmarks as made  # noqa: E402
from shardsim_tools.measuring import fits, platform  # noqa: E402


class Figures(unittest.TestCase):
    def setUp(self):
        self.found = platform.figures(made.benchmarks())

    def test_come_back(self):
        found = self.found
        self.assertAlmostEqual(found.lookup_time, made.LOOKUP, places=6)
        self.assertAlmostEqual(found.bag, made.BAG, places=6)
        self.assertAlmostEqual(found.lookup.slope, made.PER_BYTE, places=6)
        self.assertAlmostEqual(found.rate / made.RATE, 1, places=6)
        self.assertAlmostEqual(found.half_rows, made.HALF_ROWS, places=6)
        self.assertAlmostEqual(found.cpu_per_message, made.CALL / 4, places=3)
        self.assertAlmostEqual(found.serialization, 1e9 / (made.PER_RPC_BYTE / 2), delta=1)
        self.assertAlmostEqual(found.wakeup, made.WAKEUP, places=3)
        self.assertAlmostEqual(found.one_way, made.ONE_WAY, places=3)
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
            file.write_text(json.dumps(platform.platform(self.found, "made", made.MACHINE, "measured")))
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
        taken = json.loads(done.stdout)["scenario"]["cluster"]["main"]["platform"]
        self.assertEqual(taken["lookup"]["time"], "25 ns")
        self.assertEqual(
            set(taken["sources"]) & {"core.flops", "rpc.serialization"}, {"core.flops", "rpc.serialization"}
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

    def results(self, peer=None):
        about = dataclasses.asdict(made.MACHINE) | {"peer": peer}
        return json.dumps({"date": "2020-02-20", "machine": about, "benchmarks": made.benchmarks()})

    def measure_platform(self, text, *options):
        """On benchmarks of an earlier time."""
        given = self.folder / "given.json"
        given.write_text(text)
        words = [ROOT / "scripts/measure_platform", "--from", given, "--out", self.folder / "out", *options]
        return subprocess.run([sys.executable, *words], capture_output=True, text=True)

    def test_writes_what_it_says(self):
        done = self.measure_platform(self.results())
        self.assertEqual(done.returncode, 0, done.stderr)
        names = {"fits.png", "measured.json", "platform.json", "serving.json"}
        self.assertEqual({file.name for file in (self.folder / "out").iterdir()}, names)
        again = self.measure_platform("{}")
        self.assertIn("exists already", again.stderr)

    def test_tells_of_the_machine_that_was_measured(self):
        """Not of this one; and keeps it for the next time."""
        given = self.results("rack2")
        done = self.measure_platform(given)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads((self.folder / "out/platform.json").read_text())
        expected = {"name": "far", "description": "a machine", "cores": 7, "memory": "5000000000 B"}
        self.assertEqual({key: told[key] for key in expected}, expected)
        self.assertIn("measured on a processor, 2020-02-20", told["sources"]["core.flops"])
        self.assertIn("up to 7 cores", told["sources"]["memory_bandwidth"])
        self.assertIn("by RPCs to rack2", told["sources"]["nic.bandwidth"])
        self.assertEqual(json.loads((self.folder / "out/measured.json").read_text()), json.loads(given))

    def test_asks_for_another_measurement_where_the_machine_is_unknown(self):
        done = self.measure_platform(json.dumps({"date": "2020-02-20", "benchmarks": made.benchmarks()}))
        self.assertEqual(done.returncode, 1)
        self.assertIn("given.json: does not say which machine was measured; measure it again", done.stderr)

    def test_says_in_a_line_what_is_wrong_with_a_file(self):
        for text in (
            "",
            "{",
            "[]",
            "{}",
            '{"benchmarks": [], "date": ""}',
            json.dumps({"date": "", "benchmarks": made.benchmarks()}),
            json.dumps({"date": "", "benchmarks": made.benchmarks(), "machine": {"cores": 2}}),
        ):
            with self.subTest(text[:40] + text[-40:]):
                done = self.measure_platform(text)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertEqual(list((self.folder / "out").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
