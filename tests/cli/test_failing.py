# SPDX-License-Identifier: Apache-2.0
"""What is told of queries that fail, of a network without effect, and of a plan's servers."""
import csv
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import ROOT, ProgramTest  # noqa: E402

LOAD = ROOT / "workloads/experiments/drm1-load.json"
QUEUE = ROOT / "workloads/validation/queue.json"
SHARDS = ROOT / "workloads/validation/fork-join.json"  # two shards, each with one core and 100 us of exponential work


class Failing(ProgramTest):
    # A query waits for two M/M/1 queues of 1e4/s at 9,000/s; a timeout of 2 ms is exp(-2) of a time at each, so that more than 13 % fail.
    TIMEOUT = [
        "--set",
        'serving.call={"type": "retry", "per_try_timeout": "2 ms"}',
        "--set",
        "traffic.arrivals.rate=9000 /s",
        "--set",
        "traffic.queries=40000",
    ]

    def test_summary(self):
        text = self.succeed("run", SHARDS, *self.TIMEOUT).stdout
        self.assertRegex(
            text, r"verdict     failing: \d+\.\d % of the queries failed, more than 0\.1 %; offered [0-9.e+]+ /s\n"
        )
        self.assertRegex(
            text,
            (
                r"of answered queries only; with the \d+ failed as infinite:   P50 [0-9.]+   P90 infinite   P95"
                r" infinite   P99 infinite\n"
            ),
        )
        self.assertRegex(text, r"us a query offered: [0-9.]+ useful, [0-9.]+ \([0-9.]+ %\) wasted")
        self.assertIn("goodput     ", text)

    def test_timeouts_below_the_work_are_failures_not_stability(self):
        out = self.succeed("run", LOAD, "--set", 'serving.call={"type": "retry", "per_try_timeout": "3 ms", "retries": 5}',
                           "--set", "traffic.arrivals.rate=280 /s", "--set", "traffic.queries=1000", "--json").stdout  # fmt: skip
        r = json.loads(out)
        self.assertIn(r["verdict"], ("failing", "saturated"))
        self.assertIn("failures", r["conditions"])
        self.assertGreater(r["queries"]["failed_share"], 0.9)
        self.assertIsNone(r["latency_with_failed_us"]["p50"])
        self.assertGreater(r["cpu_us_per_offered"]["wasted"], 0.9 * r["cpu_us_per_offered"]["all"])
        self.assertLess(r["goodput"]["high"], 0.1)

    def test_sweep(self):
        sweep = {"base": str(SHARDS), "axes": [{"path": "traffic.arrivals.rate", "values": ["100 /s", "9000 /s"]}]}
        (self.folder / "sweep.json").write_text(json.dumps(sweep))
        out = self.folder / "out"
        self.succeed("sweep", self.folder / "sweep.json", "--out", out, "--set", 'serving.call={"type": "retry", "per_try_timeout": "2 ms"}', "--set", "traffic.queries=20000",
                     "--set", "traffic.warmup=0")  # fmt: skip
        with open(out / "sweep.csv", newline="") as file:
            idle, busy = csv.DictReader(file)
        self.assertEqual((idle["verdict"], idle["failed"], float(idle["goodput"])), ("stable", "0", 1.0))
        self.assertLess(float(idle["goodput_lo"]), 1)
        self.assertEqual((busy["verdict"], busy["p99_with_failed_us"]), ("failing", "inf"))
        self.assertAlmostEqual(float(busy["goodput"]), 1 - int(busy["failed"]) / 20000, places=6)


class Mentions(ProgramTest):
    def test_a_topology_without_effect(self):
        text = self.succeed("run", QUEUE, "--set", "traffic.queries=12000").stdout
        self.assertIn("no message crossed a link, so the topology has no effect", text)
        text = self.succeed("run", SHARDS, "--set", "traffic.queries=12000", "--set", "transport.type=ideal").stdout
        self.assertIn("links take no time, so the topology has no effect", text)
        self.assertNotIn("no effect", self.succeed("run", LOAD, "--set", "traffic.queries=100").stdout)

    def test_plan_shows_what_servers_have_left_and_do(self):
        # Lookups of a: 100 items x 20, of 20 ns each: 40 us. b takes 100 us for each of two batches (64 and 36 items).
        # 1 TB is 931.32 GiB.
        text = self.succeed("plan", SHARDS, "--set", "model.nets.both.tables.a.time=null", "--set", "model.nets.both.tables.a.pooling.value=20",
                            "--set", "traffic.items.value=100", "--set", "cluster.sparse.platform.lookup.time=20 ns").stdout  # fmt: skip
        rows = {line.split()[0]: line.split() for line in text.splitlines()[1:4]}
        self.assertEqual(rows["a"], ["a", "1", "0.000", "931.323", "2000.0", "40.0", "sparse0"])
        self.assertEqual(rows["b"], ["b", "1", "0.000", "931.323", "100.0", "200.0", "sparse1"])
        self.assertEqual(rows["main"], ["main", "0", "0.000", "931.323", "0.0", "0.0", "main0"])


if __name__ == "__main__":
    import unittest

    unittest.main()
