# SPDX-License-Identifier: Apache-2.0
"""Networks at the command line: the topology command, and runs with faults, background traffic and every transport."""
import csv
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import PATIENCE, PROGRAM, ProgramTest, ROOT, SANITIZED, shardsim  # noqa: E402

BASE = ROOT / "tests/invalid/base"
TRANSPORTS = ["ideal", "port", "fluid", "packet"]
CABLE = {"bandwidth": "25 Gbps", "latency": "2 us"}
HOST_CABLE = {"bandwidth": "25 Gbps", "latency": "1 us"}
FAT_TREE = {"type": "fat-tree", "k": 4, "host_link": HOST_CABLE, "link": CABLE}
FRONTEND = {"link": {"bandwidth": "100 Gbps", "latency": "1 us"}}
DEFAULTS = ["--default", "bandwidth=1 Gbps", "--default", "latency=1 us", "--default", "kind=host"]


def link(a, b, bandwidth="8 Gbps", latency="1 us", **more):
    return {"a": a, "b": b, "bandwidth": bandwidth, "latency": latency, **more}


def star_of(*hosts):
    """A graph: hosts on the switch s, at one byte a nanosecond."""
    return {"type": "graph", "hosts": list(hosts), "switches": ["s"], "links": [link(h, "s") for h in hosts]}


