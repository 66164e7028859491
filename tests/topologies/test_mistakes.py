# SPDX-License-Identifier: Apache-2.0
"""Does the converter tell all mistakes at once, count what was not in the file, and repair what it says it does?"""

import json
import unittest

from test_convert_topology import DELAY, SPEED, Converting, base, rows, run

BOTH = SPEED + DELAY
PER_KM = ("--latency-per-km", "5 us")


def network(nodes, links, **more):
    return json.dumps({"nodes": nodes, "links": links, **more})


def at(name, longitude, latitude):
    return {"id": name, "longitude": longitude, "latitude": latitude}


class Findings(Converting):
    MANY = network(
        [{"id": "a"}, {"id": "b"}, {"id": "b"}],
        [{"source": "a", "target": "a"}, {"source": "a", "target": "x"}, {"source": "a", "target": "b"},
         {"source": "b", "target": "a"}, {"source": "b", "target": "b"}],
    )  # fmt: skip

    def test_all_at_once_each_with_what_settles_it(self):
        """Six kinds of fault: doubled name, loop (twice), unknown end, bandwidth, latency (both directions), frontend."""
        out = self.folder / "out.json"
        self.refused(
            "n.json", self.MANY, "a second node is called 'b'", "--repair renames it",
            "'a' and 'a' joins a node to itself (and 1 more like it)", "--repair drops it",
            "there is no node 'x'; nodes are 'a', 'b'",
            "'a' and 'b' has no bandwidth (and 1 more like it)", "--default bandwidth='10 Gbps'",
            "'a' and 'b' has no latency (and 1 more like it)", "--default latency='1 ms'",
            "--frontend: there is no node 'z'", options=(out, "--frontend", "z"), lines=6,
        )  # fmt: skip
        self.assertFalse(out.exists())

    def test_what_ends_the_reading_comes_last(self):
        done = self.done("e.csv", "source,target\na,b\nc,c\nd\n", *BOTH)
        self.assertEqual(done.returncode, 2)
        first, last = done.stderr.splitlines()
        self.assertIn("e.csv:3: the link of 'c' and 'c' joins", first)
        self.assertIn("e.csv:4: has 1 columns", last)

    def test_a_bad_line_does_not_hide_the_next(self):
        """Of a kind are those that differ in names and numbers only."""
        csv = "source,target,bandwidth,latency\na,b,0 Gbps,1 us\nb,c,1 Gpbs,1 us\nc,d,2 Gpbs,1 us\nd,e\n"
        self.refused(
            "e.csv", csv, 2, "bandwidth 0", "the unit 'Gpbs'", "(and 1 more like it)", "has 2 columns", lines=3
        )
        hpcc = "3 1 2\n2\n0 2 100Gbps -1us 0\n1 2 100Gbqs 1us 0\n"
        self.refused("t.txt", hpcc, 3, "negative latency", "t.txt:4: ", lines=2)
        zone = '<platform version="4"><zone id="z" routing="Full"><host id="a"/><host id="a"/>\n%s</zone></platform>'
        routes = '<route src="a" dst="b"><link_ctn id="l"/></route>\n<route src="a" dst="c"><link_ctn id="l"/></route>'
        self.refused(
            "p.xml", zone % routes, 1, "a second node is called 'a'", "joins 'b', but", "1 more like it", lines=2
        )

    def test_an_option_may_stand_anywhere(self):
        path, out = self.folder / "e.csv", self.folder / "out.json"
        path.write_text("source,target\na,b\n")
        for order in ((path, *BOTH, out), (*BOTH, path, out), (path, out, *BOTH), (*SPEED, path, *DELAY, out)):
            done = run(*order)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(rows(json.loads(out.read_text())), [("a", "b", "10 Gbps", "1 ms")])
            out.unlink()

    def test_two_graphs_in_gml(self):
        one = "graph [ node [ id 0 ] node [ id 1 ] edge [ source 0 target 1 ] ]\n"
        self.refused("g.gml", one + "graph [ node [ id 0 ] ]\n", 2, "a second graph begins", "leave one", options=BOTH)
        nested = one.replace("node [ id 1 ]", "node [ id 1 graph [ node [ id 7 ] ] ]")
        self.refused("g.gml", nested, 1, "a graph of its own", options=BOTH)
        self.refused("g.gml", one.replace("target 1", "target 7") + "graph [ ]\n", "a second graph", "no node with id 7",
                     options=BOTH, lines=2)  # fmt: skip


