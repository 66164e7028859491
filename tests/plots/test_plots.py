# SPDX-License-Identifier: Apache-2.0
"""Do the plot scripts draw every documented sweep, the same each time, and refuse all else in one line?"""

import html
import json
import multiprocessing
import os
import re
import runpy
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import matplotlib.pyplot  # noqa: F401  what all scripts import, and this process does once
import pandas  # noqa: F401
from written import CONFIGURATIONS, add_intervals, write_sweep

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
PROGRAM = os.environ.get("SHARDSIM")
PLOTS = sorted(
    {script.name for script in SCRIPTS.glob("plot_*.py")}
    - {f"plot_{name}.py" for name in ("cache_share", "frontier", "hit_ratio", "incast", "timeline", "trace", "tune")}
)  # no sweep, or a test of its own
# What must be readable in each plot: axis labels with their units, legends, panel titles.
WORDS = {
    "overheads": ["singular (%)", "P99 latency", "compute", "configuration", "small", "nsbp"],
    "spans": ["latency (ms)", "queueing", "network", "P50", "P99", "configuration"],
    "shards": ["memory (GiB)", "per query (ms)", "configuration", "1.33"],  # 2 shards of 1 and 2 GiB: 2 / 1.5
    "cdf": ["latency (ms)", "queries (%)", "one-shard", "nsbp 4"],
    "links": [
        "utilisation (%)", "share of P99 latency (%)", "queue peak", "lost messages", "sparse19 → switch", "28.5 MB",
        "large · nsbp 4   bottleneck: link main0 → switch, offered load 0.87", "23,446",
        "the busiest 15 of 20 links; the others hold 25.0 % of P99; 3 links carried nothing",
    ],
}  # fmt: skip


def run(script, *arguments):
    """As `python3 SCRIPT ARGUMENTS...`, in a process that has its libraries already."""
    command = [str(SCRIPTS / script), *map(str, arguments)]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = multiprocessing.get_context("fork").Process(target=be, args=(command, out.fileno(), err.fileno()))
        process.start()
        process.join()
        for file in (out, err):
            file.seek(0)
        return subprocess.CompletedProcess(command, process.exitcode, out.read(), err.read())


def be(command, out, err):
    """This process becomes that program."""
    os.dup2(out, 1)
    os.dup2(err, 2)
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)
    sys.argv = command
    sys.path.insert(0, str(SCRIPTS))
    try:
        runpy.run_path(command[0], run_name="__main__")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


