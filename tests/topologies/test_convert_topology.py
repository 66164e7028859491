# SPDX-License-Identifier: Apache-2.0
"""Does the converter write what each format says, with its units, and refuse in one line what it cannot know?"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from collections import Counter, deque
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "scripts" / "convert_topology.py"
PROGRAM = os.environ.get("SHARDSIM")  # with it, the program must take whatever is converted
REAL_FILES = ROOT.parent / "shared" / "data" / "topologies"
SPEED = ("--default", "bandwidth=10 Gbps")
DELAY = ("--default", "latency=1 ms")
UNITS = {"B/s": 1, "kB/s": 10**3, "MB/s": 10**6, "GB/s": 10**9, "s": 1, "ms": "1e-3", "us": "1e-6", "ns": "1e-9"}
UNITS |= {"Mbps": "125e3", "Gbps": "125e6", "Tbps": "125e9"}


def run(path, *options):
    return subprocess.run(
        [sys.executable, SCRIPT, path, *options], capture_output=True, text=True, check=False, timeout=1200
    )  # fmt: skip


class Loading(unittest.TestCase):
    """Gives what was converted to the program."""

    def taken_by_program(self, text):
        """It finds nothing wrong but that hosts may not reach each other, and counts the same; its exit code."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "graph.json"
            path.write_text(text)
            check = topology("check", path)
            self.assertIn(check.returncode, (0, 1), check.stderr)
            info = topology("info", path, "--format", "json")
        self.assertEqual(info.returncode, 0, info.stderr)
        graph, counted = json.loads(text), json.loads(info.stdout)
        self.assertEqual({what: counted[what] for what in counts(graph)}, counts(graph))
        return check.returncode