class TopologyTest(ProgramTest):
    def file(self, content, name="net.json"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def topology(self, action, content, *arguments):
        return self.succeed("topology", action, self.file(content), *arguments)

    def info(self, content, *options):
        file = content if isinstance(content, pathlib.Path) else self.file(content)
        return json.loads(self.succeed("topology", "info", file, "--format", "json", *options).stdout)


class Command(TopologyTest):
    def test_help(self):
        text = self.succeed("topology", "--help").stdout
        for word in ("check", "convert", "draw", "flows", "info", "route", "GraphML", "example:"):
            self.assertIn(word, text)

    def test_unknown_words(self):
        net = self.file(star_of("a", "b"))
        self.assertIn("did you mean 'info'", self.refuse("topology", "inof", net))
        self.assertIn("allowed: check", self.refuse("topology"))
        self.assertIn("did you mean 'json'", self.refuse("topology", "info", net, "--format", "jsn"))
        for action, words in (
            ("info", ""),
            ("check", ""),
            ("route", "A B"),
            ("flows", "FLOWS.csv"),
            ("convert", "OUT"),
            ("draw", "OUT.svg"),
        ):
            self.assertRegex(self.refuse("topology", action), f"usage: shardsim topology {action} FILE.*{words}")
        self.assertIn("did you mean 'fluid'", self.refuse("topology", "info", net, "--transport", "fluit"))
        for hosts in ("0", "100001"):
            self.assertIn("1 to 100000", self.refuse("topology", "info", net, "--hosts", hosts))
        for missing in ("none.json", "none.graphml", "none.dot"):
            self.assertIn("cannot be opened", self.refuse("topology", "info", self.folder / missing))

    def test_set_changes_the_topology(self):
        self.assertEqual(self.info(FAT_TREE, "--set", "topology.k=6")["hosts"], 54)
        self.assertIn("even", self.refuse("topology", "info", self.file(FAT_TREE), "--set", "topology.k=5"))


class Info(TopologyTest):
    KEYS = {"hosts", "switches", "links", "components", "diameter_hops", "unreachable_pairs", "bisection_gbps"}

    def check(self, content, **expected):
        r = self.info(content)
        self.assertLessEqual(self.KEYS, set(r))
        self.assertEqual((r["components"], r["unreachable_pairs"], r["one_way_links"]), (1, 0, 0))
        for key, value in expected.items():
            if key == "oversubscription":
                self.assertEqual([t["oversubscription"] for t in r["tiers"]], value)
            elif isinstance(value, float):
                self.assertAlmostEqual(r[key], value, places=6)
            else:
                self.assertEqual(r[key], value, key)
        text = self.topology("info", content).stdout
        for key in ("hosts", "switches", "links", "components"):
            self.assertRegex(text, rf"(?m)^{key} +{r[key]}\b")
        self.assertRegex(text, rf"(?m)^diameter +{r['diameter_hops']} hops")
        self.assertRegex(text, rf"(?m)^unreachable +0 of {r['host_pairs']} pairs")
        self.assertRegex(text, rf"(?m)^bisection +{r['bisection_gbps']:g} Gbps")
        for tier in r["tiers"]:
            self.assertRegex(text, rf"(?m)^tier {tier['tier']} +{tier['switches']} switches")
        return r

    def test_fat_tree(self):
        self.check(
            FAT_TREE,
            hosts=16,
            switches=20,
            links=48,
            diameter_hops=6,
            host_pairs=240,
            bisection_gbps=200.0,
            oversubscription=[1, 1, None],
        )

    def test_leaf_spine(self):
        net = {"type": "leaf-spine", "leaves": 4, "hosts_per_leaf": 8, "spines": 2, "host_bandwidth": "25 Gbps", "host_latency": "1 us",
               "uplink": {"bandwidth": "50 Gbps", "latency": "1 us"}}  # fmt: skip
        self.check(
            net, hosts=32, switches=6, links=40, diameter_hops=4, bisection_gbps=200.0, oversubscription=[2, None]
        )
        net["uplink"]["bandwidth"] = "25 Gbps"
        self.check(net, hosts=32, bisection_gbps=100.0, oversubscription=[4, None])
        self.assertIn("4:1 oversubscribed", self.topology("info", net).stdout)

    def test_torus(self):
        net = {
            "type": "torus",
            "dimensions": [4, 3, 2],
            "hosts_per_router": 2,
            "host_link": HOST_CABLE,
            "link": CABLE,
        }
        self.check(net, hosts=48, switches=24, links=48 + 24 + 24 + 12, diameter_hops=2 + 1 + 1 + 2)

    def test_jellyfish(self):
        net = {
            "type": "jellyfish",
            "switches": 20,
            "links_per_switch": 4,
            "hosts_per_switch": 3,
            "host_link": HOST_CABLE,
            "link": CABLE,
        }
        self.check(net, hosts=60, switches=20, links=20 * 4 // 2 + 60)
        cables = {}
        for seed in (1, 1, 2):
            self.topology("convert", {**net, "seed": seed}, self.folder / "out.json", "--force")
            links = [
                (x["a"], x["b"])
                for x in json.loads((self.folder / "out.json").read_text())["links"]
                if "/host" not in x["a"] + x["b"]
            ]
            for s in range(20):
                self.assertEqual(sum(f"switch{s}" in ends for ends in links), 4)
            self.assertEqual(cables.setdefault(seed, links), links)
        self.assertNotEqual(cables[1], cables[2])

    def test_dragonfly(self):
        net = {"type": "dragonfly", "groups": 9, "routers": 4, "hosts_per_router": 2, "global_links": 2, "host_link": HOST_CABLE,
               "local_link": CABLE, "global_link": CABLE}  # fmt: skip
        self.check(net, hosts=72, switches=36, links=9 * 6 + 36 + 72, diameter_hops=5)

    def test_multi_zone(self):
        net = {"type": "multi-zone", "halls": 2, "pods": 3, "racks": 4, "hosts_per_rack": 5, "host_link": {"bandwidth": "10 Gbps"},
               "rack_link": {"bandwidth": "25 Gbps"}, "pod_link": {"bandwidth": "50 Gbps"}, "hall_link": {"bandwidth": "50 Gbps"}}  # fmt: skip
        self.check(
            net,
            hosts=120,
            switches=1 + 2 + 6 + 24,
            links=2 + 6 + 24 + 120,
            diameter_hops=8,
            bisection_gbps=50.0,
            oversubscription=[2, 2, 3, None],
        )

    def test_a_scenario_counts_its_servers(self):
        r = self.info(ROOT / "workloads/experiments/drm1.json")
        self.assertEqual(
            (r["hosts"], r["switches"], r["links"]), (9, 1, 10)
        )  # main, eight shards; the frontend's cable
        self.assertEqual(self.info(ROOT / "workloads/experiments/drm1.json", "--set", "sharding.shards=4")["hosts"], 5)
        self.assertEqual(self.info(BASE / "scenario.json")["hosts"], 3)

    def test_a_star_without_hosts_is_asked_for_them(self):
        star = {"type": "star", "up_latency": "1 us", "down_latency": "1 us"}
        self.assertIn("--hosts", self.refuse("topology", "info", self.file(star)))
        self.assertEqual(self.info(star, "--hosts", "5")["hosts"], 5)
        self.assertEqual(self.info({**star, "hosts": 7})["hosts"], 7)

    def test_of_a_result(self):
        self.succeed("run", BASE / "scenario.json", "--out", self.folder / "out")
        self.assertEqual(self.info(self.folder / "out/result.json"), self.info(BASE / "scenario.json"))

    def test_pairs(self):
        r = self.info(star_of("a", "b", "c"), "--pairs", "20")["routed"]
        self.assertEqual((r["pairs"], r["mean_hops"], r["most_hops"], r["mean_latency_us"]), (20, 2, 2, 2))
        self.assertIn("fewer than two hosts", self.refuse("topology", "info", self.file(star_of("a")), "--pairs", "1"))

    def test_two_parts(self):
        r = self.info({**star_of("a", "b"), "hosts": ["a", "b", "alone"]})
        self.assertEqual((r["components"], r["host_pairs"], r["unreachable_pairs"]), (2, 6, 4))
        self.assertIn("4 of 6 pairs", " ".join(r["warnings"]))

    def test_unlike_ways_of_a_cable_are_one_cable(self):
        r = self.info({"type": "star", "hosts": 5, "up_latency": "1 us", "down_latency": "2 us"})
        self.assertEqual((r["links"], r["one_way_links"]), (5, 0))

    def test_negative_numbers_of_pairs(self):
        self.refuse("topology", "info", self.file(star_of("a", "b")), "--pairs", "-1", cpu_seconds=5)

    def test_negative_numbers_of_flows(self):
        self.refuse("topology", "route", self.file(star_of("a", "b")), "a", "b", "--flow", "-1")


class Check(TopologyTest):
    def test_ok(self):
        done = self.topology("check", {**FAT_TREE, "frontend": FRONTEND})
        self.assertIn("ok, 16 hosts, 20 switches, 49 links", done.stdout)
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertEqual(json.loads(self.topology("check", star_of("a"), "--format", "json").stdout)["ok"], True)

    def test_two_parts_fail_and_name_a_pair(self):
        net = star_of("a", "b")
        net["hosts"] += ["c"]
        net["switches"] += ["t"]
        net["links"] += [link("c", "t")]
        done = shardsim("topology", "check", self.file(net))
        self.assertEqual(done.returncode, 1)
        self.assertIn("not ok", done.stdout)
        self.assertRegex(done.stdout, r"4 of 6 pairs of hosts have no way, such as (a|b) to c|c to (a|b)")
        done = shardsim("topology", "check", self.file(net), "--format", "json")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(json.loads(done.stdout)["ok"], False)

    def test_one_way_is_no_way_back(self):
        net = {
            **star_of("a", "b"),
            "switches": ["s", "t"],
            "links": [link("a", "s", one_way=True), link("b", "t"), link("s", "t")],
        }
        done = shardsim("topology", "check", self.file(net))
        self.assertEqual(done.returncode, 1)
        self.assertIn("such as b to a", done.stdout)

    def test_one_way_is_no_way_back_beside_others(self):
        net = star_of("a", "b")
        net["links"][0]["one_way"] = True
        self.assertIn("no path", self.refuse("topology", "route", self.file(net), "b", "a"))
        done = shardsim("topology", "check", self.file(net))
        self.assertEqual(done.returncode, 1)
        self.assertIn("such as b to a", done.stdout)

    def test_no_hosts(self):
        done = shardsim("topology", "check", self.file({"type": "graph", "hosts": [], "switches": ["s"], "links": []}))
        self.assertEqual(done.returncode, 1)
        self.assertIn("no hosts", done.stdout)


class Settling(TopologyTest):
    """All findings of one look, each with what settles it, in the form in which the caller speaks."""

    ZOO = ('<graphml><key id="k" for="node" attr.name="label"/><graph edgedefault="directed">'
           '<node id="0"><data key="k">Oslo</data></node><node id="1"><data key="k">Rome</data></node>'
           '<node id="2"><data key="k">Oslo</data></node><node id="3"/><node id="4"/>'
           '<edge source="0" target="1"/><edge source="1" target="0"/><edge source="1" target="2"/><edge source="2" target="2"/>'
           '<edge source="3" target="4"/></graph></graphml>')  # fmt: skip
    OPTIONS = ["--default", "kind=switch", "--default", "bandwidth=10 Gbps", "--default", "latency=1 ms"]

    def check(self, file, *options, code=0):
        done = shardsim("topology", "check", file, *options)
        self.assertEqual((done.returncode, done.stderr), (code, ""))
        return done.stdout.splitlines()

    def test_all_findings_come_at_once_as_options(self):
        net = self.file(self.ZOO, "zoo.graphml")
        lines = self.check(net, code=1)
        for words in ("whether it is a host or a switch.*and 4 more like it.*--default kind=switch", "'Oslo' another node has that name.*--repair",
                      "says no bandwidth.*and 4 more.*--default 'bandwidth=10 Gbps'", "says no latency.*--default 'latency=10 us'",
                      "'Oslo' - 'Oslo' joins a node to itself.*--repair", "no hosts.*--hosts-per-switch 2", "--frontend NODE", ": not ok, 0 hosts"):  # fmt: skip
            self.assertEqual(sum(bool(re.search(words, line)) for line in lines), 1, words)
        error = self.refuse("topology", "info", net)
        self.assertIn("5 things to settle: (1) ", error)
        self.assertNotIn('"defaults"', error)

    def test_a_scenario_is_told_of_keys(self):
        net = self.file(self.ZOO, "zoo.graphml")
        scenario = json.loads((BASE / "scenario.json").read_text())
        scenario.update(model=str(BASE / "model.json"), topology=str(net))
        for service in scenario["cluster"].values():
            service["platform"] = json.loads((BASE / "platform.json").read_text())
        error = self.refuse("run", self.file(scenario, "scenario.json"))
        for words in ("5 things to settle", '"defaults": {"kind": "switch"}', '"repair": true'):
            self.assertIn(words, error)
        self.assertNotIn("--default", error)

    def test_what_is_advised_settles_it(self):
        # By hand: Oslo and Oslo~2 with Rome are the largest part, by two cables once both directions of 0 - 1 are one.
        net = self.file(self.ZOO, "zoo.graphml")
        lines = self.check(
            net, *self.OPTIONS, "--repair", "--one-way", "no", "--hosts-per-switch", "2", "--frontend", "Rome"
        )
        self.assertEqual([line.split(": ", 1)[1] for line in lines], [
            "by default: the bandwidth 10 Gbps of 5 of 5 links, the latency 1 ms of 5 of 5 links, the kind switch of 5 of 5 nodes",
            "repaired: 1 node renamed, such as 'Oslo~2', 1 link of a node to itself dropped, 1 doubled link dropped, 2 nodes apart from the largest part left out",
            "added: hosts at each of 3 switches, 2 a switch, on links of 10 Gbps, 1 ms",
            "ok, 6 hosts, 3 switches, 8 links",
        ])  # fmt: skip

    def test_defaults_among_values_of_the_file_are_counted(self):
        text = GRAPHML.format(XML_NODES + xml_edge("a", "s", "2 Gbps", "1 us") + xml_edge("b", "s", None, "1 us"))
        lines = self.check(self.file(text, "net.graphml"), "--default", "bandwidth=1 Gbps", "--frontend", "a")
        self.assertIn("by default: the bandwidth 1 Gbps of 1 of 2 links", lines[0])
        self.assertEqual(len(lines), 2)

    def test_added_hosts_take_the_defaults_or_say_their_cable(self):
        net = self.file(self.ZOO, "zoo.graphml")
        options = [*self.OPTIONS, "--repair", "--one-way", "no", "--hosts-per-switch", "1"]
        way = json.loads(
            self.succeed("topology", "route", net, "Oslo/host0", "Rome/host0", *options, "--format", "json").stdout
        )
        self.assertEqual(
            (way["latency_us"], way["bandwidth_gbps"]), (3000, 10)
        )  # was 1000: the hosts' cables took no time
        way = json.loads(self.succeed("topology", "route", net, "Oslo/host0", "Rome/host0", *options, "--host-link", "bandwidth=1 Gbps",
                                      "--host-link", "latency=5 us", "--format", "json").stdout)  # fmt: skip
        self.assertEqual((way["latency_us"], way["bandwidth_gbps"]), (1010, 1))
        graph = self.file({"type": "graph", "hosts": [], "switches": ["s", "t"], "links": [link("s", "t")]})
        lines = self.check(graph, "--hosts-per-switch", "2", code=1)
        self.assertIn("give --host-link 'bandwidth=10 Gbps'", " ".join(lines))
        given = ["--hosts-per-switch", "2", "--host-link", "bandwidth=10 Gbps", "--host-link", "latency=1 us"]
        self.assertIn("ok, 4 hosts, 2 switches, 5 links", self.check(graph, *given)[-1])

    def test_a_graph_lists_all_that_is_wrong(self):
        net = {
            "type": "graph",
            "hosts": ["a", "a"],
            "switches": ["s"],
            "links": [link("a", "a"), link("a", "x"), link("a", "s")],
        }
        error = self.refuse("topology", "info", self.file(net))
        for words in (
            "/hosts/1: a second node is called 'a'",
            "links/0: links a node to itself",
            "links/1/b: there is no host or switch 'x'",
        ):
            self.assertIn(words, error)
        del net["links"][1]
        lines = self.check(self.file(net), "--repair")
        self.assertIn(
            "repaired: 1 node renamed, such as 'a~2', 1 link of a node to itself dropped, 1 node apart", lines[0]
        )

    def test_hosts_in_between_name_hosts_forward(self):
        net = self.file({"type": "graph", "hosts": ["a", "b", "c"], "links": [link("a", "b"), link("b", "c")]})
        self.assertIn("--routing hosts_forward=true", " ".join(self.check(net, code=1)))
        self.assertIn('{"hosts_forward": true}', self.refuse("topology", "route", net, "a", "c"))
        self.assertIn(": ok", self.check(net, "--routing", "hosts_forward=true")[-1])

    def test_all_fields_of_a_file_have_options(self):
        text = GRAPHML.format(xml_node("a", "PoP.x") + xml_node("s", "switch") + xml_edge("a", "s"))
        out = self.succeed("topology", "convert", self.file(text, "net.txt"), self.folder / "out.json", "--read-as", "graphml", "--kind", "PoP.x=host",
                           "--host-platform", "a=small", "--routing", "metric=latency", "--frontend", "a", "--one-way", "yes")  # fmt: skip
        self.assertIn("wrote", out.stderr)
        net = json.loads((self.folder / "out.json").read_text())
        self.assertEqual((net["hosts"], net["host_platforms"], net["routing"]["metric"], net["frontend"], net["links"][0]["one_way"]),
                         (["a"], {"a": "small"}, "latency", "a", True))  # fmt: skip
        self.assertIn("yes or no", self.refuse("topology", "check", self.folder / "out.json", "--one-way", "maybe"))


class Route(TopologyTest):
    ENDS = ["pod0/rack0/host0", "pod1/rack0/host0"]

    def route(self, content, *arguments):
        return json.loads(self.topology("route", content, *arguments, "--format", "json").stdout)

    def test_path(self):
        r = self.route(FAT_TREE, *self.ENDS)
        self.assertEqual((len(r["path"]), r["hops"], r["latency_us"], r["bandwidth_gbps"]), (7, 6, 1 + 4 * 2 + 1, 25))
        self.assertEqual([r["path"][0], r["path"][-1]], self.ENDS)
        self.assertRegex(" ".join(r["path"][1:-1]), r"^pod0/rack0 pod0/agg(\d) core\d pod1/agg\1 pod1/rack0$")
        text = self.topology("route", FAT_TREE, *self.ENDS).stdout
        self.assertEqual(text.splitlines()[0], " -> ".join(r["path"]))
        self.assertIn("6 hops, 10 us", text)

    def test_flows_spread_over_the_cores(self):
        paths = {flow: self.route(FAT_TREE, *self.ENDS, "--flow", flow)["path"] for flow in range(24)}
        self.assertEqual({p[3] for p in paths.values()}, {"core0", "core1", "core2", "core3"})
        self.assertEqual({len(p) for p in paths.values()}, {7})
        self.assertEqual(paths[7], self.route(FAT_TREE, *self.ENDS, "--flow", 7)["path"])
        single = {**FAT_TREE, "routing": {"multipath": "single"}}
        self.assertEqual(len({str(self.route(single, *self.ENDS, "--flow", flow)["path"]) for flow in range(8)}), 1)

    def test_metric(self):
        net = star_of("a", "b")
        net["switches"] += ["t"]
        net["links"] = [link("a", "s"), link("s", "b", latency="9 us"), link("s", "t"), link("t", "b")]
        self.assertEqual(self.route(net, "a", "b")["path"], ["a", "s", "b"])
        fast = self.route({**net, "routing": {"metric": "latency"}}, "a", "b")
        self.assertEqual((fast["path"], fast["latency_us"]), (["a", "s", "t", "b"], 3))

    def test_to_itself(self):
        self.assertEqual(self.route(star_of("a", "b"), "a", "a")["hops"], 0)

    def test_errors(self):
        net = self.file({**star_of("anna", "b"), "hosts": ["anna", "b", "alone"]})
        self.assertIn("did you mean 'anna'", self.refuse("topology", "route", net, "ana", "b"))
        error = self.refuse("topology", "route", net, "anna", "alone")
        self.assertIn("no path from 'anna' to 'alone'", error)


class Convert(TopologyTest):
    def content(self, file):
        """What a converted file says, whatever the order."""
        net = json.loads(file.read_text())
        ends = lambda x: [x["a"], x["b"]] if x.get("one_way") else sorted([x["a"], x["b"]])  # noqa: E731
        return {"hosts": sorted(net["hosts"]), "switches": sorted(net["switches"]), "platforms": net.get("host_platforms"), "frontend": net.get("frontend"),
                "links": sorted([*ends(x), x["bandwidth"], x["latency"], x.get("one_way", False)] for x in net["links"])}  # fmt: skip

    def check_round_trip(self, content, *options):
        first = self.folder / "first.json"
        self.topology("convert", content, first, "--force", *options)
        files = [
            first,
            self.folder / "a.graphml",
            self.folder / "b.dot",
            self.folder / "c.gv",
            self.folder / "d.xml",
            self.folder / "last.json",
        ]
        for source, target in zip(files, files[1:]):
            self.succeed("topology", "convert", source, target, "--force")
            self.assertEqual(self.info(source), self.info(target), f"{source.name} -> {target.name}")
        self.assertEqual(self.content(first), self.content(files[-1]))
        self.assertEqual(len([f for f in self.folder.iterdir() if f.suffix == ".tmp"]), 0)
        return self.content(first)

    def test_round_trip(self):
        net = self.check_round_trip({**FAT_TREE, "host_platforms": {"pod0/*host*": "small"}})
        self.assertEqual(
            (len(net["hosts"]), len(net["switches"]), len(net["links"]), len(net["platforms"])), (16, 20, 48, 4)
        )

    def test_frontends_are_kept(self):
        for name in ("out.graphml", "out.dot", "out.json"):
            self.topology("convert", {**FAT_TREE, "frontend": FRONTEND}, self.folder / name)
            self.assertNotIn("frontend", " ".join(self.info(self.folder / name)["warnings"]))
            self.assertEqual(self.info(self.folder / name)["links"], 49)

    def test_round_trip_of_a_frontend(self):
        self.check_round_trip({**FAT_TREE, "frontend": FRONTEND})

    def test_a_frontend_is_no_switch(self):
        self.topology("convert", {**FAT_TREE, "frontend": FRONTEND}, self.folder / "out.json")
        self.assertEqual(self.info(self.folder / "out.json")["switches"], 20)

    def test_queries_that_enter_at_a_host(self):
        self.topology("convert", {**FAT_TREE, "frontend": {"host": "pod0/rack0/host0"}}, self.folder / "out.dot")
        self.assertEqual(self.info(self.folder / "out.dot")["warnings"], [])

    def test_round_trip_of_one_way_and_parallel_links(self):
        net = star_of("a", "b")
        net["links"] += [
            link("a", "s", "3 Gbps", "7 us"),
            link("b", "s", "1.5 Gbps", "250 ns", one_way=True),
            link("a", "s", "unlimited"),
        ]
        self.assertEqual(len(self.check_round_trip(net)["links"]), 5)

    def test_round_trip_of_a_scenario(self):
        out = self.folder / "out.graphml"
        self.succeed("topology", "convert", BASE / "scenario.json", out)
        self.assertEqual((self.info(out)["hosts"], self.info(out)["links"]), (3, 3))
        self.assertEqual(
            self.check_round_trip(json.loads((BASE / "topology.json").read_text()))["hosts"],
            ["main0", "sparse0", "sparse1"],
        )

    NAMES = [
        "a b",
        'a"b',
        "a\\b",
        "<b>&amp;",
        "é",
        "1",
        "-1.5",
        "a->b",
        "a:b",
        ";",
        "a\nb",
        "{",
        "x" * 1000,
        "]]>",
        "# x",
        "//y",
        "/*c*/",
        " lead",
    ]

    def test_names_of_all_kinds(self):
        self.check_round_trip({**star_of(*self.NAMES), "host_platforms": {"x" * 1000: "small"}})

    def test_a_name_that_no_file_could_give_a_platform(self):
        self.assertIn("too long", self.refuse("topology", "info", self.file(star_of("x" * 1025))))

    def test_names_that_are_words_of_dot(self):
        self.check_round_trip(star_of("node", "edge", "graph", "strict", "Subgraph"))

    def test_names_that_end_in_a_backslash(self):
        self.assertIn(
            "backslash", self.refuse("topology", "convert", self.file(star_of("a\\", "b")), self.folder / "out.dot")
        )

    def test_routing_is_kept(self):
        self.topology(
            "convert", {**FAT_TREE, "routing": {"metric": "latency", "multipath": "single"}}, self.folder / "out.json"
        )
        routing = json.loads((self.folder / "out.json").read_text())["routing"]
        self.assertEqual((routing["metric"], routing["multipath"]), ("latency", "single"))

    def test_nothing_is_overwritten_silently(self):
        for name in ("out.json", "out.graphml", "out.dot"):
            out = self.folder / name
            out.write_text("mine")
            self.assertIn("--force", self.refuse("topology", "convert", self.file(FAT_TREE), out))
            self.assertEqual(out.read_text(), "mine")
            self.topology("convert", FAT_TREE, out, "--force")
            self.assertEqual(self.info(out)["hosts"], 16)

    def test_places_that_cannot_be_written(self):
        net = self.file(FAT_TREE)
        error = self.refuse("topology", "convert", net, self.folder / "out.xyz")
        for word in ("out.xyz", ".graphml", ".dot"):
            self.assertIn(word, error)
        (self.folder / "file").write_text("")
        done = shardsim("topology", "convert", net, self.folder / "file/out.dot")
        self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (1, "", 1))
        self.assertEqual({f.name for f in self.folder.iterdir()}, {"net.json", "file"})

    def test_a_bad_network_leaves_nothing(self):
        self.refuse("topology", "convert", self.file({**FAT_TREE, "k": 3}), self.folder / "deep/out.dot")
        self.assertEqual([f.name for f in self.folder.iterdir()], ["net.json"])


class Draw(TopologyTest):
    def draw(self, content):
        out = self.folder / "out.svg"
        self.topology("draw", content, out, "--force")
        return out.read_text()

    def test_every_node_is_named(self):
        for net, names in (
            (
                FAT_TREE,
                [f"core{i}" for i in range(4)]
                + [f"pod{p}/rack{r}/host{h}" for p in range(4) for r in range(2) for h in range(2)],
            ),
            (
                {"type": "torus", "dimensions": [3, 3], "link": CABLE},
                [f"router{a}.{b}/host0" for a in range(3) for b in range(3)],
            ),
            (star_of("<b>", "a & b", 'q"q', "é" * 40), ["<b>", "a & b", 'q"q', "é" * 40, "s"]),
        ):
            root = xml.etree.ElementTree.fromstring(self.draw(net))
            self.assertTrue(root.tag.endswith("svg"), root.tag)
            shown = "\n".join(text for node in root.iter() for text in (node.text or "", *node.attrib.values()))
            for name in names:
                self.assertIn(name, shown)

    def test_the_same_bytes_every_time(self):
        for net in (FAT_TREE, {"type": "torus", "dimensions": [4, 4], "link": CABLE}):
            self.assertEqual(self.draw(net), self.draw(net))

    def test_without_graphviz(self):
        out = self.folder / "out.svg"
        done = subprocess.run([PROGRAM, "topology", "draw", self.file(FAT_TREE), out], env={**os.environ, "PATH": str(self.folder)},
                              capture_output=True, text=True, check=False, timeout=PATIENCE)  # fmt: skip
        self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (1, "", 1))
        self.assertIn("apt-get install graphviz", done.stderr)
        self.assertFalse(out.exists())

    def test_what_xml_cannot_hold(self):
        xml.etree.ElementTree.fromstring(self.draw(star_of("]]>", "a\tb")))
        for name in ("\x01", "\x1b[31m", ""):
            self.assertIn("control characters", self.refuse("topology", "check", self.file(star_of("a", name))))

    def test_only_svg(self):
        net = self.file(FAT_TREE)
        for name in ("out.png", "out", "out.svgz"):
            self.assertIn(".svg", self.refuse("topology", "draw", net, self.folder / name))
            self.assertFalse((self.folder / name).exists())

    def test_nothing_is_overwritten_silently(self):
        out = self.folder / "out.svg"
        out.write_text("mine")
        self.assertIn("--force", self.refuse("topology", "draw", self.file(FAT_TREE), out))
        self.assertEqual(out.read_text(), "mine")

    def test_too_many_nodes(self):
        error = self.refuse(
            "topology",
            "draw",
            self.file({"type": "torus", "dimensions": [50, 25], "link": CABLE}),
            self.folder / "out.svg",
        )
        self.assertIn("2500", error)
        self.assertIn("2000", error)
        self.assertFalse((self.folder / "out.svg").exists())


