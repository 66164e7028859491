# SPDX-License-Identifier: Apache-2.0
"""Are P99 and DRAM drawn against the share of a cache that the labels of a sweep say, and all else refused?"""

import sys
import unittest

from test_plots import SCRIPTS, PlotCase, run

sys.path.insert(0, str(SCRIPTS))
import plot_cache_share  # noqa: E402

GIB = 2**30
CACHES = {"singular": "DRAM", "one-shard": "SSD cache 1 %", "nsbp 2": "SSD cache 5 %", "nsbp 4": "SSD cache 20 %"}


class Shares(unittest.TestCase):
    def test_what_a_label_says(self):
        for label, name, share in (
            ("1 server, SSD, cache 5 %", "1 server, SSD", 5),
            ("4 shards, half on SSD, cache 12.5 %", "4 shards, half on SSD", 12.5),
            ("lru 5%", "lru", 5),
            ("5 %", "", 5),
            ("0.05", "", 5),
        ):
            with self.subTest(label):
                self.assertEqual(plot_cache_share.share_of(label), (name, share))
        for label in ("8 shards, DRAM", "nsbp 4", "95 % on SSD"):
            with self.subTest(label):
                name, share = plot_cache_share.share_of(label)
                self.assertEqual(name, label)
                self.assertNotEqual(share, share)  # no number


class Drawing(PlotCase):
    """The small model is stable everywhere; of the large one two points are not, one of which has no figures."""

    def setUp(self):
        super().setUp()
        self.rename_axes(lambda axes: {**axes, "configuration": CACHES[axes["configuration"]]})

    def add_memory(self):
        lines = (self.sweep / "sweep.csv").read_text().splitlines()
        memory = [str(i * GIB) if "infeasible" not in line else "" for i, line in enumerate(lines)]
        lines = [f"{line},{more}" for line, more in zip(lines, ["memory_used_bytes", *memory[1:]])]
        (self.sweep / "sweep.csv").write_text("\n".join(lines) + "\n")

    def test_lines_by_label_and_colour(self):
        self.add_memory()
        process = run("plot_cache_share.py", self.sweep, "--colour", "model")
        self.assert_drawn(process)
        words = ["P99 latency (ms)", "DRAM of all servers (GiB)", "rows that fit in the cache (%)", "model small",
                 "model large", "SSD", "DRAM"]  # fmt: skip
        self.assert_reads(self.sweep / "plots", "cache-share", words)
        self.assertIn("large SSD cache 5 % (saturated)", process.stderr)
        self.assertIn("large SSD cache 1 % (infeasible)", process.stderr)
        self.assertNotIn("Warning", process.stderr)

    def test_a_row_for_each_panel(self):
        self.add_memory()
        for out in ("first", "second"):
            self.assert_drawn(
                run(
                    "plot_cache_share.py",
                    self.sweep,
                    "--panel",
                    "model",
                    "--share",
                    "configuration",
                    "--out",
                    self.sweep / out,
                )
            )
        self.assert_reads(self.sweep / "first", "cache-share", ["model small", "model large"])
        for suffix in ("svg", "png"):
            first, second = (self.sweep / out / f"cache-share.{suffix}" for out in ("first", "second"))
            self.assertEqual(first.read_bytes(), second.read_bytes())

    def test_mistakes(self):
        script = "plot_cache_share.py"
        self.assert_refused(run(script, self.sweep, "--colour", "model"), "no memory_used_bytes", "again")
        self.add_memory()
        self.assert_refused(run(script, self.sweep), "'model'", "--where 'model=small'")
        self.assert_refused(run(script, self.sweep, "--panel", "modle"), "'modle'", "model")
        self.assert_refused(
            run(script, self.sweep, "--colour", "configuration", "--share", "model"), "'model'", "share"
        )
        self.rename_axes(lambda axes: {**axes, "configuration": axes["configuration"].replace(" %", "")})
        self.assert_refused(run(script, self.sweep, "--colour", "model"), "no axis", "--share")


if __name__ == "__main__":
    unittest.main()
