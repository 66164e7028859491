# SPDX-License-Identifier: Apache-2.0
"""Forms of other tools' files that people have, in small samples of our own."""

import json
import re
import unittest
from collections import Counter

from test_convert_topology import (
    DELAY,
    PROGRAM,
    SPEED,
    Converting,
    base,
    forwards,
    pairs,
    paths,
    platform,
    rows,
    topology,
)

BOTH = SPEED + DELAY


class HpccAndSimAi(Converting):
    TEXT = "3 1 2\n2\n0 2 100Gbps 1us 0\n1 2 100Gbps 1us 0\n"

    def test_what_follows_the_announced_links_is_not_read(self):
        """As the simulators do; two of three public files go on, with other links or with remarks."""
        for rest, lines, alike in (("0 1 25Gbps 1us 0\n", 1, 1), ("\nFirst line: total node #\n...\n", 2, 0)):
            graph = self.converted("t.txt", self.TEXT + rest)
            self.assertEqual(pairs(graph), {frozenset("02"): 1, frozenset("12"): 1})
            self.assertIn(f"announces 2 links: {lines} lines after them are not read", self.notes)
            self.assertIn(f"({alike} of them look like links)", self.notes)
        self.converted("t.txt", self.TEXT + "\n\n")
        self.assertNotIn("not read", self.notes)

    def test_simai(self):
        """Two servers of 2 GPUs with an NVSwitch each (4 and 5), a rail switch for each GPU of a server (6, 7)."""
        text = "8 2 2 2 8 H100\n4 5 6 7 \n" + "".join(
            f"{gpu} {4 + gpu // 2} 2880Gbps 0.000025ms 0\n{gpu} {6 + gpu % 2} 400Gbps 0.0005ms 0\n" for gpu in range(4)
        )
        graph = self.converted("Spectrum-X_4g", text)
        self.assertEqual((graph["hosts"], graph["switches"]), (list("0123"), list("4567")))
        self.assertEqual(rows(graph)[:2], [("0", "4", "2.88 Tbps", "25 ns"), ("0", "6", "400 Gbps", "500 ns")])
        self.assertEqual(paths(graph, "0", "1"), {(base("360 GB/s"), base("50 ns"))})  # within a server
        self.assertEqual(paths(graph, "0", "2"), {(base("50 GB/s"), base("1 us"))})  # on one rail
        self.assertIn("of SimAI's 4 switches 2 are NVSwitches; 2 GPUs (H100) a server", self.notes)
        self.refused("t", text.replace("8 2 2 2 8", "8 2 2 1 8"), 2, "lists 4 switches, but the first line announces 3")
        self.refused("t", text[: text.rindex("3 ")], "the file ends after 7 links", "cut short")


class EdgeLists(Converting):
    def test_a_heading_of_orbis_is_no_link(self):
        graph = self.converted("o.txt", "3 2\n1 2\n2 3\n", *BOTH)
        self.assertEqual([(a, b) for a, b, *_ in rows(graph)], [("1", "2"), ("2", "3")])
        self.assertIn("the first line counts 3 nodes and 2 links", self.notes)
        for text, links in (("2 2\n1 2\n2 3\n", None), ("3 7\n1 2\n2 3\n", 3), ("x 2\n1 2\n2 3\n", 3)):
            if links is None:  # more nodes than the line says: it is a link, of 2 to itself
                self.refused("o.txt", text, 1, "joins a node to itself", options=BOTH)
            else:
                self.assertEqual(len(self.converted("o.txt", text, *BOTH)["links"]), links)

    INET = "4 3\n0\t5\t2\n1\t4\t40\n2\t9\t21\n3\t7\t7\n0\t1\t38\n1\t2\t20\n0\t2\t19\n"

    def test_inet(self):
        graph = self.converted("i.txt", self.INET, *BOTH)
        self.assertEqual(graph["hosts"], ["0", "1", "2", "3"])  # 3 has no link, and is declared
        self.assertEqual([(a, b) for a, b, *_ in rows(graph)], [("0", "1"), ("1", "2"), ("0", "2")])
        self.refused("i.txt", self.INET, 6, "Inet gives distances on a plane", options=SPEED)
        self.refused("i.txt", self.INET[:-7], "ends after 2 links, the first line announces 3", options=BOTH)
        self.refused("i.txt", self.INET[:9], "ends after 1 nodes", options=BOTH)
        self.assertEqual(len(self.converted("i.txt", self.INET + "9 9 9\n", *BOTH)["links"]), 3)
        self.assertIn("1 lines after the announced 3 links", self.notes)

    WEIGHTS = "Oslo,+N1 Bergen,+N2 2.5\nOslo,+N1 Bodo,+N3 2\nBergen,+N2 Oslo,+N1 2.5\nBodo,+N3 Oslo,+N1 8\n"

    def test_rocketfuel_weights(self):
        """Each link stands in both directions, also with another weight: ns-3 makes it one."""
        graph = self.converted("weights.intra", self.WEIGHTS, *BOTH)
        self.assertEqual(
            rows(graph), [("Oslo,+N1", "Bergen,+N2", "10 Gbps", "1 ms"), ("Oslo,+N1", "Bodo,+N3", "10 Gbps", "1 ms")]
        )
        self.assertIn("2 links stand in both directions: a cable each", self.notes)
        self.refused("w", self.WEIGHTS, 1, "weights of routing without a unit", "latency-unit=ms", options=SPEED)
        graph = self.converted("latencies.intra", self.WEIGHTS, *SPEED, "--default", "latency-unit=ms")
        self.assertEqual([latency for *_, latency in rows(graph)], ["2.5 ms", "2 ms"])

    def test_rocketfuel_maps(self):
        """Radius 0 only; links to other networks ({-9}) are left out, and so are those routers (-9)."""
        text = (
            "1 @Oslo,+N + bb (2) &1 -> <2> <3> {-9} =a.example! r0\n2 @Oslo,+N bb (1) -> <1> =b r0\n"
            "3 @? (2) -> <1> <4> =c.example r0\n4 @T + (1) -> <3> =d r1\n-9 =192.0.2.1 r1\n"
        )
        graph = self.converted("4755.cch", text, *BOTH)
        self.assertEqual([(a, b) for a, b, *_ in rows(graph)], [("1", "2"), ("1", "3"), ("3", "4")])
        self.assertIn("1 links to other networks, 1 routers outside of radius 0", self.notes)
        self.refused("4755.cch", text + "5 @x\n", 6, "a map has: uid @place", options=BOTH)


