# SPDX-License-Identifier: Apache-2.0
"""Has a dressed trace the model's means, and the real stream's spread, absence and correlation?"""

import json
import random
import statistics
import unittest
from collections import Counter

from traces import ROOT, SAMPLES, Tests

SCRIPT = "dress_trace.py"


def correlation(xs, ys):
    x, y = statistics.fmean(xs), statistics.fmean(ys)
    covariance = statistics.fmean((a - x) * (b - y) for a, b in zip(xs, ys))
    return covariance / (statistics.pstdev(xs) * statistics.pstdev(ys))


def cv(xs):
    return statistics.pstdev(xs) / statistics.fmean(xs)


def header(detail, names, **more):
    tables = {"tables": [{"name": name} for name in names]} if names else {}
    return {"format": "shardsim-trace", "version": 1, "time_unit": "ms", "detail": detail} | tables | more


def jsonl(lines):
    return "\n".join(map(json.dumps, lines)) + "\n"


def table(name, mean, **more):
    return {"name": name, "rows": 1000, "dim": 8, "pooling": {"type": "lognormal", "mean": mean, "cv": 1}} | more


class Stream(Tests):
    """`x` and `y` of the stream vary together, `z` by itself; a fifth of the requests lack `z`."""

    def setUp(self):
        super().setUp()
        generator = random.Random(5)
        self.stream = []
        for n in range(500):
            common = generator.lognormvariate(3, 0.7)
            lookups = {
                "x": int(common * generator.uniform(0.7, 1.3)),
                "y": 1 + int(3 * common),
                "z": generator.randint(1, 40),
            }
            if generator.random() < 0.2:
                del lookups["z"]
            self.stream.append(lookups)
        self.lookups = self.path("lookups.jsonl", jsonl(
            [header("counts", "xyz"), *({"t": n, "lookups": lookups} for n, lookups in enumerate(self.stream))]
        ))  # fmt: skip

    def arrivals(self, count, items=None):
        records = [{"t": 2.5 * n} | ({"items": items(n)} if items else {}) for n in range(count)]
        return self.path("arrivals.jsonl", jsonl([header("none", "", items=bool(items)), *records]))

    def model(self, *tables):
        return self.path("model.json", json.dumps({"name": "m", "nets": [{"name": "n", "tables": list(tables)}]}))

    def dressed(self, arrivals, tables, *options):
        head, records = self.trace(SCRIPT, arrivals, self.lookups, self.model(*tables), *options)
        columns = {t["name"]: [record["lookups"].get(t["name"], 0) for record in records] for t in tables}
        return head, records, columns

    def follows(self, head):
        return dict(pair.split("=") for pair in head["provenance"]["follows"].split(", "))

    def of_stream(self, name, times=1):
        return [lookups.get(name, 0) for lookups in self.stream] * times