class Flows(TopologyTest):
    NET = star_of("a", "b", "c")

    def flows(self, rows, *options, header="start_us,from,to,bytes", net=None):
        table = self.file("\n".join([header, *rows]) + "\n", "flows.csv")
        return list(csv.DictReader(self.topology("flows", net or self.NET, table, *options).stdout.splitlines()))

    def test_order_and_cells_in_every_transport(self):
        rows = ["100,b,a,5000", "0,a,b,1000", "0,c,b,1000", "50,a,c,0", "2.5,a,a,10"]
        for transport in TRANSPORTS:
            with self.subTest(transport):
                out = self.flows(rows, "--transport", transport)
                self.assertEqual([",".join([r["start_us"], r["from"], r["to"], r["bytes"]]) for r in out], rows)
                self.assertEqual({r["lost"] for r in out}, {"0"})
                took = [float(r["took_us"]) for r in out]
                self.assertGreaterEqual(took[0], 2 + 5)
                self.assertGreaterEqual(max(took[1], took[2]), 2 + 1)
                self.assertEqual(took[4], 0)

    def test_ideal_by_hand(self):
        out = self.flows(["0,a,b,1000", "0,c,b,1000", "7,b,a,123456", "50,a,c,0"], "--transport", "ideal")
        self.assertEqual([float(r["took_us"]) for r in out], [2 + 1, 2 + 1, 2 + 123.456, 2])

    def test_two_that_meet(self):
        rows = ["0,a,b,1000", "0,c,b,1000"]
        took = {t: [float(r["took_us"]) for r in self.flows(rows, "--transport", t)] for t in TRANSPORTS}
        self.assertEqual(took["ideal"], [3, 3])
        self.assertEqual(took["port"], [3, 4])  # the second waits
        self.assertEqual(took["fluid"], [4, 4])  # both at half the rate
        self.assertEqual(
            took["packet"], [4.156, 5.234]
        )  # 2 + 2 * 1.078, 2 + 3 * 1.078: with headers and framing, store and forward

    def test_rounds(self):
        # One link: 2 us and 1 us a kB. Each round begins 5 us after all of the one before are there.
        rows = ["0,a,b,1000,1", "0,a,b,2000,1", "5,a,b,1000,2", "5,b,a,1000,4"]
        out = self.flows(rows, "--transport", "port", header="start_us,from,to,bytes,round")
        self.assertEqual([float(r["took_us"]) for r in out], [3, 5, 3, 3])

    def test_rounds_that_end_at_once(self):
        rows = [f"0,a,a,1,{number}" for number in range(100_000)]
        out = self.flows(rows, "--transport", "ideal", header="start_us,from,to,bytes,round")
        self.assertEqual({float(r["took_us"]) for r in out}, {0})

    def test_json(self):
        table = self.file("start_us,from,to,bytes\n0,a,b,1000\n0,c,b,1000\n", "flows.csv")
        r = json.loads(self.topology("flows", self.NET, table, "--transport", "port", "--format", "json").stdout)
        self.assertEqual([f["took_us"] for f in r["flows"]], [3, 4])
        links = {x["link"]: x for x in r["links"]}
        self.assertEqual(set(links), {"a -> s", "c -> s", "s -> b"})
        self.assertEqual(
            (links["s -> b"]["bytes"], links["s -> b"]["messages"], links["s -> b"]["max_wait_us"]), (2000, 2, 1)
        )
        self.assertEqual(links["s -> b"]["queue_peak_bytes"], 2000)

    def test_columns_may_stand_in_any_order_and_be_more(self):
        out = self.flows(["1000,b,x,a,0"], "--transport", "ideal", header="bytes,to,note,from,start_us")
        self.assertEqual((out[0]["from"], out[0]["to"], out[0]["took_us"]), ("a", "b", "3"))

    def test_no_flows(self):
        self.assertEqual(self.flows([]), [])

    def test_bad_tables(self):
        net = self.file(self.NET)
        good = "0,a,b,1\n"
        for text, line, *words in (
            ("start_us,from,to,bytes\n" + good + "0,a,b,x\n", 3, "found 'x'", "bytes"),
            ("start_us,from,to,bytes\n" + good + good + "0,a,b,-1\n", 4, "found '-1'", "at least 0"),
            ("start_us,from,to,bytes\nsoon,a,b,1\n", 2, "found 'soon'", "microseconds"),
            ("start_us,from,to,bytes\nnan,a,b,1\n", 2, "found 'nan'"),
            ("start_us,from,to,bytes\n0,a,b,1e400\n", 2, "found '1e400'"),
            ("start_us,from,to,bytes\n0,a,b,1e16\n", 2, "10^15"),
            ("start_us,from,to,bytes\n0,a,b\n", 2, "start_us, from, to and bytes"),
            ("start_us,from,to,bytes\n" + good + "0,aa,b,1\n", 3, "no node 'aa'", "did you mean 'a'"),
            ("start_us,from,to,byte\n" + good, 1, "no column 'bytes'", "did you mean 'byte'"),
            ("start_us,from,to,bytes,round\n0,a,b,1,2\n0,a,b,1,1\n", 3, "found '1'", "not before"),
            ("from,to,bytes\n" + good, 1, "no column 'start_us'"),
        ):  # fmt: skip
            table = self.file(text, "flows.csv")
            for transport in TRANSPORTS:
                error = self.refuse("topology", "flows", net, table, "--transport", transport)
                self.assertIn(f"{table}:{line}: ", error)
                for word in words:
                    self.assertIn(word, error)
        self.assertIn("is empty", self.refuse("topology", "flows", net, self.file("", "flows.csv")))
        self.assertIn("cannot be opened", self.refuse("topology", "flows", net, self.folder / "none.csv"))
        self.assertIn("did you mean 'port'", self.refuse("topology", "flows", net, table, "--transport", "prot"))

    def test_no_way(self):
        net = {**self.NET, "hosts": ["a", "b", "c", "alone"]}
        error = self.refuse(
            "topology", "flows", self.file(net), self.file("start_us,from,to,bytes\n0,a,alone,1\n", "flows.csv")
        )
        self.assertIn("no path from 'a' to 'alone'", error)

    def test_times_beyond_the_clock(self):
        self.refuse(
            "topology", "flows", self.file(self.NET), self.file("start_us,from,to,bytes\n1e12,a,b,1\n", "flows.csv")
        )

    def test_a_folder_is_no_table(self):
        self.assertIn("folder", self.refuse("topology", "flows", self.file(self.NET), self.folder))