class Yaml(Converting):
    def test_codes_groups_are_not_containerlab(self):
        for form in ("groups", "flat"):
            text = f"schema_version: 1\ntopology:\n  format: {form}\n  groups:\n    SERVERS:\n      repetitions: 16\n"
            self.refused("n.yaml", text, 3, f"the format '{form}' lays out CODES' processes", "torus, fattree")

    def test_a_lab_with_such_words_is_containerlab(self):
        text = (
            "topology:\n  nodes:\n    fabric:\n      kind: linux\n    b:\n      kind: x\n  links:\n    - endpoints:"
            ' ["fabric:1", "b:1"]\n'
        )
        self.assertEqual(self.converted("l.yml", text, *BOTH)["hosts"], ["fabric"])

    CODES = "topology:\n  format: parametric\n  fabric:\n    model: %s\n    shape:\n      %s\n    links:\n%s"
    SPEEDS = "      local: { bandwidth: 2 }\n      global: { bandwidth: 40Gbps }\n      cn: { bandwidth: 1 }\n"

    def test_codes_dragonflies_name_the_generator(self):
        """Of 4 routers a group CODES makes 4 x 4/2 + 1 = 9 groups, 2 terminals and 2 cables outwards a router; 2 is in GiB/s."""
        dally = "num_routers: 4\n      num_groups: 9\n      num_cns_per_router: 2\n      num_global_channels: 2"
        for model, shape in (("dragonfly", "num_routers: 4"), ("dragonfly-dally", dally)):
            done = self.done("d.yaml", self.CODES % (model, shape, self.SPEEDS))
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))
            generator = json.loads(re.search(r"\{.*\}", done.stderr)[0])
            self.assertEqual(generator, {
                "type": "dragonfly", "groups": 9, "routers": 4, "hosts_per_router": 2, "global_links": 2,
                "host_link": {"bandwidth": "1.073741824 GB/s"}, "local_link": {"bandwidth": "2.147483648 GB/s"},
                "global_link": {"bandwidth": "40 Gbps"},
            })  # fmt: skip
            if PROGRAM:
                path = self.folder / "generator.json"
                path.write_text(json.dumps(generator))
                self.assertEqual(json.loads(topology("info", path, "--format", "json").stdout)["hosts"], 9 * 4 * 2)
        self.refused("d.yaml", self.CODES % ("dragonfly-plus", "x: 1", self.SPEEDS), 4, '{"type": "dragonfly"}')

    def test_codes_units(self):
        shape = "num_levels: 3\n      switch_count: 8\n      switch_radix: 4"
        more = (
            "      x: 1\n    cn_bandwidth: 10Gbps\n    link_bandwidth: 2GiBps\n    router_delay: 1.5us\n   "
            " ft_type: 0\n"
        )
        graph = self.converted("f.yaml", self.CODES % ("fattree", shape, more))
        self.assertEqual(
            Counter(row[2:] for row in rows(graph)), {("10 Gbps", "750 ns"): 16, ("2.147483648 GB/s", "1.5 us"): 32}
        )