class Dressing(Stream):
    MAP = ("--map", "a=x", "--map", "b=y", "--map", "c=z")

    def test_means_are_the_models(self):
        """Over two rounds of the stream only rounding is left to chance: its variance is at most 1/4 a request."""
        tables = [
            table("a", 7.3),
            table("b", 0.05, per="query"),
            table("c", 40.2, per="query", coverage=0.5),
            table("d", 0.004),
        ]
        for seed in range(3):
            _, records, columns = self.dressed(self.arrivals(1000), tables, "--items", 20, "--seed", seed)
            self.assertEqual({record["items"] for record in records}, {20})
            for name, mean in (("a", 146), ("b", 0.05), ("c", 20.1), ("d", 0.08)):
                self.assertAlmostEqual(statistics.fmean(columns[name]), mean, delta=5 * 0.5 / 1000**0.5)
            self.assertEqual([record["t"] for record in records], [2500 * n for n in range(1000)])

    def test_spread_absence_and_correlation_are_the_streams(self):
        tables = [table("a", 500, per="query"), table("b", 9000, per="query"), table("c", 800, per="query")]
        _, _, columns = self.dressed(self.arrivals(1000), tables, *self.MAP)
        for name, other in zip("abc", "xyz"):
            real = self.of_stream(other, 2)
            self.assertAlmostEqual(cv(columns[name]), cv(real), delta=0.002 * cv(real))
            self.assertEqual([count == 0 for count in columns[name]], [count == 0 for count in real])
        for one, two in ("ab", "ac", "bc"):
            real = correlation(*(self.of_stream("xyz"["abc".index(name)]) for name in (one, two)))
            self.assertAlmostEqual(correlation(columns[one], columns[two]), real, delta=0.005)
        self.assertGreater(correlation(columns["a"], columns["b"]), 0.9)

    def test_items_are_the_arrivals(self):
        """Lookups per item follow the stream; those per query do not see the items."""
        _, records, columns = self.dressed(
            self.arrivals(500, lambda n: 1 + n % 7),
            [table("a", 300), table("c", 800, per="query")],
            "--map",
            "a=x",
            "--map",
            "c=z",
        )
        self.assertEqual([record["items"] for record in records], [1 + n % 7 for n in range(500)])
        mean = statistics.fmean(self.of_stream("x"))
        for n, count in enumerate(columns["a"]):
            self.assertLess(abs(count - 300 * (1 + n % 7) * self.stream[n]["x"] / mean), 1)
        scale = 800 / statistics.fmean(self.of_stream("z"))
        self.assertTrue(all(abs(a - scale * b) < 1 for a, b in zip(columns["c"], self.of_stream("z"))))

    def test_tables_are_dealt_evenly(self):
        tables = [table(f"t{n}", 5) for n in range(30)]
        deals = []
        for seed in (1, 1, 2, 3, 4):
            head, _, _ = self.dressed(self.arrivals(10), tables, "--items", 3, "--seed", seed)
            follows = self.follows(head)
            self.assertEqual(Counter(follows.values()), {"x": 10, "y": 10, "z": 10})
            deals.append(tuple(follows.values()))
        self.assertEqual(deals[0], deals[1])
        self.assertGreater(len(set(deals)), 1)
        head, _, _ = self.dressed(self.arrivals(10), tables, "--items", 3, "--map", "t1?=z", "--map", "t*=x")
        self.assertEqual(Counter(self.follows(head).values()), {"z": 10, "x": 20})
        self.assertIn("1 of 3 tables of the lookups are followed by none", self.notes)

    def test_rows_count_as_lookups(self):
        rows = [
            {"t": n, "rows": {name: [1] * count for name, count in lookups.items()}}
            for n, lookups in enumerate(self.stream)
        ]
        as_rows = self.path("rows.jsonl", jsonl([header("rows", "xyz"), *rows]))
        arrivals, model = self.arrivals(100), self.model(table("a", 5), table("b", 6))
        one, two = (self.trace(SCRIPT, arrivals, stream, model, "--items", 9)[1] for stream in (self.lookups, as_rows))
        self.assertEqual(one, two)

    def test_means_of_every_distribution(self):
        """Each by a sum or integral worked out here."""
        steps = [2 * (5 / 2) ** ((n + 0.5) / 100000) for n in range(100000)]  # of x^-2.5 from 2 to 5, by log x
        weights = [x**-1.5 for x in steps]
        pareto = sum(w * x for w, x in zip(weights, steps)) / sum(weights)
        for pooling, mean in (
            ({"type": "fixed", "value": 3}, 3), ({"type": "uniform", "low": 1, "high": 4}, 2.5),
            ({"type": "empirical", "quantiles": [1, 1, 4]}, 2), ({"type": "exponential", "mean": 6}, 6),
            ({"type": "cdf", "points": [[1, 20], [3, 60], [5, 100]]}, 0.2 + 0.8 + 1.6),
            ({"type": "poisson", "mean": 2}, 2),
            ({"type": "histogram", "bins": [{"value": 2, "weight": 1}, {"low": 4, "high": 6, "weight": 3}]}, 4.25),
            ({"type": "geometric", "mean": 3, "from": 1}, 3), ({"type": "negative-binomial", "mean": 5, "cv": 2}, 5),
            ({"type": "pareto", "shape": 1.5, "least": 2, "most": 5}, pareto),
            ({"type": "pareto", "shape": 1, "least": 1, "most": 2.718281828459045}, 1 / (1 - 1 / 2.718281828459045)),
        ):  # fmt: skip
            tables = [table("a", 1, pooling=pooling, per="query")]
            _, _, columns = self.dressed(self.arrivals(500), tables, "--map", "a=y")
            self.assertAlmostEqual(statistics.fmean(columns["a"]), mean, delta=5 * 0.5 / 500**0.5, msg=pooling)
            # More exactly: of a thousand items, rounding is a thousandth.
            _, _, columns = self.dressed(
                self.arrivals(500), [tables[0] | {"per": "item"}], "--map", "a=y", "--items", 1000000
            )
            self.assertAlmostEqual(statistics.fmean(columns["a"]) / 1e6, mean, delta=1e-6 * 5)

    def test_parts_of_a_model_in_files_of_their_own(self):
        self.path("pooling.json", '{"type": "fixed", "value": 4}')
        _, _, columns = self.dressed(
            self.arrivals(500), [table("a", 1, pooling="pooling.json")], "--map", "a=y", "--items", 1
        )
        self.assertAlmostEqual(statistics.fmean(columns["a"]), 4, delta=5 * 0.5 / 500**0.5)

    def test_where_all_comes_from(self):
        arrivals = self.path(
            "arrivals.jsonl", jsonl([header("none", "", provenance={"licence": "CC-BY-4.0"}), {"t": 0}])
        )
        head, _, _ = self.dressed(arrivals, [table("a", 1)], "--items", 1, "--seed", 4)
        told = head["provenance"]
        self.assertEqual(
            (told["arrivals"], told["arrivals.licence"], told["lookups"]),
            ("arrivals.jsonl", "CC-BY-4.0", "lookups.jsonl"),
        )
        self.assertIn("--items 1 --seed 4", told["program"])
        self.assertEqual(head["tables"], [{"name": "a", "rows": 1000}])

    def test_shipped_models_and_samples(self):
        for path in sorted((ROOT / "models").glob("*.json")):
            head, records = self.trace(
                SCRIPT, SAMPLES / "arrivals.jsonl", SAMPLES / "lookups.jsonl", path, "--items", 100
            )
            model = json.loads(path.read_text())
            self.assertEqual(len(head["tables"]), sum(len(net.get("tables", [])) for net in model["nets"]))
            self.assertEqual(len(records), 4)