class Runs(TopologyTest):
    """Scenarios with the network of tests/invalid/base, changed."""

    def scenario(self, name="scenario.json", **changes):
        scenario = json.loads((BASE / "scenario.json").read_text())
        scenario.update(model=str(BASE / "model.json"), topology=json.loads((BASE / "topology.json").read_text()))
        platform = json.loads((BASE / "platform.json").read_text())
        for service in scenario["cluster"].values():
            service["platform"] = platform
        for key, value in changes.items():
            scenario[key] = value
        return self.file(scenario, name)

    def run_json(self, file, *options, **how):
        return json.loads(self.succeed("run", file, "--json", *options, **how).stdout)

    def result(self, *options, **changes):
        return self.run_json(self.scenario(**changes), *options)

    def service(self, **more):
        return {"platform": str(BASE / "platform.json"), **more}

    def check_totals(self, r):
        q = r["queries"]
        self.assertEqual(q["offered"], q["completed"] + q["failed"])
        return q


class TopologyFiles(Runs):
    def graphml(self, name):
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        self.succeed("topology", "convert", BASE / "topology.json", target)

    def test_a_file_beside_the_scenario(self):
        plain = self.result()["fingerprint"]
        for name in ("net.graphml", "net.dot"):
            self.graphml("sub/" + name)
            file = self.scenario("sub/scenario.json", topology={"type": "file", "file": name, "frontend": "main0"})
            r = self.run_json(file)
            self.assertEqual((r["fingerprint"], r["queries"]["completed"]), (plain, 100))
            for folder, path in (
                ("/", file),
                (self.folder, "sub/scenario.json"),
                (self.folder / "sub", "scenario.json"),
            ):
                self.assertEqual(self.run_json(path, cwd=folder)["fingerprint"], plain)

    def test_a_bare_path(self):
        net = json.loads((BASE / "topology.json").read_text())
        net["hosts"], net["links"], net["frontend"] = net["hosts"][:3], net["links"] + [link("door", "tor")], "door"
        net["switches"] += ["door"]
        self.succeed("topology", "convert", self.file(net), self.folder / "net.graphml")
        text = (self.folder / "net.graphml").read_text()
        (self.folder / "net.graphml").write_text(re.sub(r">switch(?=</data>\s*<data[^>]*>door)", ">frontend", text))
        r = self.run_json(self.scenario(topology="net.graphml"), cwd="/")
        self.assertEqual(r["queries"]["completed"], 100)
        self.assertEqual(r["scenario"]["topology"]["type"], "file")
        self.succeed(
            "topology",
            "convert",
            self.file({k: v for k, v in net.items() if k != "frontend"}),
            self.folder / "plain.graphml",
        )
        self.assertIn("'frontend'", self.refuse("run", self.scenario(topology="plain.graphml")))

    def test_a_result_repeats_the_run(self):
        self.graphml("sub/net.graphml")
        file = self.scenario("sub/scenario.json", topology={"type": "file", "file": "net.graphml", "frontend": "main0"}, transport={"type": "packet"},
                             cross_traffic=[{"rate": "500 /s", "size": {"type": "fixed", "value": 20000}}])  # fmt: skip
        self.succeed("run", "sub/scenario.json", "--out", "there/one", cwd=self.folder)
        one = self.folder / "there/one/result.json"
        self.succeed("run", one, "--out", self.folder / "there/two", cwd="/")
        self.assertEqual(one.read_bytes(), (self.folder / "there/two/result.json").read_bytes())
        for folder, path in (("/", one), (self.folder, "there/one/result.json"), (one.parent, "result.json")):
            self.assertEqual(self.run_json(path, cwd=folder)["fingerprint"], self.run_json(file)["fingerprint"])
        self.assertEqual(json.loads(one.read_text())["scenario"]["topology"]["file"], "../../sub/net.graphml")

    def test_a_missing_file(self):
        error = self.refuse("run", self.scenario(topology="none.graphml"))
        for word in ("/topology/file", "none.graphml", "does not exist"):
            self.assertIn(word, error)

    def test_a_bad_file_is_named_with_its_line(self):
        self.file("<graphml>\n<graph>\n<node id='a'/>\n<node id='a'/>\n</graph></graphml>", "net.graphml")
        self.assertIn("net.graphml:4: ", self.refuse("run", self.scenario(topology="net.graphml")))

    def test_set_reaches_into_a_topology_that_set_names(self):
        self.graphml("net.graphml")
        self.succeed(
            "run",
            self.scenario(),
            "--set",
            f"topology={self.folder / 'net.graphml'}",
            "--set",
            "topology.frontend=main0",
        )


