# SPDX-License-Identifier: Apache-2.0
"""What is made of the real server's measurements: spans by hand, orders by hand, and the page against its data."""

import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests/real")]

import report  # noqa: E402
from campaign import measuring, spans  # noqa: E402


def event(name, ts, dur, category="", **args):
    return {"ph": "X", "name": name, "cat": category, "ts": ts, "dur": dur, "args": {"query": 7} | args}


# Two batches; the second ends last. Of its only net: a call, a bottom MLP of 40 and a gather of 5 until 150, an answer that is
# collected until 200, a top MLP of 300.
QUERY = [
    event("query 7", 0, 640, "query"),
    event("query", 0, 50, "network"),
    event("receive", 50, 30, "serde"),
    event("batch 0", 80, 10, "batch", batch=0, critical=False),
    event("top MLP", 80, 10, "dense", batch=0, net="n"),
    event("batch 1 (critical)", 80, 420, "batch", batch=1, critical=True),
    event("n", 80, 420, "net", batch=1, net="n", critical=True, waited_for="sparse1"),
    event("call", 90, 15, "serde", batch=1, net="n", shard="sparse1"),
    event("bottom MLP", 105, 40, "dense", batch=1, net="n"),
    event("gather", 145, 5, "sparse", batch=1, net="n"),
    event("gather", 110, 25, "sparse", batch=1, net="n", shard="sparse0"),
    event("net overhead", 112, 3, "service", batch=1, net="n", shard="sparse1"),
    event("gather", 115, 20, "sparse", batch=1, net="n", shard="sparse1"),
    event("collect", 170, 30, "serde", batch=1, net="n", shard="sparse1"),
    event("top MLP", 200, 300, "dense", batch=1, net="n"),
    event("reply", 500, 40, "serde"),
    event("scores", 540, 100, "network"),
]


class Spans(unittest.TestCase):
    def test_of_a_timeline(self):
        expected = {"bottom": 40, "gather": 5, "wait": 50, "shard": 23, "top": 300, "query": 490, "rest": 95}
        self.assertEqual(spans.predicted(QUERY), expected)

    def test_of_time_stamps(self):
        batch = measuring.Batch()
        for step, target, begin, took in (
            ("bottom", 0, 10, 40), ("gather", 0, 50, 5), ("rpc", 1, 0, 60), ("rpc", 2, 5, 75), ("shard", 1, 20, 11),
            ("shard", 2, 30, 22), ("wait", 0, 55, 25), ("top", 0, 80, 300),
        ):  # fmt: skip
            row = {"step": step, "net": "0", "target": str(target), "begin_us": str(begin), "took_us": str(took)}
            batch.note(row)
        self.assertEqual(batch.end, 380)
        parts = {"bottom": 40, "gather": 5, "wait": 25, "top": 300, "rest": -370, "shard": 22}
        self.assertEqual(batch.parts(), parts)


def point(shards, measured, spread, predicted, load="0.5", used="0"):
    figures = {
        f"p50_{name}": value
        for name, value in (("measured_us", measured), ("predicted_us", predicted), ("spread", spread))
    }
    strategy = "load-balanced" if shards else "singular"
    row = {"model": "drm1", "strategy": strategy, "shards": shards, "load": load, "used_to_calibrate": used}
    return report.Point({key: str(value) for key, value in (row | figures).items()})


class Orders(unittest.TestCase):
    def test_of_pairs_that_the_measurement_tells_apart(self):
        points = [
            point(0, 100, 0.05, 100),
            point(2, 120, 0.05, 90),  # above in truth, below by prediction
            point(4, 122, 0.05, 130),  # too near to the one before
            point(8, 300, 0.05, 200),
            point(2, 500, 0.05, 1, load="0.1"),  # nothing at this load to be beside
        ]
        pairs = list(report.ordered_pairs(points, "p50"))
        self.assertEqual(sorted(pairs), [(False, True), (False, True), (True, False), (True, True), (True, True)])


class Page(unittest.TestCase):
    def test_says_what_the_data_say(self):
        page = report.PAGE.read_text()
        self.assertEqual(report.written(page, report.points_of(report.DATA / "real.csv")), page)
        names = set(report.re.findall(r"<!-- ([a-z0-9 ]+?) -->", page)) - {"end"}
        self.assertLessEqual(names, set(report.TABLES))
        self.assertIn("goals", names)


if __name__ == "__main__":
    unittest.main()
