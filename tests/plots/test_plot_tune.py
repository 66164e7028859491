# SPDX-License-Identifier: Apache-2.0
"""Is the landscape of a search drawn: the best, what was dropped, and what each setting took?"""

import json
import math
import sys
import unittest

from test_plots import SCRIPTS, PlotCase, run

sys.path.insert(0, str(SCRIPTS))
import plot_tune  # noqa: E402


def tried(settings, value, low, high, queries, full=False):
    figure = {"value": value, "low": low, "high": high, "trust": "good"}
    return {"settings": settings, "figure": figure, "queries": queries, "full": full}


def tune(axes, entries, best, **more):
    return {"objective": "min p95", "figure": "p95", "unit": "us", "method": "halving", "axes": axes, "best": best,
            "tried": entries, "queries": sum(e["queries"] for e in entries)} | more  # fmt: skip


class Landscape(PlotCase):
    def write(self, content):
        (self.sweep / "tune.json").write_text(json.dumps(content))

    def line(self):
        entries = [
            tried({"batch": "16"}, 9000.0, 8000.0, 10000.0, 1250),
            tried({"batch": "32"}, 5000.0, 4900.0, 5200.0, 12500, True),
            tried({"batch": "64"}, None, None, None, 0),
        ]
        return tune({"batch": ["16", "32", "64"]}, entries, entries[1])

    def map(self):
        entries = [
            tried({"batch": b, "shards": s, "cores": "4"}, 1000.0 * i, 900.0 * i, 1100.0 * i, 1250 * i, i == 1)
            for i, (b, s) in enumerate(((b, s) for b in ("16", "32") for s in ("2", "4")), 1)
        ]
        axes = {"batch": ["16", "32"], "shards": ["2", "4"], "cores": ["4", "8"]}
        other = tried({"batch": "16", "shards": "2", "cores": "8"}, 77000.0, 76000.0, 78000.0, 99)
        return tune(axes, [*entries, other], entries[0])

    def test_a_line(self):
        self.write(self.line())
        self.assert_drawn(run("plot_tune.py", self.sweep))
        words = ["p95 (ms)", "batch", "1.25k", "12.5k", "best", "dropped before", "min p95: halving, 13.8k queries"]
        self.assert_reads(self.sweep / "plots", "tune", words)

    def test_a_map_of_two_axes_at_the_best_of_the_third(self):
        self.write(self.map())
        self.assert_drawn(run("plot_tune.py", self.sweep))
        self.assert_reads(self.sweep / "plots", "tune", ["batch", "shards", "1.25k", "5k", "p95 (ms)", "best"])
        content = plot_tune.Landscape(self.sweep)
        drawn = plot_tune.section(content, {}, ["batch", "shards"])
        self.assertEqual([t.labels[2] for t in drawn], ["4"] * 4)
        self.assertEqual([t.value for t in plot_tune.section(content, {"cores": "8"}, ["batch", "shards"])], [77.0])
        self.assert_drawn(
            run("plot_tune.py", self.sweep, "--axis", "shards", "--where", "batch=32", "--out", self.sweep / "b")
        )
        self.assert_reads(self.sweep / "b", "tune", ["shards", "3.75k"])

    def test_a_rate_that_was_not_found_is_between_two(self):
        t = plot_tune.Tried(("a",), math.nan, 100.0, 400.0, 5, False)
        self.assertEqual(t.shown, 200)
        self.assertEqual(t._replace(low=0.0).shown, 400)
        self.assertEqual(t._replace(high=math.nan).shown, 100)

    def test_mistakes(self):
        self.assert_refused(run("plot_tune.py", self.sweep), "no tune.json")
        self.write(self.map())
        self.assert_refused(run("plot_tune.py", self.sweep, "--axis", "batsh"), "'batsh'", "batch")
        self.assert_refused(run("plot_tune.py", self.sweep, "--where", "cores=16"), "nothing was tried")
        self.write({"axes": {}})
        self.assert_refused(run("plot_tune.py", self.sweep), "objective")


if __name__ == "__main__":
    unittest.main()