class Placement(Runs):
    def hosts(self, sparse, main=None, **changes):
        cluster = {
            "main": self.service(**({"placement": main} if main else {})),
            "sparse": self.service(placement=sparse),
        }
        r = self.result(cluster=cluster, **{"topology": {**FAT_TREE, "frontend": FRONTEND}, **changes})
        self.check_totals(r)
        return [h["name"] for h in r["hosts"]]

    def test_pattern_and_order(self):
        self.assertEqual(self.hosts({"on": "pod1/*"}), ["pod0/rack0/host0", "pod1/rack0/host0", "pod1/rack0/host1"])
        self.assertEqual(
            self.hosts({"on": "pod1/*", "order": "spread"}),
            ["pod0/rack0/host0", "pod1/rack0/host0", "pod1/rack1/host0"],
        )
        self.assertEqual(self.hosts({"on": "pod[23]/rack?/host1", "order": "packed"}, {"on": "pod3/*"}),
                         ["pod3/rack0/host0", "pod2/rack0/host1", "pod2/rack1/host1"])  # fmt: skip
        self.assertEqual(self.hosts({"order": "spread"}), ["pod0/rack0/host0", "pod0/rack0/host1", "pod0/rack1/host0"])

    def test_platforms_of_hosts(self):
        net = {
            **FAT_TREE,
            "frontend": FRONTEND,
            "host_platforms": {"*host*": "large", "pod2/*": "small", "pod0/rack0/host0": "small"},
        }
        self.assertEqual(self.hosts({}, topology=net), ["pod0/rack0/host0", "pod2/rack0/host0", "pod2/rack0/host1"])

    def test_distance_costs_time(self):
        near = self.result(topology={**FAT_TREE, "frontend": {"host": "pod0/rack0/host0"}})
        cluster = {"main": self.service(), "sparse": self.service(placement={"on": "pod3/*"})}
        far = self.result(topology={**FAT_TREE, "frontend": {"host": "pod0/rack0/host0"}}, cluster=cluster)
        # Two tables, there and back: to the next rack cables of 6 us become 10, within the rack cables of 2.
        self.assertAlmostEqual(
            far["latency_us"]["mean"], near["latency_us"]["mean"] + 2 * (10 - 6) + 2 * (10 - 2), places=3
        )

    def test_shared_hosts(self):
        net = {**star_of("only"), "frontend": "only"}
        r = self.result(topology=net, cluster={"main": self.service(), "sparse": self.service(), "colocate": True})
        self.assertEqual({h["name"] for h in r["hosts"]}, {"only"})


