# SPDX-License-Identifier: Apache-2.0
"""Are hits and lookups of several servers added up by time, drawn, and results without any refused?"""

import json
import sys
import unittest

from test_plots import SCRIPTS, PlotCase, run

sys.path.insert(0, str(SCRIPTS))
import plot_hit_ratio  # noqa: E402


def entries(stretch, *counts):
    return [{"from_s": i * stretch, "lookups": lookups, "hit_ratio": ratio} for i, lookups, ratio in counts]


def cache(*over_time, tier="ssd"):
    return {"tier": tier, "over_time": list(over_time)}


FILLING = [(i, 100, 0.9 - 0.5 / (i + 1)) for i in range(40)]


class Together(unittest.TestCase):
    def test_stretches_of_unlike_lengths(self):
        # The first has four of 1 us, the second two of 2 us: 100 lookups in each of the first's, 400 of the second's.
        first = entries(1e-6, (0, 100, 0.0), (1, 100, 0.5), (2, 100, 0.8), (3, 100, 1.0))
        second = entries(2e-6, (0, 400, 0.5), (1, 400, 0.9))
        counts = plot_hit_ratio.together([first, second])
        self.assertEqual(counts.stretch_s, 2e-6)
        self.assertEqual(counts.lookups, {0: 600, 1: 600})
        for number, hits in ((0, 50 + 200), (1, 180 + 360)):
            self.assertAlmostEqual(counts.hits[number], hits)
        self.assertAlmostEqual(counts.ratio(1), 540 / 600)

    def test_a_gap_and_a_single_stretch(self):
        counts = plot_hit_ratio.together(
            [entries(0.5, (0, 1, 1.0), (1, 1, 0.0), (7, 2, 0.5)), entries(0.5, (0, 1, 0.0))]
        )
        self.assertEqual(counts.lookups, {0: 2, 1: 1, 7: 2})


class Drawing(PlotCase):
    def with_caches(self, name, main, *shards):
        path = self.sweep / name
        result = json.loads((self.sweep / "points/001/result.json").read_text())
        result |= {"main_caches": main, "shards": [{"caches": caches} for caches in shards]}
        path.write_text(json.dumps(result))
        return path

    def test_runs_and_tiers(self):
        filling = cache(*entries(0.25, *FILLING))
        exact = self.with_caches("exact.json", [], [filling], [filling])
        level = self.with_caches("analytic.json", [cache(*entries(0.25, *((i, 100, 0.9) for i in range(40))))])
        process = run("plot_hit_ratio.py", exact, level)
        self.assert_drawn(process)
        # The last half: 0.9 less the mean of 0.5 / i, i from 21 to 40.
        late = 100 * (0.9 - sum(0.5 / (i + 1) for i in range(20, 40)) / 20)
        words = ["hit ratio (%)", "simulated time (s)", f"exact: {late:.1f} %", "analytic: 90.0 %", "in the last half"]
        self.assert_reads(self.sweep / "plots", "hit-ratio", words)
        far = cache(*entries(0.25, *FILLING), tier="far")
        both = self.with_caches("both.json", [far], [filling])
        self.assert_drawn(run("plot_hit_ratio.py", both, "--out", self.sweep / "both"))
        self.assert_reads(self.sweep / "both", "hit-ratio", [f"far: {late:.1f} %", f"ssd: {late:.1f} %"])

    def test_points_of_a_sweep(self):
        for number, result in enumerate(sorted(self.sweep.glob("points/*/result.json"))):
            content = json.loads(result.read_text())
            caches = [cache(*entries(0.25, *FILLING))] if number % 2 else []
            result.write_text(json.dumps({**content, "main_caches": caches, "shards": []}))
        process = run("plot_hit_ratio.py", self.sweep)
        self.assert_drawn(process)
        self.assert_reads(self.sweep / "plots", "hit-ratio", ["small · one-shard: ", "small · nsbp 4: "])
        self.assertIn("small · singular (no lookup outside memory)", process.stderr)
        self.assertIn("large · one-shard (infeasible)", process.stderr)

    def test_mistakes(self):
        nothing = self.with_caches("nothing.json", [], [])
        self.assert_refused(run("plot_hit_ratio.py", nothing), "nothing to draw", "no lookup outside memory")
        broken = self.with_caches("broken.json", [{"tier": "ssd", "over_time": [{"from_s": 0}]}])
        self.assert_refused(run("plot_hit_ratio.py", broken), "broken.json", "lookups", "missing")
        self.assert_refused(run("plot_hit_ratio.py", self.sweep / "nowhere.json"), "nowhere.json", "no such file")
        many = [cache(*entries(0.25, *FILLING), tier=f"tier{i}") for i in range(8)]
        self.assert_refused(run("plot_hit_ratio.py", self.with_caches("many.json", many)), "8 lines", "--where")


if __name__ == "__main__":
    unittest.main()