class SimGrid(Converting):
    LINKS = "".join(
        f'<link id="{i}" bandwidth="{i}MBps" latency="{i}us" sharing_policy="SPLITDUPLEX"/>' for i in range(1, 5)
    )

    def zone(self, routes, names="abc", routers=""):
        nodes = "".join(f'<host id="{n}"/>' for n in names) + "".join(f'<router id="{n}"/>' for n in routers)
        listed = "".join(
            f'<route src="{r[0]}" dst="{r[1]}">' + "".join(f'<link_ctn id="{i}"/>' for i in r[2:]) + "</route>"
            for r in routes
        )
        return platform(f'<zone id="z" routing="Full">{nodes}{self.LINKS}{listed}</zone>')

    def test_routes_over_hosts_share_their_links(self):
        """a - r - b - c: from a to c over b, a host. Three links, three cables, and b passes messages on."""
        graph = self.converted("p.xml", self.zone(["ab12", "bc3", "ac123", "ar1", "rb2"], routers="r"))
        self.assertEqual(sorted(link["name"] for link in graph["links"]), ["1", "2", "3"])
        self.assertTrue(forwards(graph))
        self.assertIn("routes lead over hosts", self.notes)
        self.assertEqual(paths(graph, "a", "c"), {(base("1 MB/s"), base("6 us"))})
        self.assertEqual(paths(graph, "a", "b"), {(base("1 MB/s"), base("3 us"))})

    def test_hosts_forward_only_where_that_fits_more(self):
        graph = self.converted("p.xml", self.zone(["ab12", "bc23", "ac13"]))
        self.assertFalse(forwards(graph))
        self.assertEqual(len(graph["links"]), 3)
        self.assertEqual(graph["switches"], ["junction-1"])

    CABINETS = (
        '<zone id="z" routing="Cluster"><cabinet id="1" prefix="n-" suffix=".x" speed="1Gf" bw="125MBps" lat="100us"'
        ' radical="1-2"/><cabinet id="2" prefix="n-" suffix=".x" speed="1Gf" bw="250MBps" lat="50us"'
        ' radical="3-3"/><router id="r"/>%s</zone>'
    )

    def test_cabinets(self):
        """With a backbone every message of the zone crosses it: 100 + 500 + 100 us; without one, 100 + 100."""
        backbone = '<backbone id="b" bandwidth="2.25GBps" latency="500us"/>'
        graph = self.converted("p.xml", platform(self.CABINETS % backbone))
        self.assertEqual(graph["hosts"], ["n-1.x", "n-2.x", "n-3.x"])
        self.assertEqual(paths(graph, "n-1.x", "n-2.x"), {(base("125 MB/s"), base("700 us"))})
        self.assertEqual(paths(graph, "n-1.x", "n-3.x"), {(base("125 MB/s"), base("650 us"))})
        self.assertEqual(paths(graph, "n-3.x", "r"), {(base("250 MB/s"), base("550 us"))})
        graph = self.converted("p.xml", platform(self.CABINETS % ""))
        self.assertEqual((graph["switches"], len(graph["links"])), (["r"], 3))
        self.assertEqual(paths(graph, "n-1.x", "n-2.x"), {(base("125 MB/s"), base("200 us"))})
        outside = (self.CABINETS % "").replace('"Cluster"', '"Full"')
        self.refused("p.xml", platform(outside), 4, "<cabinet> stands in a zone whose routing is not Cluster")

    def test_host_links(self):
        """a has a link up and another down, b one for both."""
        zone = (
            f'<zone id="z" routing="Cluster"><router id="r"/><host id="a"/><host id="b"/>{self.LINKS}'
            '<host_link id="a" up="1" down="2"/><host_link id="b" up="3_UP" down="3_DOWN"/>'
            '<backbone id="x" bandwidth="9MBps" latency="10us"/></zone>'
        )
        graph = self.converted("p.xml", platform(zone))
        self.assertEqual(paths(graph, "a", "b"), {(base("1 MB/s"), base("14 us"))})  # 1 + 10 + 3
        self.assertEqual(paths(graph, "b", "a"), {(base("2 MB/s"), base("15 us"))})  # 3 + 10 + 2
        self.assertIn("no route between two nodes uses are left out: 1", self.notes)  # link 4
        self.refused("p.xml", platform(zone.replace('<host_link id="a"', '<host_link id="q"')), 4, "no such host")

    def test_links_without_latency_are_counted(self):
        link = '<link id="l" bandwidth="1MBps"/><route src="a" dst="b"><link_ctn id="l"/></route>'
        self.converted("p.xml", platform(f'<zone id="z" routing="Full"><host id="a"/><host id="b"/>{link}</zone>'))
        self.assertIn("1 links do not say their latency: 0", self.notes)


if __name__ == "__main__":
    unittest.main()
