# SPDX-License-Identifier: Apache-2.0
"""The timeline: valid trace events, in which the parts of a query add up to what the run says of it."""
import collections
import json
import math
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import ROOT, ProgramTest  # noqa: E402

SCENARIO = ROOT / "workloads/experiments/drm1-load.json"
SMALL = ("--set", "traffic.queries=300", "--set", "traffic.warmup=50", "--set", "sharding.shards=4")
NESTS = {"batch", "net"}
SLACK = 1e-6  # us: a double of a picosecond


class TimelineTest(ProgramTest):
    def timeline(self, *options, name="timeline.json"):
        path = self.folder / name
        done = self.succeed("timeline", SCENARIO, *SMALL, *options, "--out", path)
        return json.loads(path.read_text()), done

    def slices(self, timeline):
        return [event for event in timeline["traceEvents"] if event["ph"] == "X"]

    def names(self, timeline, kind):
        """{(pid, tid) or pid: name}"""
        key = (lambda e: e["pid"]) if kind == "process_name" else (lambda e: (e["pid"], e["tid"]))
        return {key(e): e["args"]["name"] for e in timeline["traceEvents"] if e["name"] == kind}

    def by_thread(self, timeline):
        threads = collections.defaultdict(list)
        for event in self.slices(timeline):
            threads[event["pid"], event["tid"]].append(event)
        return threads

    def whole(self, timeline):
        return {e["args"]["query"]: e for e in self.slices(timeline) if e["cat"] == "query"}

    def test_ranges_and_lists_of_queries(self):
        timeline, done = self.timeline("--query", "3-7,12")
        self.assertEqual(sorted(self.whole(timeline)), [3, 4, 5, 6, 7, 12])
        self.assertEqual(len(done.stdout.splitlines()), 6)

    def test_the_slowest_are_those_with_the_longest_latency(self):
        timeline, done = self.timeline("--slowest", 3)
        self.assertEqual(timeline["displayTimeUnit"], "ns")
        result = json.loads(self.succeed("run", SCENARIO, *SMALL, "--json").stdout)
        latencies = [event["args"]["latency_us"] for event in self.whole(timeline).values()]
        self.assertEqual(len(latencies), 3)
        self.assertEqual(len(done.stdout.splitlines()), 3)
        self.assertAlmostEqual(max(latencies), result["latency_us"]["max"], delta=SLACK)
        # Two of 250 queries are slower than the third slowest.
        slower = [share for value, share in result["latency_us"]["cdf"] if value < 0.999 * min(latencies)]
        self.assertLessEqual(max(slower), 1 - 3 / 250 + 1e-9)
        self.assertTrue(all(query >= 50 for query in self.whole(timeline)), "the warm-up does not count")

    def test_slices_of_a_thread_never_overlap(self):
        timeline, _ = self.timeline("--slowest", 4)
        for thread, events in self.by_thread(timeline).items():
            events.sort(key=lambda e: (e["ts"], -e["dur"]))
            nested = [e["cat"] in NESTS for e in events]
            self.assertIn(sum(nested), (0, len(events)))
            end = -math.inf
            for event in events if not any(nested) else []:
                self.assertGreaterEqual(event["ts"], end - SLACK, (thread, event))
                end = event["ts"] + event["dur"]
            if any(nested):  # the batch around its nets, one after the other
                batch, *nets = events
                self.assertEqual(batch["cat"], "batch")
                self.assertGreaterEqual(batch["ts"] + batch["dur"], nets[-1]["ts"] + nets[-1]["dur"] - SLACK)
                for before, after in zip(nets, nets[1:]):
                    self.assertGreaterEqual(after["ts"], before["ts"] + before["dur"] - SLACK)

    def test_every_flow_has_its_end_and_both_lie_in_slices(self):
        timeline, _ = self.timeline("--query", "60,61")
        flows = collections.defaultdict(list)
        for event in timeline["traceEvents"]:
            if event["ph"] in "sf":
                flows[event["id"]].append(event)
        self.assertTrue(flows)
        threads = self.by_thread(timeline)
        for start, end in (sorted(events, key=lambda e: e["ph"], reverse=True) for events in flows.values()):
            self.assertEqual((start["ph"], end["ph"]), ("s", "f"))
            self.assertLessEqual(start["ts"], end["ts"])
            for event in start, end:
                self.assertTrue(
                    any(
                        s["ts"] - SLACK <= event["ts"] <= s["ts"] + s["dur"]
                        for s in threads[event["pid"], event["tid"]]
                    ),
                    event,
                )
        rpcs = sum(e["name"] == "call" and "critical path" not in self.names(timeline, "thread_name")[e["pid"], e["tid"]]
                   for e in self.slices(timeline))  # fmt: skip
        names = collections.Counter(start["name"] for start, _ in flows.values())
        self.assertEqual((names["request"], names["response"]), (rpcs, rpcs))

    def test_the_critical_path_adds_up_to_latency_and_spans(self):
        timeline, _ = self.timeline("--slowest", 3, "--set", "traffic.arrivals.rate=60 /s")
        threads = self.names(timeline, "thread_name")
        for query, whole in self.whole(timeline).items():
            path = [e for e in self.slices(timeline) if threads[e["pid"], e["tid"]] == f"query {query}: critical path"]
            path.sort(key=lambda e: e["ts"])
            self.assertAlmostEqual(path[0]["ts"], whole["ts"], delta=SLACK)
            self.assertAlmostEqual(sum(e["dur"] for e in path), whole["args"]["latency_us"], delta=1e-3)
            sums = collections.Counter()
            for event in path:
                sums[event["cat"]] += event["dur"]
            for span, time in whole["args"]["spans_us"].items():
                self.assertAlmostEqual(sums[span], time, delta=1e-3)

    def test_waits_for_tiers_are_on_the_critical_path_and_at_their_host(self):
        tiers = ("--set", "cluster.sparse.platform=sc-large-nvme", "--set", 'offload={"tier": "nvme", "share": "50 %"}',
                 "--set", 'traffic.rows={"popularity": {"type": "zipf", "s": 0.9}}', "--set",
                 'serving.store={"type": "cached", "policy": {"type": "lru"}, "share": "20 %", "lookup_time": "20 ns"}')  # fmt: skip
        timeline, _ = self.timeline("--slowest", 3, *tiers)
        processes, threads = self.names(timeline, "process_name"), self.names(timeline, "thread_name")
        for query, whole in self.whole(timeline).items():
            self.assertGreater(whole["args"]["spans_us"]["ssd"], 0)
            path = [e for e in self.slices(timeline) if threads[e["pid"], e["tid"]] == f"query {query}: critical path"]
            sums = collections.Counter()
            for event in path:
                sums[event["cat"]] += event["dur"]
            for span, time in whole["args"]["spans_us"].items():
                self.assertAlmostEqual(sums[span], time, delta=1e-3)
            waits = [e for e in path if e["name"] == "wait for the SSD"]
            self.assertTrue(waits)
            at_hosts = [(e["ts"], e["dur"], processes[e["pid"]]) for e in self.slices(timeline)
                        if threads[e["pid"], e["tid"]].startswith("reading from tiers")]  # fmt: skip
            for wait in waits:
                self.assertIn((wait["ts"], wait["dur"], "host " + wait["args"]["host"]), at_hosts)
            self.assertIn("cache", {e["cat"] for e in path if e["name"] == "cache lookup"})

    def test_cores_add_up_to_cpu_time_and_links_to_messages(self):
        timeline, _ = self.timeline("--query", "77")
        processes, threads = self.names(timeline, "process_name"), self.names(timeline, "thread_name")
        on_cores = sum(e["dur"] for e in self.slices(timeline)
                       if processes[e["pid"]].startswith("host") and threads[e["pid"], e["tid"]].startswith("core"))  # fmt: skip
        self.assertAlmostEqual(on_cores, self.whole(timeline)[77]["args"]["cpu_us"], delta=1e-3)
        self.assertEqual(min(e["ts"] for e in self.slices(timeline)), 0)

    def test_the_same_run_gives_the_same_bytes_and_another_seed_others(self):
        self.timeline("--slowest", 2, name="a.json")
        self.timeline("--slowest", 2, name="b.json")
        self.timeline("--slowest", 2, "--seed", 5, name="c.json")
        texts = [(self.folder / name).read_bytes() for name in ("a.json", "b.json", "c.json")]
        self.assertEqual(texts[0], texts[1])
        self.assertNotEqual(texts[0], texts[2])

    def test_bad_requests_get_one_clear_error(self):
        out = self.folder / "t.json"
        for options, expected in (
            ((), "either --slowest or --query; found neither"),
            (("--slowest", 1, "--query", 1), "found both"),
            (("--slowest", 0), "--slowest: found 0; expected 1 to 1000"),
            (("--slowest", "many"), "whole number"),
            (("--query", "1,x"), "expected whole numbers"),
            (("--query", ""), "names no query"),
            (("--query", "7-3"), "begin with their smallest number"),
            (("--query", "3-"), "expected whole numbers and ranges"),
            (("--query", "0-999999999999999999"), "names more than 1000 queries"),
            (("--query", "12,300"), "query 300 does not exist; queries have the numbers 0 to 299"),
        ):
            with self.subTest(options):
                self.assertIn(expected, self.refuse("timeline", SCENARIO, *SMALL, *options, "--out", out))
                self.assertFalse(out.exists())
        self.assertIn("--out is missing", self.refuse("timeline", SCENARIO, *SMALL, "--slowest", 1))
        out.write_text("mine")
        self.assertIn("exists already", self.refuse("timeline", SCENARIO, *SMALL, "--slowest", 1, "--out", out))
        self.assertEqual(out.read_text(), "mine")
        self.succeed("timeline", SCENARIO, *SMALL, "--slowest", 1, "--out", out, "--force")
        json.loads(out.read_text())

    def test_without_an_answered_query_there_is_nothing_to_show(self):
        from program import shardsim

        done = shardsim("timeline", SCENARIO, *SMALL, "--set", 'faults=[{"links": "*", "state": "down"}]', "--set",
                        'serving.call={"type": "retry", "per_try_timeout": "1 ms"}', "--slowest", 1, "--out", self.folder / "t.json")  # fmt: skip
        self.assertEqual(done.returncode, 1)
        self.assertIn("no query after the warm-up was answered", done.stderr)


if __name__ == "__main__":
    unittest.main()