class Repair(Converting):
    def test_names_loops_doubles_parts(self):
        """b is declared twice; its second has no link, and is left out with c: of {a, b}, {b~2}, {c} the first is kept."""
        text = network(
            [{"id": "a"}, {"id": "b"}, {"id": "b"}, {"id": "c"}],
            [{"source": "a", "target": "a"}, {"source": "a", "target": "b"}, {"source": "b", "target": "a"},
             {"source": "a", "target": "b"}],
        )  # fmt: skip
        graph = self.converted("n.json", text, *BOTH, "--repair")
        self.assertEqual((graph["hosts"], rows(graph)), (["a", "b"], [("a", "b", "10 Gbps", "1 ms")]))
        self.assertIn(
            (
                "repaired: 1 node renamed, such as 'b~2', 1 link of a node to itself dropped, 2 doubled links dropped, "
                "2 nodes apart from the largest part left out"
            ),
            self.notes,
        )

    def test_the_two_directions_of_one_way_links_are_no_doubles(self):
        links = [{"source": "a", "target": "b"}, {"source": "b", "target": "a"}, {"source": "a", "target": "b"}]
        graph = self.converted("n.json", network(["a", "b"], links, directed=True), *BOTH, "--repair")
        self.assertEqual([(link["a"], link["b"]) for link in graph["links"]], [("a", "b"), ("b", "a")])

    def test_parallel_cables_that_differ_are_no_doubles(self):
        text = "source,target,bandwidth\na,b,1 Gbps\na,b,2 Gbps\na,b,1 Gbps\n"
        graph = self.converted("e.csv", text, *DELAY, "--repair")
        self.assertEqual([bandwidth for _, _, bandwidth, _ in rows(graph)], ["1 Gbps", "2 Gbps"])

    def test_nothing_to_repair(self):
        self.converted("e.csv", "source,target\na,b\n", *BOTH, "--repair")
        self.assertIn("repaired: nothing", self.notes)

    def test_a_frontend_outside_of_what_is_kept(self):
        text = "source,target\na,b\nb,c\nx,y\n"
        self.refused("e.csv", text, "'x' is not in the largest part", options=(*BOTH, "--repair", "--frontend", "x"))
        graph = self.converted("e.csv", text, *BOTH)
        self.assertEqual(len(graph["hosts"]), 5)
        self.assertIn("in 2 parts that no link joins; --repair keeps the largest", self.notes)


class Directions(Converting):
    """An edge list may hold each cable once, or once in each direction; which of the two is decided for the file."""

    def test_both_directions_are_one_cable(self):
        graph = self.converted("e.csv", "source,target\na,b\nb,c\nb,a\nc,b\n", *BOTH)
        self.assertEqual([(a, b) for a, b, *_ in rows(graph)], [("a", "b"), ("b", "c")])
        self.assertIn("two lines are one cable (4 lines, 2 cables)", self.notes)
        self.assertIn("2 of 2 links have the bandwidth of --default (10 Gbps)", self.notes)

    def test_directions_that_differ_stay_one_way_links(self):
        graph = self.converted(
            "e.csv", "source,target,bandwidth\na,b,1 Gbps\nb,a,2 Gbps\nb,c,3 Gbps\nc,b,3 Gbps\n", *DELAY
        )
        self.assertEqual(
            [(link["a"], link["b"], link["bandwidth"], link.get("one_way", False)) for link in graph["links"]],
            [("a", "b", "1 Gbps", True), ("b", "a", "2 Gbps", True), ("b", "c", "3 Gbps", False)],
        )
        self.assertIn("2 lines differ from that of the other direction", self.notes)

    def test_a_bundle_in_both_directions_stays_a_bundle(self):
        graph = self.converted("e.csv", "source,target\n" + "a,b\nb,a\n" * 2, *BOTH)
        self.assertEqual(len(graph["links"]), 2)

    def test_some_pairs_in_both_orders_are_parallel_cables_and_told(self):
        text = "source,target\na,b\nb,a\nb,c\n"
        self.assertEqual(len(self.converted("e.csv", text, *BOTH)["links"]), 3)
        self.assertIn("1 link joins nodes that another joins already: parallel cables (--repair", self.notes)
        self.assertEqual(len(self.converted("e.csv", text, *BOTH, "--repair")["links"]), 2)

    def test_where_lines_are_cables_they_stay_cables(self):
        """In HPCC's text, ns-3 makes a cable of each line."""
        graph = self.converted("t.txt", "2 0 2\n0 1 1Gbps 1us 0\n1 0 1Gbps 1us 0\n")
        self.assertEqual(len(graph["links"]), 2)

    def test_other_edge_lists(self):
        links = [{"source": "a", "target": "b"}, {"source": "b", "target": "a"}]
        gml = "graph [ node [ id 0 ] node [ id 1 ] edge [ source 0 target 1 ] edge [ source 1 target 0 ] ]"
        for name, text in (("n.json", network(["a", "b"], links)), ("g.gml", gml), ("o.txt", "1 2\n2 1\n")):
            self.assertEqual(len(self.converted(name, text, *BOTH)["links"]), 1, name)


