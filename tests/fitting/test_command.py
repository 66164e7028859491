# SPDX-License-Identifier: Apache-2.0
"""Does the script write what the program takes, show both sides, and refuse in one line what it cannot fit?"""

import gzip
import json
import re
import subprocess
import unittest
from pathlib import Path

import numpy as np
from made import PROGRAM, ROOT, Tests, from_gaps, lognormal, run, switching, whole, zipf

import compare_workloads
from shardsim_tools.fitting import summary

TABLES = [{"name": "item", "rows": 20_000}, {"name": "user", "rows": 5000}]
PLATFORM = str(ROOT / "topologies" / "platforms" / "sc-large.json")


class Case(Tests):
    def rich(self, n=600, name="trace.jsonl", detail="rows"):
        """Lookups per item and per query, rows, items."""
        random = np.random.default_rng(1)
        times = from_gaps(random.gamma(0.25, 0.08, n - 1))
        items = np.maximum(whole(lognormal(random, n, 6, 0.5)), 1)
        users = random.poisson(2, n)
        rows = {
            "item": zipf(random, int(3 * items.sum()), 20_000, 0.9),
            "user": zipf(random, int(users.sum()), 5000, 0.6),
        }
        ends = {"item": np.cumsum(3 * items), "user": np.cumsum(users)}
        counts = {"item": 3 * items, "user": users}
        records = []
        for i in range(n):
            if detail == "rows":
                told = {t: rows[t][ends[t][i] - counts[t][i] : ends[t][i]].tolist() for t in rows}
            else:
                told = {t: int(counts[t][i]) for t in counts}
            records.append({"items": int(items[i]), "rows" if detail == "rows" else "lookups": told})
        return self.write(times, records, name, items=True, detail=detail, tables=TABLES)

    def fitted(self, path, *options, environment=None):
        out = self.folder / "out.json"
        done = run(path, "--out", out, "--force", *options, environment=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        return json.loads(out.read_text()), done.stdout

    def bad(self, content, *parts, options=()):
        """The trace cannot be fitted; nothing is written."""
        path = self.folder / "bad.jsonl"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.refused(path, "--out", self.folder / "bad.json", *options, parts=parts)
        self.assertFalse((self.folder / "bad.json").exists())

    def refused(self, *arguments, parts):
        done = run(*arguments)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)


