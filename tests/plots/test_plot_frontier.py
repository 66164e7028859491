# SPDX-License-Identifier: Apache-2.0
"""Does the plot of DRAM against P99 keep the points that no other beats, and draw them?"""

import sys
import unittest

from test_plots import SCRIPTS, PlotCase, run

sys.path.insert(0, str(SCRIPTS))
import pandas  # noqa: E402
import plot_frontier  # noqa: E402

GIB = 2**30


class Frontier(unittest.TestCase):
    def test_only_points_that_no_other_beats_are_kept(self):
        # (GiB, ms): (1, 9) and (4, 5) and (8, 2) are best; (2, 9) has more memory and is no faster than (1, 9), (8, 3)
        # is slower with as much as (8, 2), (16, 2) no faster with more.
        points = [(8, 3), (1, 9), (16, 2), (2, 9), (8, 2), (4, 5)]
        frame = pandas.DataFrame(points, columns=["memory_used_bytes", "p99_us"])
        kept = plot_frontier.frontier(frame)
        self.assertEqual(list(kept.itertuples(index=False, name=None)), [(1, 9), (4, 5), (8, 2)])


class Drawing(PlotCase):
    def add_memory(self):
        lines = (self.sweep / "sweep.csv").read_text().splitlines()
        with_memory = [lines[0] + ",memory_used_bytes"] + [
            f"{line},{(number + 1) * GIB}" for number, line in enumerate(lines[1:])
        ]
        (self.sweep / "sweep.csv").write_text("\n".join(with_memory) + "\n")

    def test_panels_and_colours(self):
        self.add_memory()
        process = run("plot_frontier.py", self.sweep, "--panel", "model", "--colour", "configuration")
        self.assert_drawn(process)
        words = ["P99 latency (ms)", "DRAM in use", "model small", "configuration nsbp 4"]
        self.assert_reads(self.sweep / "plots", "frontier", words)
        self.assertIn("large nsbp 2 (saturated)", process.stderr)

    def test_mistakes(self):
        self.assert_refused(run("plot_frontier.py", self.sweep), "no memory_used_bytes", "again")
        self.add_memory()
        self.assert_refused(run("plot_frontier.py", self.sweep, "--panel", "modle"), "'modle'", "model")


if __name__ == "__main__":
    unittest.main()
