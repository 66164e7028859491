# SPDX-License-Identifier: Apache-2.0
"""Does the converter write what each format says, draw what it must, and refuse in one line what it cannot know?"""

import csv
import gzip
import json
import os
import pty
import shutil
import signal
import statistics
import subprocess
import sys
import time
import unittest
from collections import Counter
from fractions import Fraction
from random import Random

from traces import REAL_FILES, ROOT, SAMPLES, Tests, run, seconds

sys.path.insert(0, str(ROOT / "scripts"))
from shardsim_tools.traces.arrivals import counted, piecewise  # noqa: E402

SCRIPT = "convert_trace.py"
ZSTD = shutil.which("zstd")
LLM = "TIMESTAMP,ContextTokens,GeneratedTokens\n"


class Converting(Tests):
    def converted(self, name, content, *options, environment=None):
        return self.trace(SCRIPT, self.path(name, content), *options, environment=environment)

    def sample(self, name, *options):
        return self.trace(SCRIPT, SAMPLES / name, *options)

    def bad(self, name, content, *parts, options=(), environment=None):
        """A first part that is a number is the line."""
        parts = [f"{name}:{part}: " if isinstance(part, int) else part for part in parts]
        self.refused(SCRIPT, [self.path(name, content), *options], *parts, environment=environment)


class Arrivals(Converting):
    def test_azure_llm(self):
        header, records = self.sample("azure_llm.csv")
        self.assertEqual((header["items"], header["detail"]), (False, "none"))
        self.assertEqual([str(record["t"]) for record in records], ["0", "2500001/10", "2500001/10", "55500000"])
        self.assertIn("CC-BY-4.0", header["provenance"]["licence"])
        self.assertEqual(header["provenance"]["source"], "azure_llm.csv")
        self.assertNotIn(str(ROOT), json.dumps(header))
        header, records = self.sample("azure_llm.csv", "--items-column", "ContextTokens", "--limit", 2)
        self.assertEqual([record["items"] for record in records], [100, 250])
        self.assertIn("not items", header["provenance"]["items"])
        self.assertIn("--items-column ContextTokens", header["provenance"]["program"])

    def test_dates(self):
        times = [
            "2024-02-28 23:59:59.5",
            "2024-02-29T00:00:00Z",
            "2024-02-29 01:00:00.000000000001+01:00",
            "2024-03-01 00:00:00+0000",
        ]
        _, records = self.converted("t.csv", LLM + "".join(f"{time},1,1\n" for time in times))
        self.assertEqual(
            [record["t"] * 10**6 for record in records], [0, 5 * 10**11, 5 * 10**11 + 1, 864005 * 10**11]
        )
        for text in ("2023-11-31 00:00:00", "31/11/2023", "2023-11-16", "noon", "nan", "inf", "-1", "1_000", "1e99"):
            self.bad("t.csv", LLM + f"{text},1,1\n", 2, "TIMESTAMP is", text)

    def test_azure_llm_mistakes(self):
        row = "2023-11-16 18:15:46,1,1\n"
        self.bad("t.csv", LLM + row + "2023-11-16 18:15:45.5,1,1\n", 3, "500000 us before", "--sort")
        self.bad("t.csv", LLM + row + "2023-11-16 18:15:47,1\n", 3, "has 2 columns, the heading 3")
        self.bad("t.csv", LLM + row, 1, "no column 'Items'", options=("--items-column", "Items"))
        for items in ("0", "-3", "1.5", "", "1000001"):
            self.bad(
                "t.csv",
                LLM + row.replace(",1,", f",{items},"),
                2,
                "1 to 1000000",
                options=("--items-column", "ContextTokens"),
            )
        _, records = self.converted(
            "t.csv", LLM + row + "2023-11-16 18:15:45.5,7,1\n", "--sort", "--items-column", "ContextTokens"
        )
        self.assertEqual([(record["t"], record["items"]) for record in records], [(0, 7), (500000, 1)])

    def test_azure_functions(self):
        header, records = self.sample("azure_functions.csv")  # arrivals 10, 6 and 11.875
        self.assertEqual(seconds(records), [0, 4, 5.875])
        self.assertEqual(header["provenance"]["zero"], "6000000 us on the source's clock")
        text = (SAMPLES / "azure_functions.csv").read_text()
        self.bad("f.csv", text.replace("0.125", "-0.125"), 4, "duration is '-0.125'")
        self.bad("f.csv", text.replace("0.125", "nan"), 4, "duration is 'nan'")
        self.bad(
            "f.csv",
            text.replace("duration\n", "length\n"),
            1,
            "no column 'duration'",
            options=("--from", "azure-functions"),
        )
        self.bad("f.csv", text, "azure-functions has its own", options=("--rate", "5 /s"))

    def test_sorting_is_stable_and_takes_any_span(self):
        """Sorted before the limit applies, so that a span beyond 64 bits is no hindrance."""
        ends = ["5e9", "3.5", "3.5", "1", "2"]
        text = "app,func,end_timestamp,duration\n" + "".join(f"a,{n},{end},0\n" for n, end in enumerate(ends))
        _, records = self.converted("f.csv", text, "--limit", 4)
        self.assertEqual(seconds(records), [0, 1, 2.5, 2.5])
        self.bad("f.csv", text, "more than 106 days after the first", "--speedup")
        _, records = self.converted("f.csv", text, "--speedup", 1000)
        self.assertIn("lasts 57.9 days; a run of shardsim simulates at most 53", self.notes)
        self.assertEqual(seconds(records)[1:4], [0.001, 0.0025, 0.0025])

    def test_movielens(self):
        header, records = self.sample("movielens.inter", "--rows", "user=10,item=50")
        self.assertEqual(header["tables"], [{"name": "user", "rows": 10}, {"name": "item", "rows": 50}])
        rows = [(record["rows"]["user"], record["rows"]["item"]) for record in records]
        self.assertEqual((seconds(records), rows), ([0, 100, 100], [([1], [41]), ([3], [40]), ([2], [40])]))
        text = (SAMPLES / "movielens.inter").read_text()
        self.bad("m.inter", text, 2, "item_id is '40'", "from 0 to 39", options=("--rows", "40"))
        self.bad("m.inter", text + "x\t1\t1\t1\n", 5, "user_id is 'x'")
        self.bad("m.inter", text + "1\t1\t1\n", 5, "has 3 columns, the heading 4")
        self.bad("m.inter", "user_id:token\titem_id:token\n1\t2\n", 1, "no column 'timestamp:float'")

    def test_mooncake(self):
        header, records = self.sample("mooncake.jsonl", "--items-column", "output_length")
        self.assertEqual(header["tables"], [{"name": "block"}])
        self.assertEqual(seconds(records), [0, 0, 3.0535])
        self.assertEqual([record["rows"] for record in records], [{"block": [46, 47]}, {}, {"block": [46, 48]}])
        self.assertEqual([record["items"] for record in records], [52, 5, 26])
        good = (SAMPLES / "mooncake.jsonl").read_text()
        for line, part in (
            ('{"timestamp": 1, "hash_ids": [1]}', "before the line before; --sort"),
            ('{"timestamp": "1 s", "hash_ids": [1]}', "no timestamp that is a number"),
            ('{"timestamp": true, "hash_ids": [1]}', "no timestamp that is a number"),
            ('{"timestamp": NaN, "hash_ids": [1]}', "timestamp is 'nan'"),
            ('{"timestamp": -5, "hash_ids": [1]}', "timestamp is '-5'"),
            ('{"timestamp": 99999, "hash_ids": [-1]}', "no hash_ids"),
            ('{"timestamp": 99999, "hash_ids": [1.5]}', "no hash_ids"),
            ('{"timestamp": 99999}', "no hash_ids"),
            ('{"timestamp": 99999, "hash_i', "no JSON object; the file may be cut short"),
            ("[" * 100000, "no JSON object"),
            ('{"timestamp": ' + "9" * 5000 + ', "hash_ids": [1]}', "no JSON object"),
        ):
            self.bad("m.jsonl", good + line, 4, part)