class Faults(Runs):
    SERVING = {"call": {"type": "retry", "per_try_timeout": "10 ms", "retries": 1}}
    WINDOW = {"state": "down", "from": "200 ms", "until": "500 ms"}

    def faulty(self, *faults, **changes):
        return self.result(faults=list(faults), serving=self.SERVING, **changes)

    def test_a_window_without_way_fails_queries_in_every_transport(self):
        for transport in TRANSPORTS:
            for what in ({"links": "tor -> sparse0"}, {"links": "sparse1 -> *"}, {"hosts": "main0"}):
                with self.subTest(f"{transport} {what}"):
                    r = self.faulty({**self.WINDOW, **what}, transport={"type": transport})
                    q = self.check_totals(r)
                    self.assertEqual(q["offered"], 100)
                    self.assertGreater(q["failed"], 10)
                    # A connection that is kept tries again after twice the time each time, so it finds out late.
                    self.assertGreater(q["completed"], 30 if transport == "packet" else 50)
                    self.assertGreater(sum(x["lost_messages"] for x in r["links"]), 0)

    def test_down_to_the_end(self):
        for arrivals in ({"type": "poisson", "rate": "100 /s"}, {"type": "serial"}):
            traffic = {"arrivals": arrivals, "items": {"type": "fixed", "value": 4}, "queries": 100}
            for transport in TRANSPORTS:
                q = self.check_totals(
                    self.faulty(
                        {"links": "tor -> sparse0", "state": "down"}, transport={"type": transport}, traffic=traffic
                    )
                )
                self.assertEqual((q["failed"], q["completed"]), (100, 0))

    def test_a_window_after_the_run_changes_nothing(self):
        plain = self.result(serving=self.SERVING)
        self.assertEqual(
            self.faulty({"links": "*", "state": "down", "from": "100 s"})["latency_us"], plain["latency_us"]
        )
        self.assertEqual(plain["queries"]["failed"], 0)

    def test_retries_outlast_a_short_window(self):
        short = {"links": "*", "state": "down", "from": "200 ms", "until": "300 ms"}
        patient = {"call": {"type": "retry", "per_try_timeout": "50 ms", "retries": 5}}
        q = self.check_totals(self.result(faults=[short], serving=patient))
        self.assertEqual(q["failed"], 0)
        r = self.result(faults=[short], serving=patient)
        self.assertGreater(r["latency_us"]["max"], 50_000)
        self.assertGreater(r["spans_us"]["timeout_wait"]["mean"], 0)

    def test_only_those_who_cross_a_link_suffer(self):
        net = {**FAT_TREE, "frontend": FRONTEND}
        cluster = {"main": self.service(), "sparse": self.service(placement={"on": "pod1/*"})}
        plain = self.result(serving=self.SERVING, topology=net, cluster=cluster)
        used = {f"{x['from']} -> {x['to']}" for x in plain["links"]}
        self.assertIn("pod0/agg0 -> core0", used)  # to the frontend
        self.assertNotIn("pod3/agg0 -> core0", used)
        for where, failed in (("pod0/agg0 -> core0", 100), ("pod3/agg0 -> core0", 0)):
            q = self.check_totals(self.faulty({"links": where, "state": "down"}, topology=net, cluster=cluster))
            self.assertEqual(q["failed"], failed)

    def test_a_slow_host(self):
        plain = self.result()
        for transport in TRANSPORTS:
            slow = self.result(
                faults=[{"hosts": "sparse0", "state": "slow", "factor": 5}], transport={"type": transport}
            )
            self.assertEqual(self.check_totals(slow)["failed"], 0)
            # Its service overhead of 150 us, once for either net where it has tables of both, takes 750 us.
            self.assertGreaterEqual(slow["latency_us"]["mean"], plain["latency_us"]["mean"] + 4 * 150 - 1e-6)
            self.assertGreater(slow["cpu_us_per_query"], plain["cpu_us_per_query"])

    def test_a_slow_link(self):
        plain = self.result()
        slow = self.result(faults=[{"links": "*", "state": "slow", "factor": 1000}])
        self.assertGreater(slow["latency_us"]["mean"], plain["latency_us"]["mean"] + 1)
        half = self.result(faults=[{"links": "*", "state": "slow", "factor": 1000, "until": "500 ms"}])
        self.assertLess(half["latency_us"]["min"], half["latency_us"]["max"] - 1)
        self.assertAlmostEqual(half["latency_us"]["min"], plain["latency_us"]["min"], places=3)

    def test_flapping(self):
        for transport in TRANSPORTS:
            q = self.check_totals(
                self.faulty(
                    {"hosts": "sparse*", "state": "flapping", "down_for": "20 ms", "up_for": "20 ms"},
                    transport={"type": transport},
                )
            )
            self.assertGreater(q["failed"], 10)
            self.assertGreater(q["completed"], 10)
        q = self.check_totals(
            self.faulty({"links": "*", "state": "flapping", "down_for": "1 us", "up_for": "1 us", "until": "1 ms"})
        )
        self.assertEqual(q["failed"], 0)

    def test_seeded_and_repeatable(self):
        fault = {**self.WINDOW, "links": "* -> sparse0"}
        self.assertEqual(self.faulty(fault), self.faulty(fault))
        self.assertNotEqual(self.faulty(fault)["fingerprint"], self.result(serving=self.SERVING)["fingerprint"])

    def test_cpu_of_no_completed_query(self):
        r = self.faulty({"links": "tor -> sparse0", "state": "down"})
        self.assertLess(r["cpu_us_per_query"] or 0, 2000)

    def test_hosts_are_no_switches(self):
        self.refuse("run", self.scenario(faults=[{"hosts": "tor", "state": "down"}], serving=self.SERVING))

    def test_a_slow_host_without_servers(self):
        net = json.loads((BASE / "topology.json").read_text())
        net["hosts"].append("idle")
        net["links"].append(link("idle", "tor"))
        error = self.refuse(
            "run", self.scenario(topology=net, faults=[{"hosts": "idle", "state": "slow", "factor": 2}])
        )
        self.assertNotIn("nothing matches", error)


class BackgroundTraffic(Runs):
    LOAD = {"from": "sparse*", "to": "main0", "load": "20 Gbps", "size": {"type": "fixed", "value": 1_000_000}}

    def test_totals(self):
        for transport in TRANSPORTS:
            with self.subTest(transport):
                plain = self.result(transport={"type": transport})
                r = self.result(
                    transport={"type": transport},
                    cross_traffic=[self.LOAD, {"rate": "50 /s", "size": {"type": "fixed", "value": 10}}],
                )
                self.assertEqual((plain["cross_traffic"], len(r["cross_traffic"])), ([], 2))
                loud, quiet = r["cross_traffic"]
                for b in (loud, quiet):
                    self.assertLessEqual(b["delivered"] + b["lost"], b["sent"])
                    self.assertGreater(b["delivered"], 0)
                    self.assertGreater(b["p99_us"] + 1e-9, b["p50_us"])
                self.assertEqual((loud["bytes"], quiet["bytes"]), (loud["sent"] * 1_000_000, quiet["sent"] * 10))
                self.assertAlmostEqual(
                    loud["sent"] / (2500 * r["simulated_s"]), 1, delta=0.15
                )  # 20 Gbps are 2500 a second
                self.assertAlmostEqual(quiet["sent"] / (50 * r["simulated_s"]), 1, delta=0.6)
                self.assertEqual(r["queries"]["completed"], 100)
                if transport != "ideal":
                    self.assertGreater(r["latency_us"]["mean"], plain["latency_us"]["mean"] + 0.1)
                else:
                    self.assertEqual(r["latency_us"]["mean"], plain["latency_us"]["mean"])

    def test_losses_are_counted(self):
        r = self.result(
            cross_traffic=[self.LOAD], faults=[{"links": "sparse* -> tor", "state": "down"}], serving=Faults.SERVING
        )
        b = r["cross_traffic"][0]
        self.assertEqual((b["delivered"], b["lost"]), (0, b["sent"]))


class Links(Runs):
    def test_each_transport_runs_and_tells_of_links(self):
        fingerprints = set()
        for transport in TRANSPORTS:
            r = self.result(transport={"type": transport}, cross_traffic=[BackgroundTraffic.LOAD])
            fingerprints.add(r["fingerprint"])
            links = {(x["from"], x["to"]): x for x in r["links"]}
            for x in links.values():
                self.assertLessEqual(
                    {"p99_us", "p99_share", "queue_peak_bytes", "lost_messages", "marked", "max_wait_us"}, set(x)
                )
                self.assertTrue(0 <= x["p99_share"] <= 1, x["p99_share"])
            self.assertAlmostEqual(
                sum(x["p99_share"] for x in links.values()), r["spans_us"]["network"]["p99_share"], places=6
            )
            self.assertAlmostEqual(sum(x["p99_us"] for x in links.values()), r["spans_us"]["network"]["p99"], places=3)
            peak = links["tor", "main0"]["queue_peak_bytes"]
            if transport in ("port", "packet"):
                self.assertGreater(peak, 1_000_000 if transport == "port" else 100_000)
                longest = max(links, key=lambda link: links[link]["p99_share"])
                # Packets of connections that share a card wait there too.
                self.assertIn(
                    longest, [("tor", "main0")] if transport == "port" else [("tor", "main0"), ("sparse0", "tor")]
                )
        self.assertEqual(len(fingerprints), 4)

    def test_the_summary_names_the_link(self):
        text = self.succeed("run", self.scenario(cross_traffic=[BackgroundTraffic.LOAD])).stdout
        self.assertRegex(text, r"(?m)^network .*longest at link tor -> main0: [\d.]+ us, [\d.]+ %")

    def test_the_summary_tells_of_timeouts(self):
        # 40 answers of 150 kB meet at one port. Few are late, but a query waits for the last.
        file = ROOT / "workloads/experiments/drm1-load.json"

        def summary(stack):
            transport = json.dumps({"type": "packet", "stack": stack})
            return self.succeed("run", file, "--set", "traffic.queries=100", "--set", f"transport={transport}").stdout

        self.assertRegex(
            summary("newreno"),
            r"(?m)^timeouts +[\d.]+ % of the messages waited for a .* timeout, and so most queries did",
        )
        self.assertNotIn("timeouts", summary("linux"))

    def test_marks(self):
        ecn = self.result(
            transport={"type": "packet", "ecn_threshold": "64 KiB"}, cross_traffic=[BackgroundTraffic.LOAD]
        )
        self.assertGreater(sum(x["marked"] for x in ecn["links"]), 0)
        self.assertEqual(
            sum(
                x["marked"]
                for x in self.result(transport={"type": "packet"}, cross_traffic=[BackgroundTraffic.LOAD])["links"]
            ),
            0,
        )

    def test_a_small_queue_drops(self):
        r = self.result(transport={"type": "packet", "buffer": "3 kB"}, cross_traffic=[BackgroundTraffic.LOAD])
        self.assertGreater(sum(x["lost_messages"] for x in r["links"]), 0)
        self.assertLessEqual(max(x["queue_peak_bytes"] for x in r["links"] if x["from"] == "tor"), 3000)
        self.assertEqual(r["queries"]["completed"], 100)