class PlotCase(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.sweep = Path(temporary.name) / "sweep"
        self.sweep.mkdir()
        write_sweep(self.sweep)

    def assert_drawn(self, process):
        self.assertEqual(process.returncode, 0, process.stderr)

    def assert_reads(self, folder, name, words):
        svg = html.unescape((folder / f"{name}.svg").read_text())
        for word in words:
            self.assertIn(word, svg)  # text is drawn as shapes, with the words in a comment
        self.assertGreater((folder / f"{name}.png").stat().st_size, 10_000)

    def assert_refused(self, process, *words):
        self.assertEqual(process.returncode, 2, process.stderr)
        self.assertEqual(len(process.stderr.splitlines()), 1, process.stderr)
        for word in words:
            self.assertIn(word, process.stderr)

    def rename_axes(self, change):
        """Rewrites the sweep's axes: change(point's axes) -> new axes."""
        description = json.loads((self.sweep / "sweep.json").read_text())
        lines = (self.sweep / "sweep.csv").read_text().splitlines()
        for number, point in enumerate(description["points"]):
            point["axes"] = change(point["axes"])
            lines[number + 1] = ",".join([*point["axes"].values(), *lines[number + 1].split(",")[2:]])
        description["axes"] = list(description["points"][0]["axes"])
        lines[0] = ",".join([*description["axes"], *lines[0].split(",")[2:]])
        description["baseline"] = {k: v for k, v in description["baseline"].items() if k in description["axes"]}
        (self.sweep / "sweep.json").write_text(json.dumps(description))
        (self.sweep / "sweep.csv").write_text("\n".join(lines) + "\n")


class Drawing(PlotCase):
    def test_each_writes_svg_and_png_with_labels(self):
        for name, words in WORDS.items():
            with self.subTest(name):
                process = run(f"plot_{name}.py", self.sweep)
                self.assert_drawn(process)
                self.assert_reads(self.sweep / "plots", name, words)
                self.assertEqual(len(process.stdout.splitlines()), 2)

    def test_every_script_is_tested(self):
        self.assertEqual(PLOTS, sorted(f"plot_{name}.py" for name in WORDS))

    def test_what_cannot_be_drawn_is_named(self):
        process = run("plot_spans.py", self.sweep)
        self.assertIn("skipped 2 of 8 points", process.stderr)
        self.assertIn("large one-shard (infeasible)", process.stderr)
        self.assertIn("large nsbp 2 (saturated)", process.stderr)

    def test_waits_are_drawn_where_there_are_any(self):
        self.assert_drawn(run("plot_spans.py", self.sweep, "--out", self.sweep / "without"))
        self.assertNotIn("_wait", (self.sweep / "without/spans.svg").read_text())
        result = self.sweep / "points/000/result.json"
        content = json.loads(result.read_text())
        content["spans_us"]["timeout_wait"] = dict.fromkeys(("mean", "p50", "p50_share", "p99", "p99_share"), 0.5)
        result.write_text(json.dumps(content))
        self.assert_drawn(run("plot_spans.py", self.sweep, "--out", self.sweep / "with"))
        drawn = (self.sweep / "with/spans.svg").read_text()
        self.assertIn("timeout_wait", drawn)
        self.assertNotIn("worker_wait", drawn)

    def test_same_data_same_bytes(self):
        for name in WORDS:
            with self.subTest(name):
                for out in ("first", "second"):
                    self.assert_drawn(run(f"plot_{name}.py", self.sweep, "--out", self.sweep / out))
                for suffix in ("svg", "png"):
                    first, second = (self.sweep / out / f"{name}.{suffix}" for out in ("first", "second"))
                    self.assertEqual(first.read_bytes(), second.read_bytes())

    def test_options(self):
        for arguments in (
            ["plot_overheads.py", "--group", "model", "--x", "configuration", "--ymax", "20"],
            ["plot_overheads.py", "--group", "configuration", "--x", "model"],
            ["plot_spans.py", "--x", "model", "--x", "configuration"],
            ["plot_shards.py", "--load", "lookups_per_query", "--where", "model=small"],
            ["plot_cdf.py", "--tail", "--where", "configuration=nsbp 4"],
            ["plot_links.py", "--links", "1", "--where", "model=small"],
        ):
            with self.subTest(arguments):
                self.assert_drawn(run(arguments[0], self.sweep, *arguments[1:]))

    def test_a_sweep_over_one_axis(self):
        self.rename_axes(lambda axes: {"configuration": f"{axes['model']} {axes['configuration']}"})
        for plot in set(PLOTS) - {"plot_overheads.py"}:  # no point is the baseline now
            with self.subTest(plot):
                self.assert_drawn(run(plot, self.sweep))

    def test_a_sweep_over_three_axes(self):
        rates = {name: f"{i} /s" for i, name in enumerate(CONFIGURATIONS)}
        self.rename_axes(lambda axes: {**axes, "workload/arrivals/rate": rates[axes["configuration"]]})
        for plot in PLOTS:
            with self.subTest(plot):
                self.assert_drawn(run(plot, self.sweep))

    def test_links_of_one_result(self):
        result = self.sweep / "points/000/result.json"
        for source in (result.parent, result):
            with self.subTest(source):
                process = run("plot_links.py", source, "--links", "20", "--out", self.sweep / source.name)
                self.assert_drawn(process)
                self.assert_reads(self.sweep / source.name, "links", ["all 20 links in use", "0 B", "2.5"])
        self.assert_drawn(run("plot_links.py", result))
        self.assertTrue((result.parent / "plots/links.png").exists())

    def test_intervals_and_doubts(self):
        notes = ["whiskers: 95 % intervals", "hollow: in doubt (too-few)"]
        self.assert_drawn(run("plot_overheads.py", self.sweep, "--out", self.sweep / "without"))
        without = (self.sweep / "without/overheads.svg").read_text()
        for note in [*notes, "stroke-dasharray: 2,2"]:
            self.assertNotIn(note, without)
        add_intervals(self.sweep)
        for plot in PLOTS:
            with self.subTest(plot):
                self.assert_drawn(run(plot, self.sweep))
        self.assert_reads(self.sweep / "plots", "overheads", notes)
        svg = (self.sweep / "plots/overheads.svg").read_text()
        # Only the small model's "nsbp 4" is in doubt, at P99: one hollow bar.
        self.assertEqual(len(re.findall("stroke-dasharray: 2,2", svg)), 1)
        self.assertGreater(svg.count("<use"), without.count("<use"))  # ends of whiskers

    @unittest.skipUnless(PROGRAM, "SHARDSIM names no program")
    def test_incast(self):
        words = [
            "completion time (ms)",
            "senders",
            "ideal",
            "port: one after the other",
            "fluid: all share",
            "packet, ECN",
        ]
        for out in ("first", "second"):
            process = run("plot_incast.py", "--shardsim", PROGRAM, "--out", self.sweep / out)
            self.assert_drawn(process)
            self.assert_reads(self.sweep / out, "incast", [*words, "median and range"])
        for suffix in ("svg", "png"):
            first, second = (self.sweep / out / f"incast.{suffix}" for out in ("first", "second"))
            self.assertEqual(first.read_bytes(), second.read_bytes())
        at_once = ["--queue", "64 kB", "--spread", "0"]
        self.assert_drawn(run("plot_incast.py", "--shardsim", PROGRAM, "--out", self.sweep / "third", *at_once))
        self.assert_reads(self.sweep / "third", "incast", [*words, "all starting at once", "hold 64 kB"])


class Refusing(PlotCase):
    def test_no_sweep(self):
        for script in [*PLOTS, "table.py"]:
            with self.subTest(script):
                self.assert_refused(run(script, self.sweep / "nowhere"), "sweep.json", "no such file")

    def test_a_missing_or_broken_result(self):
        result = self.sweep / "points/000/result.json"
        result.write_text('{"schema_version": 1')
        self.assert_refused(run("plot_spans.py", self.sweep), "000/result.json", "not JSON")
        result.write_text('{"schema_version": 1, "spans_us": {}}')
        self.assert_refused(run("plot_spans.py", self.sweep), "000/result.json", "/spans_us/dense/p50")
        result.write_text('{"schema_version": 1, "shards": [{"name": "sparse0"}]}')
        self.assert_refused(run("plot_shards.py", self.sweep), "000/result.json", "/shards", "bytes")
        result.write_text('{"schema_version": 7}')
        self.assert_refused(run("plot_shards.py", self.sweep), "schema_version 7")
        result.unlink()
        self.assert_refused(run("plot_cdf.py", self.sweep), "000/result.json", "no such file")

    def test_links_that_cannot_be_drawn(self):
        result = self.sweep / "points/000/result.json"
        content = json.loads(result.read_text())
        self.assert_refused(run("plot_links.py", result, "--where", "model=small"), "--where", "one result")
        for change, words in (
            ({"links": []}, ["no link carried anything"]),
            ({"links": [{"from": "a"}]}, ["/links", "'to'"]),
            ({"links": 5}, ["/links"]),
            ({"bottleneck": None}, ["/bottleneck/kind is missing"]),
        ):
            with self.subTest(change):
                result.write_text(json.dumps({**content, **change}))
                self.assert_refused(run("plot_links.py", result.parent), *words)

    def test_a_program_that_does_not_answer(self):
        program = self.sweep / "program"
        for text, words in (
            (None, ["/program: No such file"]),
            ("echo 'shardsim: it is broken' >&2; exit 2", ["it is broken"]),
            ("exit 3", ["exit code 3"]),
            ("echo Welcome", ["no flows"]),
            ("""echo '{"flows": [{"lost": true}]}'""", ["ideal: a flow was given up"]),
        ):
            with self.subTest(text):
                if text:
                    program.write_text(f"#!/bin/sh\n{text}\n")
                    program.chmod(0o755)
                process = run("plot_incast.py", "--shardsim", program, "--out", self.sweep / "out")
                self.assert_refused(process, *words)
                self.assertFalse((self.sweep / "out").exists())

    def test_a_broken_table(self):
        table = self.sweep / "sweep.csv"
        text = table.read_text()
        table.write_text(text.replace("p99_us", "p98_us"))
        self.assert_refused(run("table.py", self.sweep), "sweep.csv", "no column p99_us")
        table.write_text(text.replace("1100.0", "fast", 1))
        self.assert_refused(run("table.py", self.sweep), "line 2", "mean_us", "'fast'")
        table.write_text("\n".join(text.splitlines()[:-1]))
        self.assert_refused(run("plot_overheads.py", self.sweep), "7 points", "8")
        table.write_text("")
        self.assert_refused(run("plot_overheads.py", self.sweep), "sweep.csv", "cannot be read")

    def test_no_baseline(self):
        path = self.sweep / "sweep.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "baseline": None}))
        self.assert_refused(run("plot_overheads.py", self.sweep), "no baseline")

    def test_axes_that_are_not_there_or_left_over(self):
        self.assert_refused(run("plot_spans.py", self.sweep, "--x", "colour"), "'colour'", "model, configuration")
        self.assert_refused(run("plot_spans.py", self.sweep, "--where", "model=huge"), "'huge'", "small, large")
        self.rename_axes(lambda axes: {**axes, "rate": axes["model"]})
        process = run("plot_spans.py", self.sweep, "--group", "model", "--x", "configuration")
        self.assert_refused(process, "'rate'", "--where")


class Command(PlotCase):
    def test_help_shows_an_example(self):
        for script in [*PLOTS, "plot_incast.py", "plot_trace.py", "table.py"]:
            with self.subTest(script):
                process = run(script, "--help")
                self.assertEqual(process.returncode, 0)
                self.assertIn(f"example: scripts/{script}", process.stdout)

    def test_table(self):
        process = run("table.py", self.sweep)
        self.assertEqual(process.returncode, 0, process.stderr)
        head, _, *rows = process.stdout.splitlines()
        self.assertEqual(head.split()[:3], ["model", "configuration", "queries"])
        one_shard = "small one-shard 1000 1.65 1.50 2.25 3.00 5.50 +50.0 +50.0 +50.0 +10.0 stable"
        self.assertEqual(rows[1].split(), one_shard.split())
        self.assertIn("large one-shard: shard sparse0 lacks 10 GiB", process.stderr)
        add_intervals(self.sweep)
        rows = run("table.py", self.sweep).stdout.splitlines()
        self.assertIn(" P95 ms ", rows[0])
        # The longer half of the interval, 20 % of the figure; no interval but a mark where there is doubt.
        one_shard = (
            "small one-shard 1000 1.65 1.50 2.25 2.48 3.00 5.50 +50.0 ±10.0 +50.0 ±10.0 +50.0 ±10.0 +10.0 ±2.0 stable"
        )
        self.assertEqual(rows[3].split(), one_shard.split())
        nsbp = "small nsbp 4 1000 0.99 0.90 1.35 1.49 1.80? 7.00 -10.0 ±2.0 -10.0 ±2.0 -10.0? +40.0 ±8.0 stable"
        self.assertEqual(rows[5].split(), nsbp.split())
        every = run("table.py", self.sweep, "--intervals").stdout.splitlines()
        self.assertIn("1.65 ±0.33", every[3])

    def test_rpcs_in_the_table(self):
        head, _, *rows = run("table.py", self.sweep, "--rpcs").stdout.splitlines()
        self.assertEqual(head.split()[:4], ["model", "configuration", "RPCs/query", "queries"])
        # Two a query to each shard; none where there is no shard, and nothing where the point was not run.
        self.assertTrue(any(row.split()[:4] == ["small", "singular", "0.0", "1000"] for row in rows), rows)
        self.assertTrue(any(row.split()[:4] == ["small", "one-shard", "2.0", "1000"] for row in rows), rows)
        self.assertTrue(any(row.split()[:5] == ["small", "nsbp", "4", "8.0", "1000"] for row in rows), rows)
        self.assertTrue(any(row.split() == ["large", "one-shard", "infeasible"] for row in rows), rows)
        broken = next(r for r in self.sweep.glob("points/*/result.json") if "sparse0" in r.read_text())
        broken.write_text(broken.read_text().replace("rpcs_per_query", "rpcs"))
        self.assert_refused(run("table.py", self.sweep, "--rpcs"), "/shards", "rpcs_per_query")

    def test_failing_points(self):
        # Where queries fail, latencies are those of the others: no picture of them, a column of goodput in the table.
        path = self.sweep / "sweep.csv"
        head, *lines = path.read_text().splitlines()
        lines = [line.replace("saturated", "failing") for line in lines]
        goodputs = ["" if "infeasible" in line else "0.6" if "failing" in line else "1" for line in lines]
        path.write_text("\n".join([head + ",goodput", *(f"{a},{b}" for a, b in zip(lines, goodputs)), ""]))
        process = run("plot_overheads.py", self.sweep, "--out", self.sweep)
        self.assertIn("large nsbp 2 (failing)", process.stderr)
        head, _, *rows = run("table.py", self.sweep).stdout.splitlines()
        self.assertIn("goodput %", head)
        self.assertEqual([row.split()[-2:] for row in rows if "failing" in row], [["60.00", "failing"]])

    def test_markdown_table(self):
        markdown = run("table.py", self.sweep, "--markdown").stdout.splitlines()
        self.assertEqual(len(markdown), 2 + 8)
        self.assertEqual({line.count("|") for line in markdown}, {14})


if __name__ == "__main__":
    unittest.main()