class Converting(Loading):
    """Writes the text of a file, converts it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def done(self, name, text, *options):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return run(path, *options)

    def converted(self, name, text, *options):
        done = self.done(name, text, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.notes = done.stderr
        if PROGRAM:
            self.taken_by_program(done.stdout)
        return json.loads(done.stdout)

    def refused(self, name, text, *parts, options=(), lines=1):
        """A line for each of so many kinds of fault, and each of `parts` is there; a first part that is a number is the line."""
        done = self.done(name, text, *options)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), lines, done.stderr)
        for part in parts:
            self.assertIn(f"{name}:{part}: " if isinstance(part, int) else part, done.stderr)


def topology(*arguments):
    return subprocess.run(
        [PROGRAM, "topology", *arguments], capture_output=True, text=True, check=False, timeout=1200
    )  # fmt: skip


def counts(graph):
    """As the program counts: a link each way between two nodes is one cable, given in one piece or in two."""
    ways = Counter()
    for link in graph["links"]:
        ways[link["a"], link["b"]] += 1
        ways[link["b"], link["a"]] += not link.get("one_way", False)
    pairs = [(ways[a, b], ways[b, a]) for a, b in ways if a < b]
    return {
        "hosts": len(graph["hosts"]), "switches": len(graph["switches"]), "links": sum(map(max, pairs)),
        "one_way_links": sum(max(p) - min(p) for p in pairs),
    }  # fmt: skip


def forwards(graph):
    return graph.get("routing", {}).get("hosts_forward", False)


def rows(graph):
    return [(link["a"], link["b"], link["bandwidth"], link["latency"]) for link in graph["links"]]


def pairs(graph):
    return Counter(frozenset((link["a"], link["b"])) for link in graph["links"])


def base(text):
    if text == "unlimited":
        return Decimal("Infinity")
    number, unit = text.split(" ")
    return Decimal(number) * Decimal(UNITS[unit])


def paths(graph, start, finish):
    """{(narrowest bandwidth, total latency)} of all ways with the fewest cables, over hosts only if they forward."""
    out = {}
    for link in graph["links"]:
        value = (base(link["bandwidth"]), base(link["latency"]))
        out.setdefault(link["a"], []).append((link["b"], *value))
        if not link.get("one_way"):
            out.setdefault(link["b"], []).append((link["a"], *value))
    hops, found, queue = {start: 0}, {start: {(Decimal("Infinity"), Decimal(0))}}, deque([start])
    while queue:
        node = queue.popleft()
        if node != start and node in graph["hosts"] and not forwards(graph):
            continue
        for after, bandwidth, latency in out.get(node, ()):
            if hops.setdefault(after, hops[node] + 1) == hops[node] + 1:
                if after not in found:
                    queue.append(after)
                reached = {(min(b, bandwidth), t + latency) for b, t in found[node]}
                found[after] = found.get(after, set()) | reached
    return found.get(finish, set())


def platform(inside):
    return (
        f'<?xml version="1.0"?>\n<!DOCTYPE platform SYSTEM "x.dtd">\n<platform version="4.1">\n{inside}\n</platform>\n'
    )


class SimGrid(Converting):
    def assert_path(self, graph, start, finish, bandwidth, latency):
        self.assertEqual(paths(graph, start, finish), {(base(bandwidth), base(latency))}, f"{start} to {finish}")

    def test_units(self):
        spellings = {
            "125000000": "125 MB/s", "1e6": "1 MB/s", "1Gbps": "125 MB/s", "125MBps": "125 MB/s", "1kBps": "1 kB/s",
            "1KiBps": "1.024 kB/s", "8Mibps": "1.048576 MB/s", "1.5TBps": "1500 GB/s",
        }  # fmt: skip
        for text, expected in spellings.items():
            link = f'<link id="l" bandwidth="{text}" latency="5e-05"/><route src="a" dst="b"><link_ctn id="l"/></route>'
            graph = self.converted(
                "p.xml", platform(f'<zone id="z" routing="Full"><host id="a" speed="1f"/><host id="b"/>{link}</zone>')
            )
            self.assertEqual(rows(graph), [("a", "b", expected, "50 us")], text)
        self.assertIn("SHARED links (1, the first is 'l'): both directions share", self.notes)

    def test_where_links_meet_there_is_a_switch(self):
        graph = self.converted("p.xml", platform(
            '<AS id="z" routing="Full"><host id="a"/><host id="b"/><host id="c"/>'
            '<link id="la" bandwidth="1MBps" latency="1us"/><link id="lb" bandwidth="2MBps" latency="2us"/>'
            '<link id="lc" bandwidth="3MBps" latency="4us" sharing_policy="SPLITDUPLEX"/>'
            '<route src="a" dst="b"><link_ctn id="la"/><link_ctn id="lb"/></route>'
            '<route src="c" dst="b"><link_ctn id="lc"/><link_ctn id="lb"/></route>'
            '<route src="a" dst="c"><link_ctn id="la"/><link_ctn id="lc" direction="DOWN"/></route></AS>'
        ))  # fmt: skip
        self.assertEqual(graph["switches"], ["junction-1"])
        bandwidths = {link["name"]: link["bandwidth"] for link in graph["links"]}
        self.assertEqual(bandwidths, {"la": "1 MB/s", "lb": "2 MB/s", "lc": "3 MB/s"})
        self.assertIn("SHARED links (2,", self.notes)
        self.assert_path(graph, "a", "b", "1 MB/s", "3 us")
        self.assert_path(graph, "c", "b", "2 MB/s", "6 us")
        self.assert_path(graph, "a", "c", "1 MB/s", "5 us")

    def test_a_link_that_many_share_is_a_bus(self):
        routes = "".join(
            f'<route src="{a}" dst="{b}"><link_ctn id="l{a}"/><link_ctn id="bus"/><link_ctn id="l{b}"/></route>'
            for a, b in ("ab", "ac", "bc")
        )
        links = "".join(f'<link id="l{h}" bandwidth="10MBps" latency="1us"/>' for h in "abc")
        graph = self.converted("p.xml", platform(
            '<zone id="z" routing="Full"><host id="a"/><host id="b"/><host id="c"/>'
            f'<link id="bus" bandwidth="5MBps" latency="7us"/>{links}{routes}</zone>'
        ))  # fmt: skip
        self.assertIn("links with more than two ends, each a one-way cable that all of them share: 'bus'", self.notes)
        (bus,) = [link for link in graph["links"] if link.get("name") == "bus"]
        self.assertTrue(bus["one_way"])
        for a, b in ("ab", "ac", "bc", "ba", "ca", "cb"):
            self.assert_path(graph, a, b, "5 MB/s", "9 us")

    def test_routes_that_no_cables_fit_are_kept_one_by_one(self):
        graph = self.converted("p.xml", platform(
            '<zone id="z" routing="Full"><host id="a"/><host id="b"/><host id="c"/>'
            '<link id="1" bandwidth="1MBps" latency="1us"/><link id="2" bandwidth="2MBps" latency="20us"/>'
            '<route src="a" dst="b"><link_ctn id="1"/></route><route src="a" dst="c"><link_ctn id="1"/></route>'
            '<route src="b" dst="c"><link_ctn id="2"/><link_ctn id="2"/></route></zone>'
        ))  # fmt: skip
        self.assertIn("each route is a cable of its own", self.notes)
        self.assertEqual(rows(graph), [
            ("a", "b", "1 MB/s", "1 us"), ("a", "c", "1 MB/s", "1 us"), ("b", "c", "2 MB/s", "40 us"),
        ])  # fmt: skip

    def test_one_way_routes(self):
        graph = self.converted("p.xml", platform(
            '<zone id="z" routing="Full"><host id="a"/><router id="r"/>'
            '<link id="up" bandwidth="1MBps" latency="1us"/><link id="down" bandwidth="2MBps" latency="2us"/>'
            '<route src="a" dst="r" symmetrical="NO"><link_ctn id="up"/></route>'
            '<route src="r" dst="a" symmetrical="NO"><link_ctn id="down"/></route></zone>'
        ))  # fmt: skip
        self.assertEqual([(link["a"], link["one_way"]) for link in graph["links"]], [("a", True), ("r", True)])
        self.assert_path(graph, "a", "r", "1 MB/s", "1 us")
        self.assert_path(graph, "r", "a", "2 MB/s", "2 us")

    def test_routes_of_a_floyd_zone_meet_at_hosts(self):
        graph = self.converted("p.xml", platform(
            '<zone id="z" routing="Floyd"><host id="a"/><host id="b"/><host id="c"/>'
            '<link id="1" bandwidth="1MBps" latency="1us"/>'
            '<link id="2" bandwidth="2MBps" latency="2us" sharing_policy="FATPIPE"/>'
            '<route src="a" dst="b"><link_ctn id="1"/></route><route src="b" dst="c"><link_ctn id="2"/></route></zone>'
        ))  # fmt: skip
        self.assertTrue(forwards(graph))
        self.assert_path(graph, "a", "c", "1 MB/s", "3 us")
        self.assertIn("FATPIPE links (1, the first is '2')", self.notes)

    def test_flat_cluster(self):
        graph = self.converted(
            "c.xml", platform('<cluster id="c" prefix="n" suffix=".x" radical="0-1,7" bw="1GBps" lat="2us"/>')
        )
        self.assertEqual(graph["hosts"], ["n0.x", "n1.x", "n7.x"])
        self.assertEqual(graph["switches"], ["nc_router.x"])
        self.assert_path(graph, "n0.x", "n7.x", "1 GB/s", "4 us")

    def test_zones_joined_by_gateways(self):
        clusters = "".join(
            f'<cluster id="{c}" prefix="{c}" suffix="" radical="0-1" bw="10MBps" lat="1us" bb_bw="4MBps" bb_lat="5us"/>'
            for c in "xyz"
        )
        routes = "".join(
            f'<zoneRoute src="{a}" dst="{b}" gw_src="{a}{a}_router" gw_dst="{b}{b}_router"><link_ctn'
            ' id="w"/></zoneRoute>'
            for a, b in ("xy", "yz", "xz")
        )
        graph = self.converted("c.xml", platform(
            f'<zone id="top" routing="Full">{clusters}<link id="w" bandwidth="3MBps" latency="100us"/>{routes}</zone>'
        ))  # fmt: skip
        self.assert_path(graph, "x0", "x1", "4 MB/s", "7 us")  # 1 + 5 + 1
        self.assert_path(graph, "x0", "z1", "3 MB/s", "112 us")  # 1 + 5 + 100 + 5 + 1
        self.assert_path(graph, "z1", "y0", "3 MB/s", "112 us")

    def test_fat_tree(self):
        graph = self.converted("c.xml", platform(
            '<cluster id="c" prefix="" suffix="" radical="0-15" bw="1" lat="1us" topology="FAT_TREE" '
            'topo_parameters="2;4,4;1,2;1,2"/>'
        ))  # fmt: skip
        self.assertEqual((len(graph["hosts"]), len(graph["switches"]), len(graph["links"])), (16, 6, 32))
        self.assertEqual(Counter(pairs(graph).values()), {1: 16, 2: 8})  # two cables from each leaf to each core
        self.assert_path(graph, "0", "3", "1 B/s", "2 us")  # under one leaf
        self.assert_path(graph, "0", "4", "1 B/s", "4 us")

    def test_torus(self):
        graph = self.converted("c.xml", platform(
            '<cluster id="c" prefix="" suffix="" radical="0-11" bw="1" lat="1us" topology="TORUS" topo_parameters="3,2,2"/>'
        ))  # fmt: skip
        self.assertTrue(forwards(graph))
        self.assertEqual(len(graph["links"]), 12 + 6 + 6)
        self.assertEqual(max(pairs(graph).values()), 1)
        self.assert_path(graph, "0", "2", "1 B/s", "1 us")  # around the ring of three
        self.assert_path(graph, "0", "10", "1 B/s", "3 us")  # 10 is (1, 1, 1)

    def test_dragonfly(self):
        graph = self.converted("c.xml", platform(
            '<cluster id="c" prefix="" suffix="" radical="0-23" bw="1kBps" lat="1us" topology="DRAGONFLY" '
            'topo_parameters="3,4;2,3;2,5;2" limiter_link="1"/>'
        ))  # fmt: skip
        # 12 routers with 2 nodes; in each group 2 chassis of 2 blades: 2 green, 2 black cables; 3 blue ones.
        self.assertEqual((len(graph["hosts"]), len(graph["switches"])), (24, 12))
        bandwidths = Counter(link["bandwidth"] for link in graph["links"])
        self.assertEqual(bandwidths, {"1 kB/s": 24, "5 kB/s": 6, "3 kB/s": 6, "4 kB/s": 3})
        self.assertIn("limiters", self.notes)

    def test_mistakes(self):
        two = '<host id="a"/><host id="b"/><link id="l" bandwidth="1MBps"/>'
        zone = '<zone id="z" routing="Full">%s</zone>'
        for inside, part in (
            (two + '<route src="a" dst="x"><link_ctn id="l"/></route>', "there is no such host or router"),
            (two + '<route src="a" dst="b"><link_ctn id="x"/></route>', "there is no such link"),
            (two + '<route src="a" dst="b"></route>', "names no link"),
            ('<host id="a"/><host id="a"/>', "a second node is called 'a'"),
            (two + '<link id="l" bandwidth="1"/>', "a second link"),
            ('<link id="l" bandwidth="0"/>', "bandwidth 0"),
            ('<link id="l" bandwidth="1 parsec"/>', "the unit 'parsec'"),
            ('<link id="l"/>', "has no attribute 'bandwidth'"),
            ('<cluster id="c" radical="0-999999999" bw="1" lat="1"/>', "more than 200000 hosts"),
            ('<cluster id="c" radical="0-5" bw="1" lat="1" topology="TORUS" topo_parameters="5"/>', "make 5 hosts"),
            ('<peer id="p"/>', "<peer> is not converted"),
        ):
            self.refused("p.xml", platform(zone % inside), 4, part)
        vivaldi = '<zone id="v" routing="Vivaldi"><host id="a"/><host id="b"/></zone>'
        self.refused("p.xml", platform(vivaldi), 4, "coordinates")
        self.refused("p.xml", platform("<zone id='z'>"), 5, "not well-formed XML")

    def test_entities_are_refused(self):
        bomb = '<!DOCTYPE p [<!ENTITY a "aaaaaaaa">\n<!ENTITY b "&a;&a;">]>\n<platform version="4">&b;</platform>'
        self.refused("p.xml", bomb, 1, "<!ENTITY")


class SNDlib(Converting):
    XML = (
        '<network xmlns="http://sndlib.zib.de/network" version="1.0"><networkStructure>\n'
        '<nodes coordinatesType="geographical">\n'
        '<node id="A"><coordinates><x>0</x><y>0</y></coordinates></node>\n'
        '<node id="B"><coordinates><x>0</x><y>1</y></coordinates></node></nodes>\n'
        '<links><link id="L1"><source>A</source><target>B</target>%s\n'
        "<additionalModules><addModule><capacity>155.0</capacity><cost>1</cost></addModule>\n"
        "<addModule><capacity>622.0</capacity><cost>2</cost></addModule></additionalModules></link></links>\n"
        "</networkStructure></network>\n"
    )
    JSON = json.dumps({
        "nodes": [{"id": "A", "longitude": 0, "latitude": 0}, {"id": "B", "longitude": 0, "latitude": 1}],
        "links": [{"id": "L1", "source": "A", "target": "B", "pre_installed_capacity": 0.0,
                   "modules": [{"module_capacity": 155.0}, {"module_capacity": 622.0}]}],
    })  # fmt: skip
    UNIT = ("--default", "bandwidth-unit=Mbps")

    def test_capacity_and_distance(self):
        for name, text in (("n.xml", self.XML % ""), ("n.json", self.JSON)):
            graph = self.converted(name, text, *self.UNIT, "--latency-per-km", "5 us")
            (link,) = graph["links"]
            self.assertEqual((link["a"], link["b"], link["bandwidth"], link["name"]), ("A", "B", "155 Mbps", "L1"))
            # One degree of a great circle of 6371 km: 111.1949 km, 555.97 us.
            self.assertAlmostEqual(float(base(link["latency"])) * 1e6, 555.975, delta=0.001)
            self.assertNotIn("routing", graph)  # neither is between others
            self.assertIn("does not say which nodes are hosts", self.notes)

    def test_a_preinstalled_module_comes_first(self):
        installed = "<preInstalledModule><capacity>40</capacity><cost>0</cost></preInstalledModule>"
        graph = self.converted("n.xml", self.XML % installed, *self.UNIT, *DELAY)
        self.assertEqual(rows(graph), [("A", "B", "40 Mbps", "1 ms")])

    def test_what_is_unsaid(self):
        for name, text in (("n.xml", self.XML % ""), ("n.json", self.JSON)):
            self.refused(
                name,
                text,
                "SNDlib states neither the unit",
                "'L1'",
                "bandwidth-unit=Mbps",
                "--default bandwidth=",
                lines=2,
            )
            self.refused(
                name, text, "has no latency", "--default latency='1 ms'", "--latency-per-km", options=self.UNIT
            )
        graph = self.converted("n.xml", self.XML % "", *SPEED, *DELAY)
        self.assertEqual(rows(graph), [("A", "B", "10 Gbps", "1 ms")])
        self.assertIn("replaced by --default bandwidth", self.notes)


class Formats(Converting):
    def test_gml(self):
        text = (
            'graph [\n  directed 0\n  node [ id 0 label "A &amp; B" ]\n  node [ id 1 label "X" ]\n  node [ id 2 label'
            ' "X" ]\n  edge [ source 0 target 1 LinkSpeedRaw 155000000.0 ]\n  edge [ source 1 target 2 LinkSpeed "10"'
            ' LinkSpeedUnits "G" ]\n  edge [ source 0 target 2 LinkLabel "45 Mbps DS-3" latency "3 ms" ]\n  edge ['
            " source 0 target 2 ]\n]\n"
        )
        graph = self.converted("g.gml", text, "--default", "bandwidth=unlimited", *DELAY)
        self.assertEqual(graph["hosts"], ["A & B", "X (1)", "X (2)"])
        self.assertEqual([row[2:] for row in rows(graph)], [
            ("155 Mbps", "1 ms"), ("10 Gbps", "1 ms"), ("45 Mbps", "3 ms"), ("unlimited", "1 ms"),
        ])  # fmt: skip
        self.assertTrue(forwards(graph))
        self.refused("g.gml", text, 9, "has no bandwidth", "--default bandwidth='10 Gbps'", options=DELAY)
        self.refused("g.gml", text[:60], "it is cut short")
        self.refused("g.gml", "graph [ node [ id 0 ] edge [ source 0 target 7 ] ]", 1, "no node with id 7")
        self.refused("g.gml", "graph [ node [ id 0 ] node [ id 0 ] ]", 1, "a second node has the id 0")
        unclosed = 'graph [\n node [\n id 0\n label "a\n ]\n node [\n id 1\n label "b"\n ] ]'
        self.refused("g.gml", unclosed, 8, "the text that begins in line 4 may lack its closing quote")

    def test_ns3_hpcc(self):
        text = "4 1 3\n3\n0 3 100Gbps 1000ns 0.000000\n1 3 25Gbps 0.001ms 0\n2 3 1GBps 2us 0.01\n"
        graph = self.converted("t.txt", text, "--frontend", "0")
        self.assertEqual((graph["hosts"], graph["switches"], graph["frontend"]), (["0", "1", "2"], ["3"], "0"))
        self.assertEqual(
            rows(graph), [("0", "3", "100 Gbps", "1 us"), ("1", "3", "25 Gbps", "1 us"), ("2", "3", "8 Gbps", "2 us")]
        )
        self.assertIn("1 links have an error rate", self.notes)
        self.refused("t.txt", text[: text.index("2 3 1G")], 4, "ends after 2 links", "announces 3")
        self.refused("t.txt", text.replace("\n3\n", "\n9\n"), 2, "a switch is '9'")
        self.refused("t.txt", text.replace("2 3 1G", "2 2 1G"), 5, "joins a node to itself")
        self.refused("t.txt", text.replace("2 3 1G", "2 8 1G"), 5, "no node '8'")
        self.refused("t.txt", text.replace("25Gbps", "0Gbps"), 4, "bandwidth 0")
        self.refused("t.txt", "999999999 1 1\n3\n0 3 1Gbps 1us 0\n", 1, "999999999 nodes")

    CLAB = (
        "name: x\ntopology:\n  nodes:\n    leaf:\n      kind: nokia_srlinux\n    c1:\n      kind: linux\n"
        '  links:\n    - endpoints: ["c1:eth1", "leaf:e1-1"]\n    - endpoints: ["host:eth9", "leaf:e1-2"]\n'
    )

    def test_containerlab(self):
        graph = self.converted("x.clab.yml", self.CLAB, *SPEED, *DELAY)
        self.assertEqual((graph["hosts"], graph["switches"]), (["c1"], ["leaf"]))
        self.assertEqual(rows(graph), [("c1", "leaf", "10 Gbps", "1 ms")])
        self.assertIn("links to the machine", self.notes)
        self.refused(
            "x.clab.yml", self.CLAB, 9, "'c1' and 'leaf' has no bandwidth", "containerlab does not describe", lines=2
        )
        self.refused("x.clab.yml", self.CLAB.replace("    c1:", "    leaf:"), 6, "'leaf' occurs a second time")
        self.refused("x.clab.yml", self.CLAB.replace("c1:eth1", "c7:eth1"), 9, "no node 'c7'", options=SPEED + DELAY)
        self.refused("x.clab.yml", self.CLAB + "x: &a [1]\ny: *a\n", 12, "alias")

    def test_node_link(self):
        text = json.dumps({
            "directed": True, "multigraph": False, "graph": {},
            "nodes": [{"id": 0, "kind": "host"}, {"id": "s", "type": "switch"}],
            "links": [{"source": 0, "target": "s", "bandwidth": "1 Gbps", "latency": "5 us"},
                      {"source": "s", "target": 0, "capacity": 100, "delay": 2}],
        })  # fmt: skip
        graph = self.converted("n.json", text, "--default", "bandwidth-unit=MB/s", "--default", "latency-unit=ms")
        self.assertEqual((graph["hosts"], graph["switches"]), (["0"], ["s"]))
        self.assertEqual(rows(graph), [("0", "s", "1 Gbps", "5 us"), ("s", "0", "100 MB/s", "2 ms")])
        self.assertEqual([link["one_way"] for link in graph["links"]], [True, True])
        self.refused(
            "n.json", text, "'s' and '0' has no bandwidth", "a number without a unit", "bandwidth-unit=Mbps", lines=2
        )
        self.refused("n.json", text[:-5], 1, "not valid JSON", "cut short")
        self.refused("n.json", '{"nodes": [{"id": 1}, {"id": 1}], "links": []}', "a second node is called '1'")
        self.refused("n.json", '{"nodes": [1], "links": [{"source": 1, "target": 1}]}', "to itself")
        self.refused("n.json", "[" * 100000, "nested too deeply", options=("--format", "node-link"))

    def test_csv(self):
        text = "source,target,bandwidth_Gbps,latency (us),Arc exist\na,b,10,5,1\nb,c,2 MB/s,1 ms,1\na,c,1,1,0\n"
        graph = self.converted("e.csv", text, "--default", "kind=switch")
        self.assertEqual((graph["hosts"], graph["switches"]), ([], ["a", "b", "c"]))
        self.assertEqual(rows(graph), [("a", "b", "10 Gbps", "5 us"), ("b", "c", "2 MB/s", "1 ms")])
        self.refused(
            "e.csv", "Node1,Node2\n0,16\n", 2, "'0' and '16' has no bandwidth", "--default bandwidth='10 Gbps'", lines=2
        )
        self.refused("e.csv", "Node1,Node2\n0,16\n", 2, "no latency", "--default latency='1 ms'", options=SPEED)
        self.refused("e.csv", "source,target,capacity\na,b,100\n", 2, "bandwidth-unit=Mbps", lines=2)
        self.refused("e.csv", "source,target,x\na,b\n", 2, "has 2 columns, the heading 3")
        self.refused("e.csv", "1,2\n2,3\n", 1, "two columns source and target")
        self.refused("e.csv", "a,b\nx,x\n", 2, "to itself", options=SPEED + DELAY)

    def test_orbis(self):
        graph = self.converted("o.txt", "1 2\n2 3\n", *SPEED, *DELAY)
        self.assertEqual((graph["hosts"], len(graph["links"]), forwards(graph)), (["1", "2", "3"], 2, True))
        self.refused("o.txt", "1 2\n2 3\n", 1, "Orbis edge list gives names only", lines=2)
        self.refused("o.txt", "1 2\n2\n", 2, "has 1 words", options=("--format", "ns3-orbis", *SPEED, *DELAY))

    TOPO = (
        "Nodes 8\nTiers 3\nPodsize 4\n\nTier 0\nDownlink_speed_Gbps 200\nRadix_Down 2\nRadix_Up 2\nDownlink_Latency_ns"
        " 1000\nSwitch_Latency_ns 100\nTier 1\nDownlink_speed_Gbps 200\nRadix_Down 2\nRadix_Up 4\nDownlink_Latency_ns"
        " 1000\nBundle 1\nTier 2\nDownlink_speed_Gbps 100\nRadix_Down 4\nDownlink_Latency_ns 2000\nBundle 2\n"
    )

    def test_htsim(self):
        graph = self.converted("t.topo", self.TOPO)
        # 2 pods of 2 racks and 2 middle switches: 8 cables to hosts, 8 in the pods, 4 x 2 bundles of 2 to 4 cores.
        self.assertEqual((len(graph["hosts"]), len(graph["switches"])), (8, 4 + 4 + 4))
        self.assertEqual(Counter(row[2:] for row in rows(graph)), {
            ("200 Gbps", "1.05 us"): 16, ("100 Gbps", "2 us"): 16,
        })  # fmt: skip
        self.assertEqual(Counter(pairs(graph).values()), {1: 16, 2: 8})
        self.refused("t.topo", self.TOPO[: self.TOPO.index("Tier 2")], "tier 2 has no", "cut short")
        self.refused("t.topo", self.TOPO.replace("Nodes 8", "Nodes 9"), "leaves a rest")
        self.refused("t.topo", self.TOPO.replace("Nodes 8", "Nodes 800000000"), "at most 200000 are converted")
        self.refused("t.topo", self.TOPO.replace("Radix_Up 4", "Radix_Up 2"), "core switches")

    def test_htsim_two_tiers(self):
        graph = self.converted("t.topo", (
            "Nodes 32\nTiers 2\nPodsize 32\nTier 0\nDownlink_speed_Gbps 100\nRadix_Down 8\nRadix_Up 2\nDownlink_Latency_ns 1\n"
            "Oversubscribed 4\nTier 1\nDownlink_speed_Gbps 100\nRadix_Down 4\nDownlink_Latency_ns 1\n"
        ))  # fmt: skip
        self.assertEqual((len(graph["hosts"]), len(graph["switches"]), len(graph["links"])), (32, 4 + 2, 32 + 4 * 2))

    def test_astrasim(self):
        text = "topology: [ %s ]\nnpus_count: [ %s ]\nbandwidth: [ 50.0, 25.0 ]  # GB/s\nlatency: [ 500.0, 1 ]  # ns\n"
        ring = self.converted(
            "r.yml", "topology: [ Ring ]\nnpus_count: [ 8 ]\nbandwidth: [ 50.0 ]\nlatency: [ 500.0 ]\n"
        )
        self.assertEqual((len(ring["hosts"]), len(ring["links"]), forwards(ring)), (8, 8, True))
        self.assertEqual(rows(ring)[0], ("npu0", "npu1", "53.6870912 GB/s", "500 ns"))  # 50 x 2^30
        graph = self.converted("r.yml", text % ("FullyConnected, Switch", "3, 4"))
        self.assertEqual((len(graph["hosts"]), len(graph["switches"]), len(graph["links"])), (12, 3, 4 * 3 + 12))
        self.refused("r.yml", text % ("Ring, Mesh", "3, 4"), 1, "'Mesh' is unknown")
        self.refused("r.yml", text % ("Ring, Ring", "3"), "differ in length")
        self.refused("r.yml", text % ("Ring, Ring", "99999, 99999"), 2, "at most 200000")
        self.refused("r.yml", (text % ("Ring, Ring", "3, 3")).replace("50.0", "0"), 3, "bandwidth 0")

    CODES = "topology:\n  fabric:\n    model: %s\n    shape:\n      %s\n    link_bandwidth: 2\n%s"

    def test_codes_torus(self):
        text = self.CODES % ("torus", 'n_dims: 3\n      dim_length: "4,4,2"', "")
        graph = self.converted("t.yaml", text, *DELAY)
        self.assertEqual((len(graph["hosts"]), len(graph["links"]), forwards(graph)), (32, 32 + 32 + 16, True))
        self.assertEqual(rows(graph)[0], ("node0", "node1", "2.147483648 GB/s", "1 ms"))  # 2 GiB/s
        self.refused(
            "t.yaml", text, 7, "has no latency", "CODES torus description gives no latency", "--default latency='1 ms'"
        )

    def test_codes_fat_tree(self):
        shape = "num_levels: %d\n      switch_count: %d\n      switch_radix: 4"
        text = self.CODES % ("fattree", shape % (3, 8), "    cn_bandwidth: 1\n    router_delay: 60\n    ft_type: 0\n")
        graph = self.converted("f.yaml", text)
        # Radix 4: 8 leaves and 8 middle switches in pods of 2 and 2; 4 pods fill the ports of 4 cores.
        self.assertEqual((len(graph["hosts"]), len(graph["switches"])), (16, 8 + 8 + 4))
        self.assertEqual(Counter(row[2:] for row in rows(graph)), {("1 GB/s", "30 ns"): 16, ("2 GB/s", "60 ns"): 32})
        degree = Counter(end for link in graph["links"] for end in (link["a"], link["b"]))
        self.assertEqual({degree[switch] for switch in graph["switches"]}, {4})
        two = self.converted(
            "f.yaml", self.CODES % ("fattree", shape % (2, 2), "    cn_bandwidth: 1\n    router_delay: 1\n")
        )
        self.assertEqual((len(two["hosts"]), len(two["switches"]), len(two["links"])), (4, 3, 4 + 4))
        self.refused("f.yaml", self.CODES % ("fattree", shape % (3, 7), ""), "a multiple of 2", options=SPEED + DELAY)
        self.refused("f.yaml", self.CODES % ("slimfly", "x: 1", ""), 3, "'slimfly' is not converted")


class Command(Converting):
    TEXT = "source,target,bandwidth,latency\na,b,1 Gbps,1 us\n"

    def test_writes_a_file_whole_or_not_at_all(self):
        out = self.folder / "new" / "out.json"
        done = self.done("e.csv", self.TEXT, out)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        graph = json.loads(out.read_text())
        self.assertEqual(graph["type"], "graph")
        self.assertEqual(graph["description"], "from e.csv (CSV)")
        self.assertNotIn("frontend", graph)
        before = out.read_text()
        self.refused("e.csv", self.TEXT, "exists; --force overwrites it", options=(out,))
        self.refused("e.csv", self.TEXT + "c,d,0 Gbps,1 us\n", 3, "bandwidth 0", options=(out, "--force"))
        self.assertEqual(out.read_text(), before)
        self.assertEqual(self.done("e.csv", self.TEXT, out, "--force", "--frontend", "b").returncode, 0)
        self.assertEqual(json.loads(out.read_text())["frontend"], "b")
        self.assertEqual([path.name for path in out.parent.iterdir()], ["out.json"])

    def test_mistakes_of_the_command_line(self):
        for options, part in (
            (("--frontend", "x"), "there is no node 'x'; nodes are 'a', 'b'"),
            (("--default", "speed=1"), "is not KEY=VALUE"),
            (("--default", "bandwidth=10"), "has no unit"),
            (("--default", "bandwidth=0 Gbps"), "more than 0"),
            (("--default", "latency=-1 ms"), "negative"),
            (("--default", "kind=router"), "one of host, switch"),
            (("--format", "dot"), "invalid choice"),
            (("--what",), "unrecognized arguments"),
        ):
            self.refused("e.csv", self.TEXT, part, options=options)

    def test_mistakes_of_the_file(self):
        self.refused("e.csv", "", "is empty")
        self.refused("e.csv", b"a,b\0", "NUL bytes")
        self.refused("e.xyz", "hello there world", "of no format known here")
        self.refused("e.csv", "source,target\n", "holds no nodes")
        missing = run(self.folder / "missing.csv")
        self.assertEqual((missing.returncode, missing.stderr.count("\n")), (2, 1))
        with (self.folder / "huge.csv").open("wb") as file:
            file.write(b"a,b\n")
            file.truncate(65 * 2**20)
        huge = run(self.folder / "huge.csv")
        self.assertIn("larger than 64 MiB", huge.stderr)

    def test_list_formats(self):
        done = run("--list-formats")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(done.stdout.splitlines()), 13)

    def test_parts_are_told(self):
        self.converted("e.csv", self.TEXT + "c,d,1 Gbps,1 us\n")
        self.assertIn("the graph is in 2 parts", self.notes)

    @unittest.skipUnless(PROGRAM, "SHARDSIM names no program")
    def test_the_program_finds_hosts_apart(self):
        apart = self.done("e.csv", self.TEXT + "c,d,1 Gbps,1 us\n")
        self.assertEqual(self.taken_by_program(apart.stdout), 1)
        path = self.done("e.csv", self.TEXT + "b,c,1 Gbps,1 us\n")  # a reaches c because b forwards
        self.assertEqual(self.taken_by_program(path.stdout), 0)


class RealFiles(Loading):
    """Files of the other tools' own, where they are at hand: they convert, or say in a line each what they leave unsaid."""

    EXPECTED = {  # hosts, switches, links
        "astrasim/8nodes.topo": (8, 12, 32), "astrasim/Ring_8npus.yml": (8, 0, 8),
        "codes/modelnet-mpi-test-torus.yaml": (32, 0, 80),
        "codes/modelnet-synthetic-fattree-summit-k36-n3564.yaml": (3564, 504, 10692),
        "containerlab/clos01.clab.yml": (2, 3, 4), "conweave/fat_k4_100G_OS2.txt": (32, 20, 64),
        "csv/fat_tree_k4_edges.csv": (36, 0, 48), "gml/Agis.gml": (25, 0, 30),
        "hpcc/ali_320hosts_28switches.txt": (320, 28, 800), "hpcc/fat_320hosts.txt": (320, 56, 480),
        "htsim/leaf_spine_tiny.topo": (32, 6, 40), "json/sndlib_polska.json": (12, 0, 18),
        "ns3/Orbis_toposample.txt": (1423, 0, 2769), "simgrid/cluster_backbone.xml": (100, 3, 203),
        "simgrid/cluster_dragonfly.xml": (120, 60, 333), "simgrid/cluster_fat_tree.xml": (16, 6, 32),
        "simgrid/cluster_torus.xml": (12, 0, 24), "simgrid/data_center.xml": (120, 14, 255),
        "simgrid/griffon.xml": (92, 11, 200), "simgrid/small_platform.xml": (7, 0, 21),
        "sndlib/atlanta.xml": (15, 0, 22), "sndlib/nobel-germany.xml": (17, 0, 26), "sndlib/polska.xml": (12, 0, 18),
    }  # fmt: skip

    def setUp(self):
        if not REAL_FILES.is_dir():
            self.skipTest("the files are not at hand")

    def test_each(self):
        for name, expected in self.EXPECTED.items():
            if not (REAL_FILES / name).exists():
                continue
            with self.subTest(name):
                plain = run(REAL_FILES / name)
                if plain.returncode:
                    self.assertEqual(plain.returncode, 2)
                    unsaid = plain.stderr.splitlines()
                    self.assertEqual(plain.stderr.count("supply it with --default"), len(unsaid), plain.stderr)
                    self.assertLessEqual(len(unsaid), 2)  # bandwidth, latency
                    plain = run(REAL_FILES / name, *SPEED, *DELAY)
                self.assertEqual(plain.returncode, 0, plain.stderr)
                graph = json.loads(plain.stdout)
                self.assertEqual(tuple(len(graph[key]) for key in ("hosts", "switches", "links")), expected)
                if PROGRAM:
                    self.taken_by_program(plain.stdout)

    def test_every_listed_route_is_kept(self):
        """Latency and narrowest bandwidth, worked out anew from the XML, of what the graph routes between the ends."""
        for name in ("small_platform", "griffon", "data_center"):
            path = REAL_FILES / "simgrid" / f"{name}.xml"
            if not path.exists():
                continue
            graph = json.loads(run(path).stdout)
            root = ElementTree.parse(path).getroot()
            links = {link.get("id"): link for link in root.iter("link")}
            for route in [*root.iter("route"), *root.iter("zoneRoute")]:
                start, finish = (route.get("gw_" + end, route.get(end)) for end in ("src", "dst"))
                if start == finish:
                    continue
                crossed = [links[part.get("id")] for part in route]
                bandwidth = min(self.value(link.get("bandwidth")) for link in crossed)
                latency = sum(self.value(link.get("latency")) for link in crossed)
                for ends in ((start, finish), (finish, start)):
                    self.assertEqual(paths(graph, *ends), {(bandwidth, latency)}, ends)

    @staticmethod
    def value(text):
        """Of the spellings these files use: 41.279125MBps, 59.904us."""
        number, unit = re.fullmatch(r"([0-9.]+)([A-Za-z]+)", text).groups()
        return Decimal(number) * Decimal(UNITS[unit.replace("ps", "/s")])


if __name__ == "__main__":
    unittest.main()