class Supplied(Converting):
    """Every value that was not in the file is counted."""

    PICTURE = [at("A", 100, 50), at("B", 170, 60), at("C", 100, 466)]
    LINKS = [{"source": "A", "target": "B"}, {"source": "B", "target": "C"}]

    def test_points_of_a_picture_are_no_degrees(self):
        """C cannot be on Earth, so A and B are not at 100 and 170 degrees east either: nothing is worked out."""
        graph = self.converted("n.json", network(self.PICTURE, self.LINKS), *BOTH, *PER_KM)
        self.assertEqual([latency for *_, latency in rows(graph)], ["1 ms", "1 ms"])
        self.assertIn("points of a picture, as 'C' is at (100, 466)", self.notes)
        self.assertIn("2 of 2 links have the latency of --default (1 ms)", self.notes)
        self.refused("n.json", network(self.PICTURE, self.LINKS), "has no latency", options=(*SPEED, *PER_KM))

    def test_degrees_are_told(self):
        graph = self.converted(
            "n.json", network([at("A", 0, 0), at("B", 90, 0), {"id": "C"}], self.LINKS), *BOTH, *PER_KM
        )
        # A quarter of the equator: 6371 km x pi / 2 = 10,007.5 km, 50.04 ms at 5 us a km.
        self.assertAlmostEqual(float(base(rows(graph)[0][3])) * 1e3, 50.038, delta=0.001)
        self.assertIn("taken for degrees: longitudes 0 to 90, latitudes 0 to 0", self.notes)
        self.assertIn("1 of 2 links have a latency by distance", self.notes)
        self.assertIn("1 of 2 links have the latency of --default (1 ms)", self.notes)
        self.assertIn("2 of 2 links have the bandwidth of --default (10 Gbps)", self.notes)
        self.assertIn("3 of 3 nodes, which do not say, are made hosts", self.notes)

    def test_kinds_and_units(self):
        text = network(
            [{"id": "A", "kind": "host"}, "B"], [{"source": "A", "target": "B", "capacity": 5, "delay": "1 us"}]
        )
        self.converted("n.json", text, "--default", "bandwidth-unit=Mbps", "--default", "kind=switch")
        self.assertIn("1 of 2 nodes do not say of which kind they are: switch, by --default", self.notes)
        self.assertIn("1 values of bandwidth have no unit: taken in Mbps", self.notes)
        self.assertNotIn("latency", self.notes)

    def test_pixels_of_sndlib(self):
        nodes = "".join(
            f'<node id="{n}"><coordinates><x>{x}</x><y>10</y></coordinates></node>' for n, x in (("A", 1), ("B", 2))
        )
        text = (
            f'<network><networkStructure><nodes coordinatesType="pixel">{nodes}</nodes><links><link'
            ' id="L"><source>A</source><target>B</target></link></links></networkStructure></network>'
        )
        graph = self.converted("n.xml", text, *BOTH, *PER_KM)
        self.assertEqual(rows(graph), [("A", "B", "10 Gbps", "1 ms")])
        self.assertIn("coordinatesType is 'pixel'", self.notes)

    def test_modules_to_choose_from(self):
        """SNDlib's pdh: nothing is installed, and 30, 480 or 1920 may be. None of them is the link's capacity yet."""
        modules = [{"module_capacity": size} for size in (480.0, 30.0, 1920.0)]
        links = [{"source": "A", "target": "B", "pre_installed_capacity": 0.0, "modules": modules},
                 {"source": "B", "target": "C", "pre_installed_capacity": 7.0, "modules": modules},
                 {"source": "A", "target": "C", "pre_installed_capacity": 0.0, "modules": modules[:1]}]  # fmt: skip
        unit = ("--default", "bandwidth-unit=Mbps")
        graph = self.converted("n.json", network(["A", "B", "C"], links), *unit, *DELAY)
        self.assertEqual([b for _, _, b, _ in rows(graph)], ["30 Mbps", "7 Mbps", "480 Mbps"])
        self.assertIn(
            "1 links have nothing installed but modules to choose from (the first: 3, of 30.0 to 1920.0)", self.notes
        )
        graph = self.converted("n.json", network(["A", "B", "C"], links), *unit, *DELAY, "--default", "module=largest")
        self.assertEqual([b for _, _, b, _ in rows(graph)], ["1.92 Gbps", "7 Mbps", "480 Mbps"])
        self.refused("n.json", network(["A"], []), "one of smallest, largest", options=("--default", "module=2"))


if __name__ == "__main__":
    unittest.main()