class Mistakes(Stream):
    def bad(self, *parts, arrivals=None, lookups=None, tables=None, options=("--items", "5")):
        model = self.model(*(tables or [table("a", 2)]))
        self.refused(SCRIPT, [arrivals or self.arrivals(3), lookups or self.lookups, model, *options], *parts)

    def test_of_the_command_line(self):
        for options, part in (
            ([], "--items N gives them"), (["--items", "0"], "--items is 0"),
            (["--map", "a", "--items", "1"], "is not TABLE=OTHER"),
            (["--map", "q=x", "--items", "1"], "with a TABLE of the model"),
            (["--items", "1", "--limit", "0"], "--limit is 0"),
            (["--map", "a=w", "--items", "1"], "no lookups in a table 'w'"), (["out.csv"], "ends in .jsonl"),
            (["--what"], "unrecognized"),
        ):  # fmt: skip
            self.bad(part, options=options)
        self.bad("have items of their own", arrivals=self.arrivals(3, lambda n: 5))

    def test_of_the_traces(self):
        good = jsonl([header("none", ""), {"t": 0}, {"t": 2}])
        for text, *parts in (
            ("a,b\n1,2\n", "arrivals.jsonl:1: is no JSON object"), ("", "is empty"),
            ("SSTRACE1...", "is a compact trace"),
            (good.replace("shardsim-trace", "x"), "has no format"),
            (good.replace('"version": 1', '"version": 2'), "version 2"),
            (good.replace('"ms"', '"min"'), "time_unit is 'min'"), (good + '{"t": 1}\n', ":4: its t is before"),
            (good + '{"t": NaN}\n', ":4: is no JSON object"), (good + '{"t": -1}\n', ":4: t is -1"),
            (good + '{"t": "1 s"}\n', "t is '1 s'"),
            (good + '{"t": 1', ":4: is no JSON object"), (good + '{"t": 1e30}\n', ":4: t is"),
            (jsonl([header("none", "")]), "holds no requests"),
            (jsonl([header("none", "", items=True), {"t": 0, "items": 0}]), ":2: items is 0"),
            (jsonl([header("none", "", more=1)]), "unknown key 'more'"), (jsonl([header("counts", "")]), "do not fit"),
        ):  # fmt: skip
            options = () if "items is 0" in parts[0] else ("--items", "5")
            self.bad(*parts, arrivals=self.path("arrivals.jsonl", text), options=options)
        for record, part in (
            ({"t": 0, "lookups": {"q": 1}}, "which the header does not"),
            ({"t": 0, "lookups": {"x": -1}}, "lookups of 'x' are -1"),
            ({"t": 0}, "has no lookups by table"), ({"t": 0, "lookups": {"x": 0}}, "holds no lookups"),
        ):  # fmt: skip
            self.bad(part, lookups=self.path("l.jsonl", jsonl([header("counts", "x"), record])))
        self.bad("says nothing of lookups", lookups=self.arrivals(3))

    def test_of_the_model(self):
        for more, part in (
            ({"pooling": {"type": "zipf"}}, "of type 'zipf'; the means of"),
            ({"pooling": {"type": "fixed"}}, "no distribution of type fixed"),
            ({"pooling": 5}, "/nets/0/tables/0/pooling is 5"), ({"per": "user"}, "is no table of a model"),
            ({"coverage": 2}, "coverage is 2"), ({"absent": 2}, "absent is 2"),
            ({"pooling": {"type": "fixed", "value": -1}}, "has the mean -1"), ({"rows": 0}, "is no table of a model"),
            ({"pooling": "none.json"}, "none.json: No such file"),
            ({"pooling": {"type": "fixed", "value": 1e18}}, "at most 2147483647 are kept"),
        ):  # fmt: skip
            self.bad(part, tables=[table("a", 1) | more])
        self.bad("names a table twice", tables=[table("a", 1), table("a", 1)])
        for text, part in (
            ("[]", "is no JSON object"),
            ("{", "not valid JSON"),
            ("{}", "no list 'nets'"),
            ('{"nets": []}', "has no tables"),
        ):
            self.refused(SCRIPT, [self.arrivals(3), self.lookups, self.path("m.json", text)], part)


if __name__ == "__main__":
    unittest.main()