class Rates(Converting):
    """Sums are tested at 5 standard deviations: by chance, an error in two million; the seeds are fixed anyway."""

    def test_a_poisson_process_of_the_rates_given(self):
        rates = [(7 * n % 31) * (n % 5 > 0) for n in range(400)]
        header, records = self.converted("r.txt", "\n".join(map(str, rates)), "--interval", "2 s", "--seed", 3)
        zero = float(header["provenance"]["zero"].split()[0]) / 1e6
        times = [zero + t for t in seconds(records)]
        counts = Counter(int(t // 2) for t in times)
        self.assertFalse([n for n, rate in enumerate(rates) if not rate and counts[n]])
        means = {n: 2 * rate for n, rate in enumerate(rates) if rate}
        self.assertAlmostEqual(len(times), sum(means.values()), delta=5 * sum(means.values()) ** 0.5)
        # Of Poisson counts, the sum of (count - mean)^2 / mean has the mean k and the variance 2k + sum 1/mean.
        spread = sum((counts[n] - mean) ** 2 / mean for n, mean in means.items())
        deviation = (2 * len(means) + sum(1 / mean for mean in means.values())) ** 0.5
        self.assertAlmostEqual(spread, len(means), delta=5 * deviation)
        places = [t / 2 % 1 for t in times]  # uniform within an interval
        self.assertAlmostEqual(statistics.fmean(places), 0.5, delta=5 * (1 / 12 / len(places)) ** 0.5)
        self.assertAlmostEqual(statistics.fmean(p * p for p in places), 1 / 3, delta=5 * (4 / 45 / len(places)) ** 0.5)
        self.assertIn("seed 3", header["provenance"]["arrivals"])
        self.assertIn("gaps within an interval are synthetic", header["provenance"]["arrivals"])

    def test_gaps_are_exponential_over_the_ends_of_intervals(self):
        _, records = self.converted("r.txt", "4\n" * 3000)
        times = seconds(records)
        gaps = [b - a for a, b in zip(times, times[1:])]
        mean = statistics.fmean(gaps)
        self.assertAlmostEqual(mean, 0.25, delta=5 * 0.25 / len(gaps) ** 0.5)
        self.assertAlmostEqual(statistics.pvariance(gaps) / mean**2, 1, delta=5 * (8 / len(gaps)) ** 0.5)

    def test_the_seed_decides(self):
        one, same, other = (self.converted("r.txt", "9\n" * 30, "--seed", seed)[1] for seed in (1, 1, 2))
        self.assertEqual(one, same)
        self.assertNotEqual(one, other)

    MINUTES = ("--time-column", "minute", "--rate-column", "invocations", "--rate-unit", "/min", "--interval", "1 min")

    def test_columns(self):
        """900 in the first minute, 45 in the second, none in the third, 600 in the fourth."""
        header, records = self.sample("per_minute.csv", *self.MINUTES)
        zero = float(header["provenance"]["zero"].split()[0]) / 1e6
        counts = Counter(int((zero + t) // 60) for t in seconds(records))
        self.assertLessEqual(set(counts), {0, 1, 3})
        for minute, mean in ((0, 900), (1, 45), (3, 600)):
            self.assertAlmostEqual(counts[minute], mean, delta=5 * mean**0.5)
        self.assertIn("leaves out rates at 1 places", self.notes)
        as_milliseconds = self.sample("per_minute.csv", *self.MINUTES[:-1], "60 ms", "--time-unit", "ms")
        self.assertLess(seconds(as_milliseconds[1])[-1], 0.24)

    def test_mistakes(self):
        for text, line, part in (
            ("5\n-1\n", 2, "at least 0"), ("5\nnan\n", 2, "'nan'; a number"), ("5\ninf\n", 2, "a number"),
            ("5\n\n7\n", 2, "is blank"), ("5\n2000000000\n", 2, "at most 1000000000"), ("5\n6 7\n", 2, "a number"),
        ):  # fmt: skip
            self.bad("r.txt", text, line, part, options=("--from", "rate-series"))
        self.bad("r.txt", "0\n0\n", "holds no requests")
        self.assertEqual(self.converted("r.txt", "5\n\n\n")[1], self.converted("r.txt", "5\n")[1])
        minute = (SAMPLES / "per_minute.csv").read_text()
        self.bad("r.csv", minute, "is of no format known here", "--rate-column")
        self.bad("r.csv", minute, "--time-column needs --interval", options=self.MINUTES[:6])
        self.bad("r.csv", minute, 4, "60000000 us after the time before it", options=(*self.MINUTES[:-1], "2 min"))
        self.bad("r.csv", minute + "60,f1,3\n", 6, "before the time before it", options=self.MINUTES)
        self.bad("r.csv", minute + "240,f1,-3\n", 6, "invocations is '-3'", options=self.MINUTES)
        for interval in ("60", "0 s", "-1 s", "1 day"):
            self.bad("r.txt", "5\n", "--interval is", "as in '60 s'", options=("--interval", interval))


class Lookups(Converting):
    def rows_of(self, records, table):
        return [record["rows"].get(table) for record in records]

    def test_criteo(self):
        header, records = self.sample("criteo.csv")
        with (SAMPLES / "criteo.csv").open() as file:
            lines = list(csv.DictReader(file))
        self.assertEqual(len(records), len(lines))
        for record, line in zip(records, lines):
            expected = {f"C{i}": [int(line[f"C{i}"], 16)] for i in range(1, 27) if line[f"C{i}"]}
            self.assertEqual(record["rows"], expected)
        self.assertTrue(any(len(record["rows"]) < 26 for record in records))
        self.assertEqual(seconds(records), list(range(20)))
        self.assertEqual(header["tables"], [{"name": f"C{i}"} for i in range(1, 27)])
        self.assertIn("synthetic, as the source has no times: evenly spaced, 1 /s", header["provenance"]["arrivals"])

    def test_criteo_forms(self):
        _, expected = self.sample("criteo.csv")
        text = (SAMPLES / "criteo.csv").read_text()
        published = (SAMPLES / "criteo.tsv").read_text()
        for name, form in (
            ("published.tsv", published),
            ("unlabelled.tsv", "".join(line.split("\t", 1)[1] for line in published.splitlines(True))),
            ("no_id.csv", "".join(line.split(",", 1)[1] for line in text.splitlines(True))),
            ("crlf_and_bom.csv", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()),
            ("blank_lines.csv", "\n" + text + "\n\n"),
            ("gzip.csv.gz", gzip.compress(text.encode())),
        ):
            with self.subTest(name):
                self.assertEqual(self.converted(name, form)[1], expected)

    def test_criteo_rows(self):
        _, plain = self.sample("criteo.csv")
        header, records = self.sample("criteo.csv", "--rows", 100)
        self.assertEqual({table["rows"] for table in header["tables"]}, {100})
        self.assertEqual(self.rows_of(records, "C3"), [row and [row[0] % 100] for row in self.rows_of(plain, "C3")])
        sizes = ",".join(map(str, range(101, 127)))
        header, records = self.sample("criteo.csv", "--rows", sizes)
        self.assertEqual([table["rows"] for table in header["tables"]], list(range(101, 127)))
        self.assertEqual(self.rows_of(records, "C26"), [row and [row[0] % 126] for row in self.rows_of(plain, "C26")])
        text = (SAMPLES / "criteo.csv").read_text()
        for rows, part in (
            ("0", "--rows holds '0'"), ("1,2", "has 2 numbers, the source 26 tables"), ("C1=5", "does not name 'C2'"),
            ("X=5", "no table of the source"), ("many", "--rows holds 'many'"),
        ):  # fmt: skip
            self.bad("c.csv", text, part, options=("--rows", rows))

    def test_criteo_mistakes(self):
        text = (SAMPLES / "criteo.csv").read_text()
        line = text.splitlines()[1]
        self.bad("c.csv", text + line.rsplit(",", 2)[0] + ",xyz,00\n", 22, "C25 is 'xyz'; a hexadecimal number")
        self.bad("c.csv", text + line[:100] + "\n", 22, "the heading 41; the file may be cut short")
        published = (SAMPLES / "criteo.tsv").read_text()
        self.bad("c.tsv", published + "1\t2\n", 21, "has 2 columns; 40 are wanted")
        self.bad("c.csv", text.replace("C7", "D7", 1), 1, "no column 'C7'")
        self.bad("c.csv", text.replace("C7", "C8", 1), 1, "no column 'C7'")
        self.bad("c.csv", text.splitlines()[0], "holds no requests")
        self.bad("c.csv", text + '"never closed', 22, "not valid CSV")

    def test_arrivals_of_sources_without_times(self):
        _, records = self.sample("criteo.csv", "--rate", "3 /s")
        self.assertEqual(
            [record["t"] for record in records][:4], [0, Fraction("333333.333333"), Fraction("666666.666667"), 10**6]
        )
        _, records = self.sample("criteo.csv", "--rate", "30 /min")
        self.assertEqual(seconds(records), [2 * n for n in range(20)])
        lookups = "request,table,row\n" + "".join(f"{n},a,1\n" for n in range(4000))
        header, records = self.converted("l.csv", lookups, "--rate", "50", "--arrivals", "poisson", "--seed", 9)
        gaps = [b - a for a, b in zip(seconds(records), seconds(records)[1:])]
        self.assertAlmostEqual(statistics.fmean(gaps), 0.02, delta=5 * 0.02 / len(gaps) ** 0.5)
        self.assertAlmostEqual(statistics.pvariance(gaps) / 0.02**2, 1, delta=5 * (8 / len(gaps)) ** 0.5)
        self.assertIn("a Poisson process (seed 9), 50", header["provenance"]["arrivals"])
        for options, part in (
            (("--rate", "0 /s"), "a rate is wanted"), (("--rate", "nan"), "a rate is wanted"),
            (("--sort",), "lookups has none"),
            (("--rate", "5 Hz"), "a rate is wanted"), (("--speedup", "2"), "lookups has none"),
            (("--seed", "2"), "--seed is for --arrivals poisson"),
            (("--interval", "1 s"), "--interval is not for lookups"),
        ):  # fmt: skip
            self.bad("l.csv", lookups, part, options=options)

    def test_criteo_hashed(self):
        header, records = self.sample("criteo_hashed.txt", "--rows", 1000)
        self.assertEqual(header["tables"], [{"name": "feat_idx", "rows": 1000}])
        self.assertEqual([len(record["rows"]["feat_idx"]) for record in records], [39] * 3)
        first = (SAMPLES / "criteo_hashed.txt").read_text().split()
        self.assertEqual(records[0]["rows"]["feat_idx"], [int(word.split(":")[1]) for word in first[:39]])
        self.bad("h.txt", "feat_idx:1\nfeat_idx:-1\n", 2, "feat_idx is '-1'")
        self.bad("h.txt", "feat_idx:1\nfeat_idx\n", 2, "holds 'feat_idx'")
        self.bad("h.txt", "feat_idx:1\nlabel:1\n", 2, "has no feat_idx")
        self.bad("h.txt", "feat_idx:1\nfeat_idx:10\n", 2, "from 0 to 9", options=("--rows", "10"))

    def test_din(self):
        header, records = self.sample("din.txt")
        sizes = {table["name"]: table["rows"] for table in header["tables"]}
        self.assertEqual(sizes, {"userid": 192403, "item": 63001, "category": 801, "position": 5001})
        self.assertEqual(
            records[0]["rows"], {"userid": [7], "item": [11, 12, 13], "category": [3, 4, 5], "position": [1, 0, 2]}
        )
        text = (SAMPLES / "din.txt").read_text()
        self.bad("d.txt", text + "userid:1 target:63001\n", 3, "target is '63001'", "63000")
        self.bad("d.txt", text + "userid:1 brand:1\n", 3, "holds 'brand:1'")
        self.bad("d.txt", text + "userid:1\n", 3, "neither history nor target")

    def test_lookups(self):
        text = "request,table,row\n4,b,1\n4,a,0\n4,b,9\n7,a,3\n"
        header, records = self.converted("l.csv", text)
        self.assertEqual([table["name"] for table in header["tables"]], ["b", "a"])
        self.assertEqual([record["rows"] for record in records], [{"b": [1, 9], "a": [0]}, {"a": [3]}])
        self.assertIn("skips request numbers, the first is 5", self.notes)
        header, _ = self.converted("l.csv", text, "--rows", "b=10")
        self.assertEqual(header["tables"], [{"name": "b", "rows": 10}, {"name": "a"}])
        self.bad("l.csv", text, 4, "row of table b is '9'", options=("--rows", "b=9"))
        self.bad("l.csv", text + "4,a,1\n", 6, "of request 4, after request 7")
        self.bad("l.csv", text + "8,,1\n", 6, "table is empty")
        self.bad("l.csv", text + "8,a,1.5\n", 6, "row of table a is '1.5'")
        self.bad("l.csv", text + "8,a,9223372036854775808\n", 6, "a whole number")
        self.bad("l.csv", text + "8,a\n", 6, "has 2 columns, the heading 3")
        self.bad("l.csv", text + "x,a,1\n", 6, "request is 'x'")

    def test_alimama(self):
        history = [[part + 1] * 50 for part in (0, 10, 20)]
        mask = [1, 1, 0] + [0] * 47
        row = [
            *history[0],
            *history[1],
            *history[2],
            *mask,
            *[1] * 50,
            *range(100, 101),
            1,
            2,
            1,
            3,
            1,
            2,
            0,
            4,
            500,
            600,
            700,
            800,
            900,
            0.5,
            1,
            0,
        ]
        text = ",".join(map(str, row)) + "\n"
        header, records = self.converted("a.csv", text)
        self.assertEqual(len(header["tables"]), 16)
        rows = records[0]["rows"]
        self.assertEqual((rows["btag"], rows["cate"], rows["brand"]), ([1, 1], [11, 11, 600], [21, 21, 900]))
        self.assertEqual((rows["uid"], rows["customer"], rows["pid"], len(rows)), ([100], [800], [1], 16))
        self.bad("a.csv", text + text.rsplit(",", 1)[0] + "\n", 2, "has 266 columns; 267 are wanted")
        self.bad("a.csv", text + text.replace("600", "12978"), 2, "(cate) is '12978'")
        self.bad("a.csv", text + text.replace(",1,1,0,0,", ",1,2,0,0,", 1), 2, "(mask) is '2'")

    FAKE_TORCH = (
        "import json, numpy\n"
        "class Tensor:\n"
        "    def __init__(self, value): self.value = numpy.array(value, dtype=numpy.int64)\n"
        "    def numpy(self): return self.value\n"
        "def load(file, map_location, weights_only):\n"
        "    assert map_location == 'cpu' and weights_only\n"
        "    return tuple(Tensor(value) for value in json.load(file))\n"
    )

    def test_dlrm_datasets(self):
        """Two tables, three samples; PyTorch is played by a stand-in that reads JSON."""
        indices, lengths, offsets = [5, 6, 7, 1, 2, 2], [[2, 0, 1], [1, 2, 0]], [0, 2, 2, 3, 4, 6, 6]
        self.path("torch.py", self.FAKE_TORCH)
        environment = {"PYTHONPATH": str(self.folder)}

        def saved(*tensors):
            return gzip.compress(json.dumps(tensors).encode())

        header, records = self.converted("x.pt.gz", saved(indices, offsets, lengths), environment=environment)
        self.assertEqual([table["name"] for table in header["tables"]], ["table_0000", "table_0001"])
        self.assertEqual([record["rows"] for record in records], [
            {"table_0000": [5, 6], "table_0001": [1]}, {"table_0001": [2, 2]}, {"table_0000": [7]},
        ])  # fmt: skip
        for tensors, part in (
            ((indices, offsets), "no three tensors"), ((indices, offsets[:-1], lengths), "offsets has the shape (6,)"),
            ((indices[:-1], offsets, lengths), "do not agree"),
            ((indices, offsets, [2, 0, 1, 1, 2, 0]), "tables x samples"),
            (([5, 6, -7, 1, 2, 2], offsets, lengths), "negative"),
            ((indices, [0, 1, 2, 3, 4, 6, 6], lengths), "do not agree"),
        ):  # fmt: skip
            self.bad("x.pt.gz", saved(*tensors), part, environment=environment)
        self.bad(
            "x.pt.gz",
            saved(indices, offsets, lengths),
            "looks up row 6 of table_0000",
            options=("--rows", "6"),
            environment=environment,
        )
        self.bad("x.pt", b"PK\3\4 no tensors", "PyTorch cannot load it", environment=environment)
        self.path("torch.py", "raise ImportError('none')\n")
        self.bad(
            "x.pt",
            saved(indices, offsets, lengths),
            "needs PyTorch",
            "apt install python3-torch",
            environment=environment,
        )


class Command(Converting):
    TEXT = "request,table,row\n0,a,1\n1,a,2\n"

    def test_writes_whole_or_not_at_all(self):
        source = self.path("l.csv", self.TEXT)
        plain = run(SCRIPT, source).stdout
        endings = {"jsonl": [], "jsonl.gz": ["gzip", "-dc"]} | ({"jsonl.zst": ["zstd", "-dcq"]} if ZSTD else {})
        for ending, program in endings.items():
            out = self.folder / "new" / f"out.{ending}"
            done = run(SCRIPT, source, out)
            self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
            text = (
                subprocess.run([*program, out], capture_output=True, text=True, check=True).stdout
                if program
                else out.read_text()
            )
            self.assertEqual(text, plain)
            before = out.read_bytes()
            self.refused(SCRIPT, [source, out], "exists; --force overwrites it")
            self.refused(SCRIPT, [self.path("b.csv", self.TEXT + "1,a\n"), out, "--force"], "b.csv:4: has 2 columns")
            self.assertEqual(out.read_bytes(), before)
            self.assertEqual(run(SCRIPT, source, out, "--force").returncode, 0)
            self.assertEqual(out.read_bytes(), before)
        self.assertEqual(len(list((self.folder / "new").iterdir())), len(endings))
        self.assertEqual(
            json.loads(plain.splitlines()[0])["provenance"]["program"], "shardsim's scripts/convert_trace.py"
        )

    def test_reads_what_is_compressed(self):
        expected = self.converted("l.csv", self.TEXT)[1]
        forms = {"gz": gzip.compress(self.TEXT.encode())}
        if ZSTD:
            forms["zst"] = subprocess.run(
                ["zstd", "-qc"], input=self.TEXT.encode(), capture_output=True, check=True
            ).stdout
        for ending, data in forms.items():
            self.assertEqual(self.converted(f"l.csv.{ending}", data)[1], expected)
            for cut in range(5, len(data), 5):
                self.bad(f"l.csv.{ending}", data[:cut], "cut short")
        damaged = bytearray(forms["gz"])
        damaged[-8] ^= 1  # of the checksum
        self.bad("l.csv.gz", bytes(damaged), "is damaged", "CRC")

    def test_a_long_file_that_is_cut_short_is_told_by_line(self):
        text = "request,table,row\n" + "".join(f"{n},a,{n * 7919 % 100003}\n" for n in range(60000))
        data = gzip.compress(text.encode())
        self.bad("l.csv.gz", data[: len(data) // 2], "the gzip data ends after it; the file is cut short")

    def test_mistakes_of_the_file(self):
        for name, content, *parts in (
            ("e.csv", "", "is empty"), ("e.csv", "\n \r\n", "is empty"), ("e.csv", b"\xef\xbb\xbf", "is empty"),
            ("e.csv.gz", gzip.compress(b""), "is empty"), ("e.xyz", "hello there", "of no format known here"),
            ("l.csv", self.TEXT.encode() + b"2,a\0,1\n", 4, "NUL bytes"),
            ("l.csv", self.TEXT.encode() + b"2,\xff,1\n", 4, "UTF-8"),
            ("l.csv", self.TEXT + "x" * (17 * 2**20), 4, "longer than 16 MiB"),
            ("l.csv", self.TEXT.encode("utf-16"), "of no format known here"),
        ):  # fmt: skip
            self.bad(name, content, *parts)
        self.refused(SCRIPT, [self.folder / "missing.csv"], "missing.csv: No such file")
        self.refused(SCRIPT, [self.folder], "is a folder")
        self.refused(SCRIPT, ["/dev/null"], "is no regular file")
        ours = run(SCRIPT, self.path("l.csv", self.TEXT)).stdout
        self.bad("t.jsonl", ours, "is a trace of shardsim already")

    def test_mistakes_of_the_command_line(self):
        source = self.path("l.csv", self.TEXT)
        for options, part in (
            (["out.trace"], "ends in .jsonl"), (["out.csv"], "ends in .jsonl"), (["--from", "dot"], "invalid choice"),
            (["--what"], "unrecognized arguments"), (["--limit", "0"], "--limit is 0"),
            (["--limit", "x"], "invalid int"),
            (["--arrivals", "poisson", "--seed", "-1"], "--seed is -1"),
            (["--items-column", "x"], "--items-column is not for lookups"),
        ):  # fmt: skip
            self.refused(SCRIPT, [source, *options], part)
        self.refused(SCRIPT, [], "name a file to convert")

    def test_the_list_and_the_help(self):
        names = [line.split()[0] for line in run(SCRIPT, "--list").stdout.splitlines()]
        files = {
            path.stem.replace("_", "-") for path in (ROOT / "scripts/shardsim_tools/trace_formats").glob("[!_]*.py")
        }
        self.assertEqual(set(names), files)
        text = run(SCRIPT, "--help").stdout
        examples = (
            text[text.index("examples:") + 9 : text.index("The first request")]
            .replace("scripts/convert_trace.py", "\0")
            .split("\0")[1:]
        )
        self.assertEqual(len(examples), 3)
        for n, example in enumerate(examples):
            words = subprocess.run(
                ["sh", "-c", f"printf '%s\\n' {' '.join(example.split())}"], capture_output=True, text=True, check=True
            )
            source, out, *options = words.stdout.splitlines()
            done = run(SCRIPT, ROOT / source, self.folder / f"{n}{out}", *options)
            self.assertEqual(done.returncode, 0, done.stderr)

    def slow(self):
        return self.path("r.txt", "1000000\n" * 1000)

    def test_interrupted_it_leaves_nothing(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen(
                [sys.executable, ROOT / "scripts" / SCRIPT, self.slow(), self.folder / "out" / "x.jsonl.gz"],
                stderr=subprocess.PIPE,
                text=True,
            )
            while not list(self.folder.glob("out/.x*.part")) and process.poll() is None:
                time.sleep(0.02)
            process.send_signal(number)
            _, told = process.communicate(timeout=1200)
            self.assertEqual((process.returncode, told), (1, "convert_trace: interrupted\n"))
            self.assertEqual(list((self.folder / "out").iterdir()), [])

    def test_a_reader_that_goes_is_no_error(self):
        process = subprocess.Popen(
            [sys.executable, ROOT / "scripts" / SCRIPT, self.slow()],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        process.stdout.readline()
        process.stdout.close()
        told = process.stderr.read()
        process.stderr.close()
        self.assertEqual((process.wait(1200), told), (0, ""))

    def test_a_full_disk(self):
        for ending in ("jsonl", "jsonl.gz", *(["jsonl.zst"] if ZSTD else [])):
            out = self.folder / f"big.{ending}"
            done = subprocess.run(
                ["sh", "-c", 'ulimit -f 100; exec "$@"', "sh"]
                + [sys.executable, ROOT / "scripts" / SCRIPT, self.slow(), out],
                capture_output=True, text=True, check=False, timeout=1200,
            )  # fmt: skip
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
            self.assertIn(out.name, done.stderr)
            self.assertFalse([path for path in self.folder.iterdir() if "big" in path.name])

    def test_progress_is_shown_on_a_terminal_only(self):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, ROOT / "scripts" / SCRIPT, self.slow(), self.folder / "x.jsonl"], stderr=theirs,
            env=os.environ | {"SHARDSIM_PROGRESS_AFTER": "0"},
        )  # fmt: skip
        os.close(theirs)
        told = b""
        while b"of the file" not in told:  # it never ends by itself
            told += os.read(ours, 1000)
        process.send_signal(signal.SIGINT)
        process.wait(1200)
        os.close(ours)
        self.assertRegex(told.decode(), r"convert_trace: [\d,]+ records, \d+% of the file")


class Dated(Converting):
    """CSV files with a column of times."""

    def test_a_column_of_times(self):
        text = (
            'id;"When it came";lora\n1;"2024-05-10 00:00:00.5+00:00";a\n2;2024-05-10T02:00:02+02:00;b\n3;2024-05-10'
            " 00:00:02;a\n"
        )
        for mark in ";,\t":
            header, records = self.converted("t.csv", text.replace(";", mark), "--time-column", "when it came")
            self.assertEqual((header["detail"], seconds(records)), ("none", [0, 1.5, 1.5]))
            self.assertIn("when it came", header["provenance"]["arrivals"])
        self.bad("t.csv", text, "the heading has no column 'when'", options=["--time-column", "when"])
        self.bad("t.csv", text, 2, "lora is 'a'", options=["--time-column", "When it came", "--items-column", "lora"])

    def test_forms_of_dates(self):
        _, records = self.converted(
            "h.csv", "hour\n14102100\n14102101\n14102200\n", "--time-column", "hour", "--time-format", "%y%m%d%H"
        )
        self.assertEqual(seconds(records), [0, 3600, 86400])
        _, records = self.converted(
            "d.csv", "t\n21/10/2014 00:00\n21/10/2014 00:30\n", "--time-column", "t", "--time-format", "%d/%m/%Y %H:%M"
        )
        self.assertEqual(seconds(records), [0, 1800])
        self.bad(
            "h.csv",
            "hour\n141021\n14102125\n",
            3,
            "hour is '14102125'",
            options=["--time-column", "hour", "--time-format", "%y%m%d%H"],
        )
        self.bad("d.csv", "t\n21/10/2014 00:00\n", 2, "--time-format", options=["--time-column", "t"])
        self.bad("n.csv", "timestamp\n5\n3\n", 3, "--sort")
        self.assertEqual(seconds(self.converted("n.csv", "timestamp\n3\n5\n", "--time-unit", "ms")[1]), [0, 0.002])

    def test_avazu(self):
        """Two impressions in the first hour, three in the next: at 0 and 30 min, and at 0, 20 and 40 min of it."""
        columns = [
            "id",
            "click",
            "hour",
            "C1",
            "banner_pos",
            "site_id",
            "site_domain",
            "site_category",
            "app_id",
            "app_domain",
            "app_category",
            "device_id",
            "device_ip",
            "device_model",
            "device_type",
            "device_conn_type",
            *(f"C{i}" for i in range(14, 22)),
        ]
        row = "{},0,{},1005,0,1fbe01fe,f3845767,28905ebd,ecad2386,7801e8d9,07d7df22,a99f214a,ddd2926e,44956a24,1,2,15706,320,50,1722,0,35,-1,79"
        text = (
            ",".join(columns)
            + "\n"
            + "".join(
                row.format(i, hour) + "\n" for i, hour in enumerate([14102100, 14102100, 14102101, 14102101, 14102101])
            )
        )
        header, records = self.converted("avazu.csv", text)
        self.assertEqual(seconds(records), [0, 1800, 3600, 4800, 6000])
        self.assertEqual(len(header["tables"]), 21)
        self.assertEqual(
            (records[0]["rows"]["site_id"], records[0]["rows"]["C14"], "C20" in records[0]["rows"]),
            ([0x1FBE01FE], [15706], False),
        )
        _, records = self.converted("avazu.csv", text, "--rows", "100")
        self.assertEqual(records[0]["rows"]["site_id"], [0x1FBE01FE % 100])
        self.bad("avazu.csv", text.replace("ddd2926e", "none"), 2, "device_ip is 'none'")


class Streams(Converting):
    """Lookups as others write them, a request a line."""

    def test_bags(self):
        header, records = self.converted("train.txt", "0 7 5 7\n1 2\n3\n")
        self.assertEqual([table["name"] for table in header["tables"]], ["user", "item"])
        self.assertEqual(
            [r["rows"] for r in records], [{"user": [0], "item": [7, 5, 7]}, {"user": [1], "item": [2]}, {"user": [3]}]
        )
        self.bad("train.txt", "0 7 5\n1 x\n", 2, "an item is 'x'", options=["--from", "bags"])
        self.bad("train.txt", "0 7 5\n1 2\n", 1, "an item is '7'", options=["--rows", "user=9,item=6"])

    def test_pairs(self):
        plain = [{"user": [196], "item": [242]}, {"user": [186], "item": [302]}]
        for name, text in (
            ("u.data", "196\t242\t3\t881250949\n186\t302\t3\t881250959\n"), ("ratings.dat", "196::242::3::881250949\n186::302::3::881250959\n"),
            ("ratings.csv", "userId,movieId,rating,timestamp\n196,242,3.0,881250949\n186,302,3.5,881250959\n"),
            ("t.csv", "timestamp,item_id,user_id\n881250949,242,196\n881250959,302,186\n"),
        ):  # fmt: skip
            with self.subTest(name):
                _, records = self.converted(name, text)
                self.assertEqual(([r["rows"] for r in records], seconds(records)), (plain, [0, 10]))
        header, records = self.converted("p.csv", "user,item\nanna,9\nbert,4\nanna,4\n", "--rate", "2 /s")
        self.assertEqual(
            [r["rows"] for r in records],
            [{"user": [0], "item": [9]}, {"user": [1], "item": [4]}, {"user": [0], "item": [4]}],
        )
        self.assertIn("of user: numbered in the order", header["provenance"]["rows"])
        self.assertEqual(seconds(records), [0, 0.5, 1])
        _, records = self.converted("edges.txt", "1 2\n3 4\n", "--from", "pairs")
        self.assertEqual(records[1]["rows"], {"user": [3], "item": [4]})
        self.bad("edges.txt", "1 2\n3 4\n", "of no format known here")

    def test_field_row(self):
        header, records = self.converted(
            "slots.txt", "label:1 price:0.5 user:17 item:4 item:9\nlabel:0 price:2.5 user:3\n"
        )
        self.assertEqual([table["name"] for table in header["tables"]], ["user", "item"])
        self.assertEqual([r["rows"] for r in records], [{"user": [17], "item": [4, 9]}, {"user": [3]}])
        self.assertIn("'price:0.5' in line 1", self.notes)
        _, records = self.converted("slots.txt", "1 23:17 24:4 24:9\n", "--from", "field-row", "--rows", "10")
        self.assertEqual(records[0]["rows"], {"23": [7], "24": [4, 9]})
        self.bad(
            "slots.txt",
            "user:1 item:2\nuser:3 item\n",
            2,
            "'item', word 2; table:row is wanted",
            options=["--from", "field-row"],
        )

    def test_hash_slot(self):
        text = "1 0 18446744073709551615:2 771238400:3 771238401:3\n1 1 9912:2 771238400:3\n"
        header, records = self.converted("part-0", text, "--rows", "2=100,3=1000")
        self.assertEqual([table["name"] for table in header["tables"]], ["2", "3"])
        self.assertEqual([r["rows"] for r in records], [{"2": [15], "3": [400, 401]}, {"2": [12], "3": [400]}])
        self.bad("part-0", text, 1, "63 bits", "--rows")
        self.bad("part-0", "1 1:3 2:5 3:1 4:2\n", "of no format known here")  # libsvm's index:value, or either

    def test_a_refusal_names_the_form_of_lookups(self):
        self.bad("e.xyz", "hello there", "of no format known here", "request, table, row (lookups)")


class CommandLine(Converting):
    def test_options_between_the_files(self):
        out = self.folder / "o.jsonl"
        for words in (
            ["--limit", 2, SAMPLES / "azure_llm.csv", out],
            [SAMPLES / "azure_llm.csv", "--limit", 2, out, "--force"],
            [SAMPLES / "azure_llm.csv", out, "--force", "--limit", 2],
        ):
            done = run(SCRIPT, *words)
            self.assertEqual((done.returncode, len(out.read_text().splitlines())), (0, 3), done.stderr)
        words = [
            SAMPLES / "arrivals.jsonl",
            "--items",
            10,
            SAMPLES / "lookups.jsonl",
            "--limit",
            2,
            ROOT / "models/drm1.json",
            "--seed",
            3,
            out,
            "--force",
        ]
        self.assertEqual(run("dress_trace.py", *words).returncode, 0)
        self.refused(SCRIPT, [SAMPLES / "azure_llm.csv", "--limit", 2, out, "more"], "unrecognized arguments: more")

    def test_without_numpy(self):
        hidden = self.path("numpy.py", "raise ImportError\n").parent
        for name in ("azure_functions.csv", "movielens.inter"):
            with_it, without = self.sample(name), self.trace(
                SCRIPT, SAMPLES / name, environment={"PYTHONPATH": str(hidden)}
            )
            self.assertEqual(with_it, without)

    def test_counts_are_kept(self):
        """Counts of a Poisson process, variance over mean about 1. Taken as rates they gain the variance of a Poisson number
        of that mean, so that it becomes 2; kept, they are what they were."""
        random = Random(1)
        counts = Counter(time // 1000 for time in piecewise([(i * 1000, 1000, 2.0) for i in range(4000)], 7))
        pieces = [(i * 1000, 1000, float(counts[i])) for i in range(4000)]
        ratio = {}
        for law in (counted, piecewise):
            found = Counter(min(time // 1000, 3999) for time in law(pieces, random.randrange(99)))
            ratio[law] = statistics.pvariance(found[i] for i in range(4000)) / statistics.fmean(
                found[i] for i in range(4000)
            )
        self.assertLess(abs(ratio[counted] - 1), 5 * (2 / 4000) ** 0.5)
        self.assertLess(abs(ratio[piecewise] - 2), 5 * 2 * (3 / 4000) ** 0.5)
        times = list(counted([(0, 10**6, 3.0), (10**6, 10**6, 0.0), (2 * 10**6, 10**6, 20.0)], 1))
        self.assertEqual((times, [time // 10**6 for time in times]), (sorted(times), [0] * 3 + [2] * 20))

    def test_counts_kept_by_the_converter(self):
        header, records = self.converted("r.txt", "0.25\n" * 40, "--counts", "kept", "--interval", "2 s")
        self.assertEqual(len(records), 20)  # half an arrival an interval
        self.assertIn("as many in each interval as the source says", header["provenance"]["arrivals"])
        header, _ = self.converted("r.txt", "0.25\n" * 40)
        self.assertIn("--counts kept", header["provenance"]["arrivals"])


@unittest.skipUnless(REAL_FILES.is_dir(), "the files are not at hand")
class RealFiles(Converting):
    """Published data, where they are at hand; what is expected was counted apart from the converter."""

    def real(self, name, *options):
        path = REAL_FILES / name
        if not path.exists():
            self.skipTest(f"{name} is not at hand")
        return self.trace(SCRIPT, path, *options)

    def test_each(self):
        for name, options, requests, tables, lookups, length in (
            ("arrivals/azure_llm_2023_conv.csv", [], 19366, 0, 0, 3501.72194),
            ("arrivals/azure_functions_2021_200.csv", [], 199, 0, 0, None),
            ("arrivals/twitter_rps_first7.txt", ["--limit", 50000], 50000, 0, 0, None),
            ("sparse/alimama_500.csv", [], 500, 16, 82137, 499),
            ("sparse/alimama_500.lookups.csv", [], 500, 16, 82137, 499),
            ("sparse/amazon_din_99.txt", [], 99, 4, 2226, 98),
            ("sparse/criteo_hashed_100.txt", [], 100, 1, 3900, 99),
            ("sparse/criteo_kaggle_200.csv", [], 200, 26, None, 199),
            ("sparse/criteo_kaggle_train_2000.csv", [], 1999, 26, None, 1998),
            ("sparse/movielens_100k.inter", ["--speedup", 10], 100000, 2, 200000, (893286638 - 874724710) / 10),
        ):
            with self.subTest(name):
                header, records = self.real(name, *options)
                self.assertEqual((len(records), len(header.get("tables", []))), (requests, tables))
                if lookups is not None:
                    self.assertEqual(sum(len(rows) for r in records for rows in r.get("rows", {}).values()), lookups)
                if length is not None:
                    self.assertAlmostEqual(seconds(records)[-1], length, places=5)

    def test_alimama_as_requests_and_as_lookups(self):
        """The published lookups were derived by others."""
        one, two = (self.real(f"sparse/alimama_500.{ending}")[1] for ending in ("csv", "lookups.csv"))
        for a, b in zip(one, two):
            self.assertEqual({k: sorted(v) for k, v in a["rows"].items()}, {k: sorted(v) for k, v in b["rows"].items()})

    def test_rates_of_a_service(self):
        columns = ("--time-column", "minute_start", "--rate-column", "sum_of_sampled_qps", "--interval", "60 s")
        _, records = self.real("arrivals/alibaba_gentd26_qps_per_minute.csv", *columns)
        with (REAL_FILES / "arrivals/alibaba_gentd26_qps_per_minute.csv").open() as file:
            expected = 60 * sum(float(row["sum_of_sampled_qps"]) for row in csv.DictReader(file))
        self.assertAlmostEqual(len(records), expected, delta=5 * expected**0.5)


if __name__ == "__main__":
    unittest.main()
