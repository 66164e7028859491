# SPDX-License-Identifier: Apache-2.0
"""Is a trace drawn with all it has, and only that?"""

import json
import unittest

from test_plots import PROGRAM, PlotCase, run

SPREAD = {"mean": 2.0, "cv": 0.5, "p50": 2, "p90": 3, "p99": 4, "max": 9}
HOURS = [{"hour": h, "queries": 50 if h else 0, "mean": 20.0 + h if h else None} for h in range(24)]


def table(number, sampled=1):
    reuse = [{"rows_share": s, "accesses_share": a} for s, a in zip([0.0001, 0.01, 0.5], [None, 0.3, 0.9])]
    return {
        "name": f"t${number}", "lookups_share": 0.1, "lookups_per_query": 2.0, "lookups_when_present": SPREAD,
        "distinct_rows": 1000.0 + number, "sampled_rows_share": sampled, "reuse_by_hottest_rows": reuse,
    }  # fmt: skip


def findings(**changes):
    """What `shardsim trace info --format json` writes."""
    arrivals = {"queries": 1234, "duration_s": 7200.0, "per_second": 0.171, "gap_cv": 1.5}
    rate = [
        {"start_s": 600.0 * i, "seconds": 600.0, "queries": 100 + i, "per_second": (100 + i) / 600} for i in range(12)
    ]
    windows = [{"window_s": 4.0 * 2**i, "windows": 1800 >> i, "index": 1.2**i if i else 0} for i in range(6)]
    found = {
        "schema_version": 1, "file": "in/some.trace", "complete": True, "provenance": {"source": "made up $"}, "detail": "rows",
        "arrivals": arrivals, "rate": rate, "dispersion": {"windows": windows},
        "items": {**SPREAD, "mean": 21.5, "cdf": [[1, 0.2], [2, 0.6], [9, 1.0]], "by_hour_of_day": HOURS, "variance_share_by_hour_of_day": 0.25},
        "lookups": SPREAD, "tables": [table(0), table(1, 0.25)], "notes": ["a clock jump?"],
    }  # fmt: skip
    return {key: value for key, value in {**found, **changes}.items() if value is not None}


class Trace(PlotCase):
    def found(self, content):
        file = self.sweep / "found.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    def assert_shows(self, content, *words, without=()):
        self.assert_drawn(run("plot_trace.py", self.found(content)))
        self.assert_reads(self.sweep / "plots", "trace", words)
        svg = (self.sweep / "plots/trace.svg").read_text()
        for word in without:
            self.assertNotIn(word, svg)

    def test_everything(self):
        self.assert_shows(
            findings(), "some.trace; 1,234 queries in 120 minutes; 0.171 /s", "made up", "a clock jump?", "queries per second",
            "in bins of 600 s", "burstiness: cv of gaps 1.50", "variance / mean", "items: mean 21.5, cv 0.50", "P99: 4",
            "items by hour: 25.0 % of their variance", "lookups of 2 tables", "reuse of rows", "(~1,001 rows)", "(1,000 rows)",
        )  # fmt: skip

    def test_what_there_is_not(self):
        words = ("items", "lookups", "reuse")
        self.assert_shows(findings(items=None, lookups=None, tables=None, detail="none"), "burstiness", without=words)
        self.assert_shows(findings(detail="counts"), "lookups of", without=["reuse of rows"])
        self.assert_shows(findings(dispersion={"windows": []}), "too few queries")
        silent = {**table(0), "lookups_per_query": 0, "lookups_share": 0}
        self.assert_shows(findings(tables=[silent]), "items", without=["lookups of", "reuse of"])
        self.assert_shows(findings(complete=False, provenance={}), "only a part was read")

    def test_many_tables(self):
        tables = [table(i) for i in range(100)]
        self.assert_shows(
            findings(tables=tables), "lookups of 100 tables", "from the most lookups", "grey: 94 more tables"
        )

    def test_same_data_same_bytes(self):
        file = self.found(findings())
        for out in ("first", "second"):
            self.assert_drawn(run("plot_trace.py", file, "--out", self.sweep / out))
        for suffix in ("svg", "png"):
            first, second = (self.sweep / out / f"trace.{suffix}" for out in ("first", "second"))
            self.assertEqual(first.read_bytes(), second.read_bytes())

    def test_what_cannot_be_drawn(self):
        broken = findings()
        del broken["tables"][0]["lookups_share"]
        for content, words in (
            ("", ["found.json", "not JSON"]),
            ("[1]", ["found.json", "trace info --format json"]),
            (findings(schema_version=7), ["found.json", "trace info --format json"]),
            (findings(rate=[]), ["nothing to draw"]),
            (broken, ["found.json", "lookups_share"]),
        ):
            with self.subTest(words):
                self.assert_refused(run("plot_trace.py", self.found(content)), *words)
        self.assert_refused(run("plot_trace.py", self.sweep / "none.json"), "none.json", "No such file")
        self.assert_refused(
            run("plot_trace.py", self.sweep / "x.trace", "--shardsim", self.sweep / "none"), "none", "No such file"
        )
        self.assertFalse((self.sweep / "plots").exists())

    @unittest.skipUnless(PROGRAM, "SHARDSIM names no program")
    def test_a_trace_itself(self):
        lines = [
            {
                "format": "shardsim-trace",
                "version": 1,
                "time_unit": "s",
                "items": True,
                "detail": "rows",
                "tables": [{"name": "a"}],
            }
        ]
        lines += [{"t": i * i / 100, "items": i % 5 + 1, "rows": {"a": [i % 17] * (i % 3)}} for i in range(400)]
        trace = self.sweep / "own.jsonl"
        trace.write_text("\n".join(map(json.dumps, lines)))
        self.assert_drawn(run("plot_trace.py", trace, "--shardsim", PROGRAM, "--bins", 20))
        self.assert_reads(
            self.sweep / "plots", "trace", ["own.jsonl; 400 queries", "a (17 rows)", "lookups of 1 table"]
        )
        trace.write_text("broken")
        self.assert_refused(run("plot_trace.py", trace, "--shardsim", PROGRAM), "own.jsonl", "not a trace")


if __name__ == "__main__":
    unittest.main()
