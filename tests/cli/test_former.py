# SPDX-License-Identifier: Apache-2.0
"""Files of former versions: what they say is the same, their keys are told once each, and what is written has today's."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import ProgramTest  # noqa: E402


def table(name, **more):
    return {"name": name, "rows": 1e6, "dim": 16, "pooling": {"type": "fixed", "value": 3}, **more}


def scenario(dtype, coverage, depends_on, row_split, modulo, link):
    (has, share), (first, more) = coverage
    return {
        "model": {"name": "m", "nets": [
            {"name": "a", "tables": [table("x", **{dtype: "fp16", has: share}), table("y", **{dtype: "fp16", has: share})]},
            {"name": "b", depends_on: ["a"], "tables": [table("z", **{first: more})]},
        ]},
        "sharding": {"strategy": "row-wise", "shards": 2, row_split: modulo},
        "cluster": {"main": {"platform": "sc-large"}, "sparse": {"platform": "sc-large"}},
        "topology": {"type": "star", "up_latency": "1 us", "down_latency": "1 us", "frontend": {link: {"latency": "1 us"}}},
        "traffic": {"arrivals": {"type": "poisson", "rate": "500 /s"}, "items": {"type": "fixed", "value": 4}, "queries": 300},
    }  # fmt: skip


TODAY = scenario("dtype", (("coverage", 0.8), ("coverage", 0.1)), "depends_on", "row_split", "modulo", "link")
FORMER = scenario("element", (("absent", 0.2), ("absent", 0.9)), "after", "split_by", "modulus", "cable")
NOTES = [
    "/model/nets/0/tables/0/absent: 'absent' is now 'coverage': write \"coverage\":0.8",
    "/model/nets/0/tables/0/element: 'element' is now 'dtype'",
    "/model/nets/1/after: 'after' is now 'depends_on'",
    "/sharding/split_by: 'modulus' is now 'modulo'",
    "/sharding/split_by: 'split_by' is now 'row_split'",
    "/topology/frontend/cable: 'cable' is now 'link'",
]


class FormerKeys(ProgramTest):
    def file(self, name, content):
        (self.folder / name).write_text(json.dumps(content))
        return self.folder / name

    def notes(self, done, *parts):
        self.assertEqual(sorted(done.stderr.splitlines()), [f"note: {part}" for part in parts])

    def test_a_run_is_the_same_and_writes_todays_keys(self):
        former = self.file("former.json", FORMER)
        with_former = self.succeed("run", former, "--json")
        with_today = self.succeed("run", self.file("today.json", TODAY), "--json")
        self.notes(with_former, *(f"{former}: {note}" for note in NOTES))
        self.notes(with_today)
        self.assertEqual(with_former.stdout, with_today.stdout)
        scenario = json.loads(with_former.stdout)["scenario"]
        self.assertEqual(scenario["model"]["nets"][1]["tables"][0]["coverage"], 0.1)
        self.assertEqual(scenario["sharding"]["row_split"], "modulo")

    def test_a_switch_that_is_a_choice_now(self):
        content = scenario("dtype", (("coverage", 0.8), ("coverage", 0.1)), "depends_on", "row_split", "modulo", "link")
        content["traffic"]["rows"] = {"popularity": {"type": "uniform"}}
        runs = {}
        for value in (False, True, "none", "batch"):
            file = self.file("switch.json", {**content, "serving": {"dedup_indices": value}})
            done = self.succeed("run", file, "--json")
            now = {False: "none", True: "batch"}.get(value, value)
            told = [] if value == now else [f"{file}: /serving/dedup_indices: {json.dumps(value)} is now '{now}'"]
            self.notes(done, *told)
            runs.setdefault(now, []).append(done.stdout)
        self.assertEqual(*runs["none"])
        self.assertEqual(*runs["batch"])
        self.assertNotEqual(runs["none"], runs["batch"])
        former = self.file("switch.json", {**content, "serving": {"deduplicate": True}})
        self.assertEqual(self.succeed("run", former, "--json").stdout, runs["batch"][0])

    def test_a_setting_wins_over_the_file_by_either_name(self):
        today = self.file("today.json", TODAY)
        by_former = self.succeed(
            "run", today, "--json", "--set", "sharding.split_by=range", "--set", "model.nets.a.tables.x.absent=0.5"
        )
        self.notes(by_former, "--set model.nets.a.tables.x.absent: 'absent' is now 'coverage': write \"coverage\":0.5",
                   "--set sharding.split_by: 'split_by' is now 'row_split'")  # fmt: skip
        by_today = self.succeed("run", self.file("former.json", FORMER), "--json", "--set", "sharding.row_split=range",
                                "--set", "model.nets.a.tables.x.coverage=0.5")  # fmt: skip
        self.assertEqual(by_former.stdout, by_today.stdout)

    def test_both_names_in_one_file_are_an_error(self):
        both = json.loads(json.dumps(TODAY))
        both["sharding"]["split_by"] = "range"
        error = self.refuse("run", self.file("both.json", both))
        self.assertIn(
            "/sharding/split_by: is the former name of 'row_split', which is given too; keep 'row_split'", error
        )

    def test_a_sweep_tells_once_for_all_points(self):
        base = self.file("former.json", FORMER)
        values = {
            "base": str(base),
            "axes": [{"path": "sharding.split_by", "values": ["modulus", "range"]}, {"path": "seed", "values": [1, 2]}],
        }
        done = self.succeed("sweep", self.file("sweep.json", values), "--list")
        self.assertEqual(done.stderr.count("note: "), len(NOTES), done.stderr)

    def test_the_option_for_added_hosts(self):
        graph = {"type": "graph", "hosts": [], "switches": ["s", "t"],
                 "links": [{"a": "s", "b": "t", "bandwidth": "1 Gbps", "latency": "1 us"}], "hosts_per_switch": 1, "frontend": "s"}  # fmt: skip
        way = [self.succeed("topology", "route", self.file("net.json", graph), "s/host0", "t/host0", option, "bandwidth=1 Gbps",
                            option, "latency=5 us", "--format", "json").stdout for option in ("--host-link", "--host-cable")]  # fmt: skip
        self.assertEqual(way[0], way[1])