class NetworkCards(Runs):
    def card(self, **nic):
        platform = json.loads((BASE / "platform.json").read_text())
        platform["nic"].update(nic)
        traffic = {"arrivals": {"type": "serial"}, "items": {"type": "fixed", "value": 4}, "queries": 50}
        return self.result(cluster={"main": {"platform": platform}, "sparse": {"platform": platform}}, traffic=traffic)

    def test_latency(self):
        plain, slow = self.card(), self.card(latency="10 us")
        # Two nets, request and answer, both ends.
        self.assertAlmostEqual(slow["latency_us"]["mean"], plain["latency_us"]["mean"] + 2 * 2 * 2 * 10, places=3)
        self.assertEqual(slow["cpu_us_per_query"], plain["cpu_us_per_query"])

    def test_cpu_per_message(self):
        plain, busy = self.card(), self.card(cpu_per_message="10 us")
        # As above, and the query and its answer at the main shard.
        self.assertAlmostEqual(busy["cpu_us_per_query"], plain["cpu_us_per_query"] + (8 + 2) * 10, places=3)
        self.assertAlmostEqual(busy["latency_us"]["mean"], plain["latency_us"]["mean"] + (8 + 2) * 10, places=3)

    def test_receive_bandwidth(self):
        self.assertGreater(
            self.card(receive_bandwidth="10 Mbps")["latency_us"]["mean"], self.card()["latency_us"]["mean"] + 10
        )


CPU_SECONDS = 120 if SANITIZED else 10
MEMORY = 2 << 30


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))  # of the CPU: the machine may be busy
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


GRAPHML = """<graphml><key id="b" for="edge" attr.name="bandwidth"/><key id="l" for="edge" attr.name="latency"/>
<key id="k" for="node" attr.name="kind"/><graph edgedefault="undirected">{}</graph></graphml>"""


def xml_node(name, kind="host"):
    return f'<node id="{name}"><data key="k">{kind}</data></node>\n'


def xml_edge(a, b, bandwidth="1 Gbps", latency="1 us", name=None):
    data = "".join(f'<data key="{k}">{v}</data>' for k, v in (("b", bandwidth), ("l", latency)) if v is not None)
    return f'<edge source="{a}" target="{b}"' + (f' id="{name}"' if name else "") + f">{data}</edge>\n"


XML_NODES = xml_node("a") + xml_node("b") + xml_node("s", "switch")
XML_GOOD = GRAPHML.format(XML_NODES + xml_edge("a", "s") + xml_edge("b", "s"))
DOT_GOOD = (
    'graph { a [kind=host]; b [kind=host]; s [kind=switch]; a--s [bandwidth="1 Gbps", latency="1 us"]; b--s'
    ' [bandwidth="1 Gbps", latency="1 us"]; }'
)


class HostileTest(TopologyTest):
    """Whatever a file holds: an answer in time, in little memory, and a clear one."""

    def limited(self, *arguments):
        return subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder, capture_output=True, timeout=PATIENCE, check=False,
                              encoding="utf-8", errors="replace", preexec_fn=limit)  # fmt: skip

    def put(self, name, content):
        path = self.folder / name
        with open(path, "wb") as out:
            for piece in [content] if isinstance(content, (str, bytes)) else content:
                out.write(piece if isinstance(piece, bytes) else piece.encode())
        return path

    def load(self, name, content, *options, action="info"):
        done = self.limited("topology", action, self.put(name, content), *options)
        self.assertEqual(done.returncode, 0, done.stderr[:500])
        return done.stdout

    def reject(self, name, content, *words, options=(), action="info", arguments=()):
        done = self.limited("topology", action, self.put(name, content), *arguments, *options)
        self.assertEqual((done.returncode, done.stdout[:200]), (2, ""), done.stderr[:500])
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr[:500])
        self.assertLess(len(done.stderr), 1200)
        for word in (name, *words):
            self.assertIn(word, done.stderr)
        self.assertNotIn("bad_alloc", done.stderr)
        return done.stderr


class HostileGraphml(HostileTest):
    def test_the_good_one_is_good(self):
        self.assertRegex(self.load("net.graphml", XML_GOOD), r"hosts +2\nswitches +1\nlinks +2\n")

    def test_entities(self):
        lol = "".join(f'<!ENTITY lol{i} "{(f"&lol{i - 1};" if i else "lol") * 10}">' for i in range(10))
        self.reject(
            "net.graphml",
            f'<?xml version="1.0"?>\n<!DOCTYPE x [{lol}]>' + GRAPHML.format(xml_node("&lol9;")),
            ":2: ",
            "entity",
        )
        secret = self.file("secret words", "secret.txt")
        for name in (f'x SYSTEM "file://{secret}"', f'% x SYSTEM "file://{secret}"', f'x PUBLIC "y" "{secret}"'):
            error = self.reject(
                "net.graphml",
                f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY {name}>]>' + GRAPHML.format(xml_node("a", "&x;")),
                "entity",
            )
            self.assertNotIn("secret words", error)
        self.reject("net.graphml", GRAPHML.format(xml_node("&x;")), "undefined entity")
        # A document type elsewhere is not fetched.
        self.load("net.graphml", f'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file://{secret}">' + XML_GOOD)

    def test_a_million_nodes(self):
        nodes = ("".join(f'<node id="{k}-{i}"/>' for i in range(1000)) + "\n" for k in range(1000))
        self.reject(
            "net.graphml",
            ["<graphml><graph>", *nodes, "</graph></graphml>"],
            ":251: ",
            "more than 250000 nodes",
            options=DEFAULTS,
        )

    def test_too_many_edges(self):
        edges = ('<edge source="a" target="b"/>' * 1000 for _ in range(2001))
        text = ["<graphml><graph>" + xml_node("a") + xml_node("b"), *edges, "</graph></graphml>"]
        self.reject("net.graphml", text, "more than 2000000 edges", options=DEFAULTS)

    def test_nesting(self):
        deep = "<a>" * 10_000 + "</a>" * 10_000
        for text in (deep, f'<node id="x"><data key="k">{deep}</data></node>', "<a>" * 10_000):
            self.reject("net.graphml", GRAPHML.format(text), "nests elements more than")

    def test_long_values(self):
        big = "x" * 10_000_000
        self.reject("net.graphml", GRAPHML.format(xml_node("x", big)), "more than", "characters")
        self.reject(
            "net.graphml",
            f'<graphml><key id="b" for="edge"><default>{big}</default></key><graph/></graphml>',
            "more than",
            "characters",
        )
        self.reject("net.graphml", GRAPHML.format(XML_NODES + xml_edge("a", "s", big)), "more than", "characters")

    def test_long_attributes(self):
        self.reject("net.graphml", GRAPHML.format(xml_node("x" * 10_000_000)), "characters")

    def test_a_long_default_of_many_nodes(self):
        nodes = "".join(f'<node id="{i}"/>' for i in range(100_000))
        self.reject(
            "net.graphml",
            f'<graphml><key id="b" for="node"><default>{"x" * 60_000}</default></key><graph>{nodes}</graph></graphml>',
            options=DEFAULTS,
        )

    def test_truncated(self):
        for end in range(0, len(XML_GOOD) - 1, 37):
            self.reject("net.graphml", XML_GOOD[:end], ":", "no valid XML")

    def test_garbage(self):
        for content in (bytes(range(256)) * 100, b"\0" * 10_000, b"", b"\xef\xbb\xbf", b"\xff\xfe<\0", b"{}", DOT_GOOD):
            self.reject("net.graphml", content, "no valid XML")
        self.reject("net.graphml", "<html/>", "<graph>")

    def test_defects(self):
        for body, *words in (
            (xml_edge("a", "a"), ": line 5: ", "'a' - 'a'", "to itself"),
            (xml_node("a"), ":5: ", "second node", "'a'"),
            (xml_edge("a", "s", name="e") + xml_edge("b", "s", name="e"), ":6: ", "second edge", "'e'"),
            (xml_edge("a", "s", bandwidth=None), ": line 5: ", "link 'a' - 's'", "no bandwidth", "--default 'bandwidth=10 Gbps'", "capacity"),
            (xml_edge("a", "s", latency=None), "link 'a' - 's'", "no latency", "--default 'latency=10 us'"),
            (xml_edge("a", "s", "0 Gbps"), "link 'a' - 's'", "more than 0"),
            (xml_edge("a", "s", "-1 Gbps"), "link 'a' - 's'", "negative"),
            (xml_edge("a", "s", "1 Gbps", "-1 us"), "link 'a' - 's'", "negative"),
            (xml_edge("a", "s", "10"), "link 'a' - 's'", "'10' without a unit", "--attribute 'bandwidth=bandwidth Mbps'"),
            (xml_edge("a", "s", "1 Gbps", "3"), "link 'a' - 's'", "'3' without a unit", "--attribute 'latency=latency ms'"),
            (xml_edge("a", "s", "10 Gpbs"), "link 'a' - 's'", "unknown unit 'Gpbs'", "did you mean"),
            (xml_edge("a", "s", "nan Gbps"), "link 'a' - 's'", "'nan Gbps'"),
            (xml_edge("a", "s", "1 Gbps", "2000000 s"), "link 'a' - 's'", "longer than a day"),
            (xml_edge("a", "z"), ":5: ", "'z'", "not there"),
            (xml_node("z", "PoP"), "node 'z'", "'PoP'", "--kind 'PoP=host'"),
            ('<node id="z"/>', "node 'z'", "host or a switch", "--default kind=switch"),
            ("<node/>", ":5: ", "without id"),
            ("<hyperedge/>", ":5: ", "hyperedge"),
        ):  # fmt: skip
            with self.subTest(str(words)):
                self.reject(
                    "net.graphml", GRAPHML.format("\n" + XML_NODES.replace("\n", "") + "\n\n" + body), *words
                )  # body: line 5

    def test_options_fill_in_what_is_missing(self):
        text = GRAPHML.format(
            XML_NODES + xml_edge("a", "s", "1000", None) + xml_edge("b", "s", "1000", None) + '<node id="z"/>'
        )
        options = ["--attribute", "bandwidth=bandwidth Mbps", "--default", "latency=3 us", "--default", "kind=switch"]
        out = self.load("net.graphml", text, *options, "--format", "json")
        self.assertEqual((json.loads(out)["switches"], json.loads(out)["bisection_gbps"]), (2, 1))
        self.reject("net.graphml", text, "speed", options=["--attribute", "bandwidth=speed Mbps", *options[2:]])
        for option, words in ((["--default", "bandwith=1 Gbps"], "did you mean 'bandwidth'"), (["--attribute", "lattency=x"], "did you mean 'latency'"),
                              (["--default", "kind=hots"], "did you mean 'host'"), (["--default", "bandwidth=1"], "with its unit")):  # fmt: skip
            self.assertIn(words, self.refuse("topology", "info", self.folder / "net.graphml", *option))

    def test_two_frontends(self):
        front = xml_node("x", "frontend") + xml_node("y", "frontend") + xml_edge("x", "s") + xml_edge("y", "s")
        self.reject("net.graphml", XML_GOOD.replace("</graph>", front + "</graph>"), "frontend")

    def test_bad_options_are_named(self):
        self.assertIn(
            "--default", self.refuse("topology", "info", self.put("net.graphml", XML_GOOD), "--default", "kind")
        )


