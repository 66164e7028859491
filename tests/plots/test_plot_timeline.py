# SPDX-License-Identifier: Apache-2.0
"""Is a timeline drawn with its query's hosts, and is what is no timeline refused?"""

import json
import unittest

from test_plots import PlotCase, run

THREADS = {(1, 1): "query 7", (1, 2): "query 7: critical path", (1, 3): "query 7: batch 0", (2, 4): "core 1",
           (2, 5): "waiting for a core", (3, 6): "in: switch -> main$0", (3, 7): "reading from tiers"}  # fmt: skip
PROCESSES = {1: "queries", 2: "host main$0", 3: "host sparse10"}


def slice_(pid, tid, ts, dur, name, category, **args):
    args = {"query": 7, **args}
    return {"ph": "X", "pid": pid, "tid": tid, "ts": ts, "dur": dur, "name": name, "cat": category, "args": args}


def timeline(**changes):
    """What `shardsim timeline` writes, of a query of 20 ms."""
    about = {"latency_us": 20000.0, "items": 1234, "batches": 1, "lookups": 5678, "cpu_us": 15000.0}
    events = [{"ph": "M", "name": "process_name", "pid": p, "args": {"name": n}} for p, n in PROCESSES.items()]
    events += [
        {"ph": "M", "name": "thread_name", "pid": p, "tid": t, "args": {"name": n}} for (p, t), n in THREADS.items()
    ]
    events += [
        slice_(1, 1, 0, 20000, "query 7", "query", **about),
        slice_(1, 2, 0, 5000, "wait for a core of main$0", "queueing"),
        slice_(1, 2, 5000, 15000, "top MLP", "dense"),
        slice_(1, 3, 0, 20000, "batch 0 (critical)", "batch", batch=0, critical=True),
        slice_(2, 4, 5000, 15000, "top MLP", "dense", batch=0),
        slice_(2, 5, 0, 5000, "wait: top MLP", "queueing", batch=0),
        slice_(3, 6, 100, 200, "request", "network", batch=0),
        slice_(3, 7, 400, 900, "wait for the SSD", "ssd", batch=0),
    ]
    return {"traceEvents": events, **changes}


class Timeline(PlotCase):
    def file(self, content):
        path = self.sweep / "timeline.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def test_rows_of_the_query_and_its_hosts(self):
        self.assert_drawn(run("plot_timeline.py", self.file(timeline()), "--out", self.sweep / "drawn"))
        words = ["query 7: 20.0 ms, 1,234 items in 1 batches", "critical path", "main$0 cores", "main$0 waiting",
                 "sparse10 port in", "sparse10 reading", "ssd", "dense", "queueing", "network"]  # fmt: skip
        self.assert_reads(self.sweep / "drawn", "timeline", words)

    def test_a_query_that_is_not_there(self):
        self.assert_refused(run("plot_timeline.py", self.file(timeline()), "--query", 8), "query 8", "it has 7")

    def test_what_is_no_timeline(self):
        for content in ("{", "[]", "{}", {"traceEvents": [{"ph": "X"}]}, {"traceEvents": []}):
            with self.subTest(content):
                self.assert_refused(
                    run("plot_timeline.py", self.file(content)),
                    "no query" if content == {"traceEvents": []} else "timeline",
                )
        self.assert_refused(run("plot_timeline.py", self.sweep / "nothing.json"), "nothing.json", "No such file")


if __name__ == "__main__":
    unittest.main()