class Writing(Case):
    def test_all_parts(self):
        found, told = self.fitted(self.rich())
        traffic, (item, user) = found["traffic"], found["tables"]
        self.assertEqual((traffic["arrivals"]["type"], traffic["queries"], traffic["rows"]), ("gamma", 600, {}))
        self.assertNotIn("lookup_factor", traffic)
        self.assertEqual((item["per"], item["pooling"], item["rows"]), ("item", {"type": "fixed", "value": 3}, 20_000))
        self.assertEqual((user["per"], user["pooling"]["type"], user["coverage"]), ("query", "poisson", 1))
        self.assertEqual({t["popularity"]["type"] for t in (item, user)}, {"zipf"})
        self.assertIn("dim 64", found["fit"]["assumed"][0])
        tried = [t["candidate"] for t in found["fit"]["arrivals"]["tried"]]
        self.assertEqual(tried, ["deterministic", "poisson", "weibull", "gamma"])
        for what in ("rate", "gap CV", "IDC at", "items P99", "item lookups mean", "user none", "user distinct rows"):
            self.assertIn(what, told)
        self.assertIn("not poisson: ", told)

    def test_the_twin_is_like_the_trace(self):
        """From the counts' own scatter: rates within 5 of its errors, other means likewise."""
        close = {
            "rate": 0.25, "gap CV": 0.35, "user lookups mean": 0.1, "user lookups CV": 0.1, "items mean": 0.07,
            "item lookups mean": 0.07, "items P50": 0.17, "item distinct rows": 0.05, "user distinct rows": 0.05,
        }  # fmt: skip
        found, _ = self.fitted(self.rich(3000))
        for line in found["fit"]["side_by_side"]:
            if line["what"] in close:
                self.assertLess(abs(line["twin"] / line["trace"] - 1), close[line["what"]], line)

    def test_a_series_of_rates_lies_beside(self):
        random = np.random.default_rng(2)
        times = np.sort(np.concatenate([random.uniform(0, 100, 300), random.uniform(100, 200, 1500)]))
        found, told = self.fitted(self.write(times, [{}] * len(times)))
        arrivals = found["traffic"]["arrivals"]
        self.assertEqual((arrivals["type"], arrivals["file"], found["tables"]), ("rate-series", "out.rates.csv", []))
        head, *rates = (self.folder / "out.rates.csv").read_text().split()
        self.assertEqual(head, arrivals["column"])
        expected = sum(map(float, rates)) * float(arrivals["interval"].split()[0])
        self.assertLess(abs(expected / len(times) - 1), 0.05)
        self.assertEqual(found["traffic"]["items"], {"type": "fixed", "value": 1})
        self.assertIn("the trace has no items", told)

    def test_the_same_each_time(self):
        path = self.rich()
        self.assertEqual(self.fitted(path), self.fitted(path))
        other, _ = self.fitted(path, "--seed", 2)
        self.assertEqual(other["fit"]["seed"], 2)

    def test_compressed_and_per(self):
        path = self.rich(detail="counts")
        plain, _ = self.fitted(path)
        packed = self.folder / "trace.jsonl.gz"
        packed.write_bytes(gzip.compress(path.read_bytes()))
        self.assertEqual(self.fitted(packed)[0], plain)
        told, _ = self.fitted(path, "--per", "query", "--dim", 16)
        self.assertEqual([(t["per"], t["dim"]) for t in told["tables"]], [("query", 16)] * 2)
        self.assertNotIn("popularity", told["tables"][0])

    def test_folder_and_force(self):
        path = self.rich()
        self.assertEqual(run(path, "--out", self.folder / "new").returncode, 0)
        self.assertTrue((self.folder / "new" / "trace.json").exists())
        self.refused(path, "--out", self.folder / "new", parts=("trace.json: exists; --force",))
        picture = self.folder / "picture.png"
        done = run(path, "--plot", picture)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertGreater(picture.stat().st_size, 50_000)
        self.refused(path, "--plot", picture, parts=("picture.png: exists",))
        self.refused(path, "--plot", "picture.pdf", parts=(".png",))
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.startswith(".")], [])

    def many(self, n=800):
        """24 tables: 12 share a factor, 12 do not."""
        random = np.random.default_rng(6)
        common = lognormal(random, n, 1, 0.8)
        counts = {f"s{i:02}": whole((10 + i) * common) for i in range(12)}
        counts |= {f"c{i:02}": np.full(n, 1 + i) for i in range(12)}
        records = [{"lookups": {name: int(c[i]) for name, c in counts.items()}} for i in range(n)]
        tables = [{"name": name} for name in counts]
        return self.write(from_gaps(random.exponential(0.1, n - 1)), records, detail="counts", tables=tables)

    def test_tables_that_do_not_share(self):
        found, told = self.fitted(self.many())
        outside = {t["name"] for t in found["tables"] if not t.get("shares_factor", True)}
        self.assertEqual(outside, {f"c{i:02}" for i in range(12)})
        self.assertIn("shared by 12 of 24 tables: s00, s01, s02, s03, s04, ...", told)
        totals = {r["what"]: r for r in found["fit"]["side_by_side"] if r["what"].startswith("total")}
        self.assertEqual(list(totals), ["total lookups mean", "total lookups CV", "total lookups P99"])
        for what, close in (("total lookups mean", 0.2), ("total lookups CV", 0.5)):  # 5 errors of 800 lognormal draws
            self.assertLess(abs(totals[what]["twin"] / totals[what]["trace"] - 1), close, what)

    def test_many_tables_are_not_all_listed(self):
        found, told = self.fitted(self.many())
        self.assertEqual(told.count("and 14 more tables"), 2)
        self.assertIn("s11 lookups mean", told)
        self.assertIn("s09 and 14 more: the trace", told)
        self.assertNotIn("c00", told)
        self.assertIn("c00 lookups mean", [r["what"] for r in found["fit"]["side_by_side"]])

    def test_the_verdict_is_of_the_twin_itself(self):
        random = np.random.default_rng(8)
        found, told = self.fitted(self.write(from_gaps(random.exponential(0.1, 2999)), [{}] * 3000))
        self.assertEqual(found["fit"]["verdict"], {"like": True, "off": []})
        self.assertIn("\nverdict: the twin is like the trace in all that is shown\n", told)
        for row, off in (
            (("rate", 62.4, 76.9, "/s"), True), (("rate", 62.4, 65.0, "/s"), False), (("gap CV", 3.03, 1.84, ""), True),
            (("t to 10 hottest rows", 0.043, 0.095, ""), True), (("at the time of another", 0.9, 0.0, ""), True),
            (("IDC at 72 s", 1798, 572, ""), True), (("t lookups CV", 0.0, 0.04, ""), False),
        ):  # fmt: skip
            self.assertEqual(bool(summary.off([row])), off, row)
        self.assertIn("rate (76.9 for 62.4)", summary.verdict([("rate", 62.4, 76.9, "/s")]))

    def test_help(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("scripts/fit_workload.py trace.jsonl.gz --out", done.stdout)


@unittest.skipUnless(PROGRAM, "SHARDSIM names no program")
class Loading(Case):
    """The program runs what was fitted."""

    def simulated(self, found):
        found["traffic"]["queries"] = 50
        tables = found["tables"] or [{"name": "any", "rows": 100, "dim": 8, "pooling": {"type": "fixed", "value": 1}}]
        scenario = {
            "model": {"name": "fitted", "nets": [{"name": "net", "tables": tables}]},
            "sharding": {"strategy": "one-shard"},
            "cluster": {"main": {"platform": PLATFORM}, "sparse": {"platform": PLATFORM}},
            "topology": str(ROOT / "topologies" / "star-dc.json"),
            "traffic": found["traffic"],
        }  # fmt: skip
        path = self.folder / "scenario.json"
        path.write_text(json.dumps(scenario))
        done = subprocess.run([PROGRAM, "run", path], capture_output=True, text=True, check=False, timeout=1200)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_a_scenario_names(self):
        """ "traffic": FILE and --set traffic=FILE, beside whatever model there is; and the tables as a model."""
        random = np.random.default_rng(2)
        times = np.sort(np.concatenate([random.uniform(0, 100, 300), random.uniform(100, 200, 1500)]))
        self.fitted(self.write(times, [{}] * len(times)))
        self.assertTrue((self.folder / "out.rates.csv").exists())
        queue = ROOT / "workloads" / "validation" / "queue.json"
        scenario = json.loads(queue.read_text())
        scenario["traffic"] = "out.traffic.json"
        for part in scenario["cluster"].values():
            part["platform"] = str(queue.parent / part["platform"])
        (self.folder / "scenario.json").write_text(json.dumps(scenario))
        named = [self.folder / "scenario.json", "--set", "traffic.queries=300"]
        put = [queue, "--set", f"traffic={self.folder / 'out.traffic.json'}", "--set", "traffic.queries=300"]
        told = []
        for words in (named, put):
            done = subprocess.run([PROGRAM, "run", *words], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("300 completed", done.stdout)
            told.append(done.stdout)
        self.assertEqual(*told)
        self.fitted(self.rich())
        words = ["--set", "model=out.model.json", "--set", "traffic=out.traffic.json", "--set", "traffic.queries=50"]
        words += ["--set", 'sharding={"strategy": "one-shard"}']
        done = subprocess.run(
            [PROGRAM, "run", queue, *words], capture_output=True, text=True, check=False, cwd=self.folder
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_every_kind_of_arrivals(self):
        random = np.random.default_rng(3)
        day = np.sort(random.uniform(0, 2 * 86400, 12_000))
        day = day[random.random(len(day)) < 0.5 + 0.5 * np.cos(day / 86400 * 2 * np.pi)]
        kinds = {
            "poisson": from_gaps(random.exponential(1, 500)), "deterministic": np.arange(100.0),
            "gamma": from_gaps(random.gamma(0.2, 1, 2000)), "weibull": from_gaps(random.weibull(0.5, 2000)),
            "on-off": switching(random, 3000, (200, 0), (0.5, 1.5)), "diurnal": day,
            "markov-modulated": switching(random, 3000, (300, 30), (0.5, 1)),
            "rate-series": np.sort(random.triangular(0, 1000, 1000, 3000)),
            "bunches": np.repeat(3.0 * np.arange(200), 1 + random.poisson(9, 200)),
        }  # fmt: skip
        for kind, times in kinds.items():
            with self.subTest(kind):
                found, _ = self.fitted(self.write(times, [{}] * len(times)))
                self.assertEqual(found["traffic"]["arrivals"]["type"], kind, found["fit"]["arrivals"])
                self.simulated(found)

    def test_tables(self):
        self.simulated(self.fitted(self.rich())[0])
        n, random = 2000, np.random.default_rng(4)
        common = lognormal(random, n, 1, 0.7)
        poolings = {
            "fixed": np.full(n, 12), "poisson": random.poisson(9, n), "lognormal": lognormal(random, n, 30, 0.9),
            "empirical": np.where(random.random(n) < 0.5, 1, random.integers(500, 900, n)),
        }  # fmt: skip
        for factor in (1, common):
            counts = {name: whole(x * factor) for name, x in poolings.items()} | {"alone": np.full(n, 3)}
            if factor is not common:
                counts["negative-binomial"] = random.poisson(random.gamma(1.5, 4, n))
                counts["geometric"] = random.geometric(0.1, n)
            tables = [{"name": name} for name in counts]
            records = [{"lookups": {name: int(c[i]) for name, c in counts.items()}} for i in range(n)]
            times = from_gaps(random.exponential(0.1, n - 1))
            found, _ = self.fitted(self.write(times, records, detail="counts", tables=tables))
            self.assertEqual("lookup_factor" in found["traffic"], factor is common)
            self.assertEqual(
                [t["name"] for t in found["tables"] if "shares_factor" in t], ["alone"] * (factor is common)
            )
            self.simulated(found)

    def test_a_factor_of_its_own_law(self):
        n, random = 2000, np.random.default_rng(7)
        common = np.where(random.random(n) < 0.05, 15.0, 0.3 + 0.1 * random.random(n))
        counts = {f"t{i}": whole((20 + i) * common) for i in range(4)}
        records = [{"lookups": {name: int(c[i]) for name, c in counts.items()}} for i in range(n)]
        times = from_gaps(random.exponential(0.1, n - 1))
        found, _ = self.fitted(self.write(times, records, detail="counts", tables=[{"name": name} for name in counts]))
        self.assertEqual(found["traffic"]["lookup_factor"]["type"], "histogram")
        self.simulated(found)

    def test_reuse(self):
        random = np.random.default_rng(5)
        rows = np.where(random.random(9000) < 0.5, random.integers(0, 30, 9000), random.integers(30, 9000, 9000))
        records = [{"rows": {"t": part.tolist()}} for part in rows.reshape(300, 30)]
        path = self.write(np.arange(300), records, detail="rows", tables=[{"name": "t", "rows": 50_000}])
        found, _ = self.fitted(path)
        self.assertEqual(found["tables"][0]["popularity"]["type"], "reuse")
        self.simulated(found)

    def test_compact(self):
        path, compact = self.rich(), self.folder / "trace.trace"
        done = subprocess.run([PROGRAM, "trace", "convert", path, compact], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.fitted(compact)[0], self.fitted(path)[0])
        nowhere = {"SHARDSIM": "/nowhere"}
        self.assertEqual(self.fitted(compact, "--shardsim", PROGRAM, environment=nowhere), self.fitted(path))


class Refusing(Case):
    def test_files(self):
        head = json.dumps({"format": "shardsim-trace", "version": 1, "time_unit": "s"}) + "\n"
        self.refused(self.folder / "none.jsonl", parts=("none.jsonl: No such file",))
        self.refused(self.folder, parts=("is a folder",))
        self.bad("", "bad.jsonl: is empty")
        self.bad("t\n1\n", "bad.jsonl:1: ", "JSON")
        self.bad('{"format": "shardsim-trace", "version": 2}\n', "version")
        self.bad(head, "no records")
        self.bad(head + '{"t": 1}\n{"t": 1}\n', "the same time in all records (2)")
        self.bad(head + '{"t": 1}\n', "the same time")
        self.bad(head + '{"t": 2}\n{"t": 1}\n', "bad.jsonl:3: ", "before")
        for value in ("-1", '"5 ms"', "NaN", "true", "null", "1e300"):
            self.bad(head + '{"t": 0}\n{"t": ' + value + "}\n", "bad.jsonl:3: ")
        self.bad(gzip.compress((head + '{"t": 0}\n' * 50).encode())[:-12], "cut short")
        self.bad(b"SSTRACE1 and so on", "nothing: No such file", options=("--shardsim", self.folder / "nothing"))

    def test_records(self):
        head = {"format": "shardsim-trace", "version": 1, "time_unit": "s", "items": True}
        rows = json.dumps({**head, "detail": "rows", "tables": [{"name": "t", "rows": 10}]}) + "\n"
        counts = json.dumps({**head, "detail": "counts", "tables": [{"name": "t"}]}) + "\n"
        self.bad(counts + '{"t": 0, "lookups": {"t": 1}}\n', ":2: items is None")
        self.bad(counts + '{"t": 0, "items": 0, "lookups": {"t": 1}}\n', ":2: items is 0")
        self.bad(counts + '{"t": 0, "items": 1, "lookups": {"u": 1}}\n', ":2: ", "'u'")
        for value in ("-1", "1.5", '"1"', "true", "200000000"):
            self.bad(counts + '{"t": 0, "items": 1, "lookups": {"t": ' + value + "}}\n", ":2: ")
        for value in ("10", "-1", "1.5", '"1"', "true"):
            self.bad(
                rows + '{"t": 0, "items": 1, "rows": {"t": [1, ' + value + "]}}\n", ":2: a row of 't' is", "below 10"
            )

    def test_options(self):
        path = self.rich()
        for options in (["--seed", "-1"], ["--quantiles", "1"], ["--per", "user"], ["--dim", "0"], ["--rows", "x"]):
            self.refused(path, *options, parts=[options[0]])


class Stretching(unittest.TestCase):
    def test_every_law_at_another_rate(self):
        """compare_workloads.py: at twice the rate all times are half as long."""
        for law, stretched in (
            ({"type": "gamma", "rate": "3 /s", "cv": 2}, {"type": "gamma", "rate": "6 /s", "cv": 2}),
            ({"rate_on": "4 /s", "mean_on": "1 s", "mean_off": "5 s"}, {"rate_on": "8 /s", "mean_on": "0.5 s", "mean_off": "2.5 s"}),
            ({"states": [{"rate": "4 /s", "mean_stay": "1 s"}]}, {"states": [{"rate": "8 /s", "mean_stay": "0.5 s"}]}),
            ({"moments": {"rate": "1 /s"}, "size": {"value": 2}}, {"moments": {"rate": "2 /s"}, "size": {"value": 2}}),
            ({"moments": {"file": "a.csv", "interval": "1 s"}}, {"moments": {"file": "/x/a.csv", "interval": "1 s", "speedup": 2}}),
        ):  # fmt: skip
            compare_workloads.stretch(law, 2, Path("/x"))
            self.assertEqual(law, stretched)


class Sparse(Case):
    """Traces that say almost nothing are no failures."""

    def test_two_records(self):
        found, told = self.fitted(self.write([0, 2], [{}, {}]))
        self.assertEqual(found["traffic"]["arrivals"], {"type": "poisson", "rate": "0.5 /s"})
        self.assertIn("tell a rate but no law", told)

    def test_tables_never_looked_up(self):
        records = [{"rows": {"t": [1]}}, {"rows": {}}, {"rows": {"t": []}}]
        path = self.write([0, 1, 2], records, detail="rows", tables=[{"name": "t"}, {"name": "never"}])
        found, told = self.fitted(path, "--plot", self.folder / "p.png", "--rows", 77)
        self.assertEqual([t["rows"] for t in found["tables"]], [2, 77])
        self.assertEqual(found["tables"][1]["pooling"], {"type": "fixed", "value": 0})
        self.assertIsNone(re.search(r"\bnan\b|Infinity", json.dumps(found)))
        self.assertIn("never looked up", told)


if __name__ == "__main__":
    unittest.main()