class HostileDot(HostileTest):
    def test_the_good_one_is_good(self):
        self.assertRegex(self.load("net.dot", DOT_GOOD), r"hosts +2\nswitches +1\nlinks +2\n")
        self.assertRegex(
            self.load("net.dot", DOT_GOOD.replace("graph {", "digraph {").replace("--", "->"), action="info"),
            r"links +2 \(2 one way\)",
        )

    def test_a_million_nodes(self):
        pieces = ("".join(f"n{k * 1000 + i};" for i in range(1000)) for k in range(1000))
        self.reject("net.dot", ["graph {", *pieces, "}"], "more than 250000 nodes", options=DEFAULTS)

    def test_too_large(self):
        self.reject(
            "net.dot",
            ["graph {", *("// " + "x" * 10_000 + "\n" for _ in range(4200)), "}"],
            "at most",
            options=DEFAULTS,
        )

    def test_nesting(self):
        for text in ("{" * 10_000 + "}" * 10_000, "{" * 10_000, "{ " + "subgraph {" * 10_000 + "}" * 10_001):
            for kind in ("graph ", "digraph "):
                self.reject("net.dot", kind + text, "nested more than")

    def test_nesting_behind_a_quote_in_a_comment(self):
        for comment in ('// "\n', '/* " */', '\n# "\n'):
            self.reject("net.dot", "graph {" + comment + "{" * 100_000 + "}" * 100_001, "nested more than")

    def test_braces_in_a_comment(self):
        self.load("net.dot", DOT_GOOD.replace("{", "{ // " + "{" * 100 + "\n", 1))

    def test_html_labels(self):
        for label in ("<<b>x</b>>", "<<table><tr><td>x &amp; y</td></tr></table>>", "<x>"):
            self.load("net.dot", DOT_GOOD.replace("a [kind=host]", f"a [kind=host, xlabel={label}]"))

    def test_html_bombs(self):
        for text in ("<" * 100_000, "<" * 100_000 + ">" * 100_000):
            done = self.limited("topology", "info", self.put("net.dot", f"digraph {{ a [x={text}]; }}"), *DEFAULTS)
            self.assertIn(done.returncode, (0, 2))

    def test_products_of_subgraphs(self):
        sides = ["; ".join(f"{side}{i}" for i in range(3000)) for side in "ab"]
        self.reject(
            "net.dot",
            f"digraph {{ subgraph {{ {sides[0]} }} -> subgraph {{ {sides[1]} }} }}",
            "links",
            options=DEFAULTS,
        )

    def test_truncated_digraph(self):
        text = DOT_GOOD.replace("graph {", "digraph {").replace("--", "->")
        for end in range(0, len(text) - 1, 7):
            self.reject("net.dot", text[:end], "no valid DOT")

    def test_truncated_graph(self):
        for end in range(0, len(DOT_GOOD) - 1, 7):
            self.reject("net.dot", DOT_GOOD[:end], "no valid DOT")

    def test_arrows_in_an_undirected_graph(self):
        self.reject("net.dot", "graph { a -> b }", "no valid DOT", options=DEFAULTS)

    def test_garbage(self):
        for content in (bytes(range(256)) * 100, b"\0" * 10_000, b"", b"\xff\xfe", b"{}", XML_GOOD):
            self.reject("net.dot", content, "no valid DOT")

    def test_defects(self):
        for statement, *words in (
            ("a -- a", "'a' - 'a'", "to itself"),
            ("a -- s", "link 'a' - 's'", "no bandwidth", "--default 'bandwidth=10 Gbps'"),
            ('a -- s [bandwidth="0 Gbps"]', "link 'a' - 's'", "more than 0"),
            ("a -- s [bandwidth=10]", "link 'a' - 's'", "'10' without a unit"),
            ('a -- s [bandwidth="1 Gbps"]', "link 'a' - 's'", "no latency"),
            ("z", "node 'z'", "host or a switch"),
            ("z [kind=PoP]", "node 'z'", "'PoP'"),
            ("z [kind=host, label=a]", "node 'a'", "another node has that name"),
        ):  # fmt: skip
            with self.subTest(statement):
                self.reject("net.dot", DOT_GOOD.replace("}", statement + " }"), *words)

    def test_long_values(self):
        big = "x" * 10_000_000
        self.reject("net.dot", f'digraph {{ a -> b [bandwidth="{big}"] }}', "bandwidth", options=DEFAULTS)

    def test_long_values_are_shortened_in_errors(self):
        self.reject("net.dot", f'digraph {{ a [kind="{"x" * 10_000_000}"] }}', "kind")


class HostileJson(HostileTest):
    def test_a_million_hosts(self):
        hosts = ("".join(f',"n{k * 1000 + i}"' for i in range(1000)) for k in range(1000))
        self.reject(
            "net.json", ['{"type": "graph", "hosts": ["h"', *hosts, '], "links": []}'], "/hosts", "at most 250000"
        )

    def test_many_links(self):
        net = star_of("a", "b")
        net["links"] += [link("a", "s")] * 200_000
        self.load("net.json", json.dumps(net))

    def test_truncated(self):
        text = json.dumps(star_of("a", "b"))
        for end in range(0, len(text) - 1, 23):
            self.reject("net.json", text[:end], "not valid JSON")

    def test_garbage(self):
        for content in (bytes(range(256)) * 100, b"\0" * 10_000, b"", XML_GOOD, DOT_GOOD):
            self.reject("net.json", content, "not valid JSON")
        for content in ("[]", "3", "null"):
            self.reject("net.json", content)

    def test_files_that_name_each_other(self):
        for names in (["net.json"], ["two.json", "net.json"]):
            for k, name in enumerate(names):
                self.put(name, json.dumps(names[(k + 1) % len(names)]))
            done = self.limited("topology", "info", self.folder / "net.json")
            self.assertEqual((done.returncode, len(done.stderr.splitlines())), (2, 1), done.stderr[:500])
            self.assertIn("only the name of another file", done.stderr)
        self.reject("net.json", '{"type": "file", "file": "net.json"}', "no format")
        self.reject("net.json", '{"type": "file", "file": "net.json", "format": "graphml"}', "no valid XML")
        self.reject("net.json", '{"type": "fat-tree", "k": 2, "link": "net.json"}', "/type", "unknown key")
        self.reject("net.json", '{"topology": "net.json", "cluster": {}}', "missing")

    def test_long_names(self):
        self.reject("net.json", json.dumps(star_of("x" * 10_000_000)), "at most")

    def test_defects(self):
        net = star_of("a", "b")
        for change, *words in (
            ({"links": [link("a", "a")]}, "/links/0", "itself"),
            ({"hosts": ["a", "b", "a"]}, "/hosts/2", "second node", "'a'"),
            ({"switches": ["s", "a"]}, "/switches/1", "second node", "'a'"),
            ({"links": [link("a", "s", name="x"), link("b", "s", name="x")]}, "/links/1/name", "second link", "'x'"),
            ({"links": [link("a", "s", "0 Gbps")]}, "/links/0/bandwidth", "more than 0"),
            ({"links": [link("a", "s", 10)]}, "/links/0/bandwidth", "found 10", "with its unit"),
            ({"links": [{"a": "a", "b": "s", "latency": "1 us"}]}, "/links/0", "'bandwidth'", "missing"),
            ({"links": [link("a", "ss")]}, "/links/0/b", "'ss'", "did you mean 's'"),
            ({"host_platforms": {"z*": "small"}}, "/host_platforms", "'z*'"),
        ):  # fmt: skip
            with self.subTest(str(words)):
                self.reject("net.json", json.dumps({**net, **change}), *words)

    def test_main_and_sparse_in_two_parts(self):
        scenario = ROOT / "tests/invalid/disconnected-graph.json"
        for transport in TRANSPORTS:
            error = self.refuse("run", scenario, "--set", f"transport={json.dumps({'type': transport})}")
            self.assertIn("no path from 'main0' to 'sparse1'", error)
        done = shardsim("topology", "check", scenario)
        self.assertEqual(done.returncode, 1)
        self.assertIn("sparse1", done.stdout)
