# SPDX-License-Identifier: Apache-2.0
"""Traces at the command line: recorded, described, converted, shown; a replay is the run that was recorded."""
import gzip
import json
import pathlib
import resource
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import PATIENCE, PROGRAM, ROOT, SANITIZED, ProgramTest, on_a_terminal  # noqa: E402

BASE = ROOT / "tests/invalid/base"
LOGNORMAL = {"type": "lognormal", "mean": 20, "cv": 0.6}
ZIPF = {"popularity": {"type": "zipf", "s": 0.9}}
HEADER = {"format": "shardsim-trace", "version": 1, "time_unit": "s"}


class TraceTest(ProgramTest):
    def scenario(self, arrivals, name="scenario.json", sharding=None, **traffic):
        """The base scenario, with varied lookups and what is told; None leaves out."""
        scenario = json.loads((BASE / "scenario.json").read_text())
        model = json.loads((BASE / "model.json").read_text())
        for net in model["nets"]:
            net["tables"][0].update(pooling={"type": "lognormal", "mean": 5, "cv": 1}, coverage=0.8)
        platform = {"platform": str(BASE / "platform.json")}
        scenario.update(
            model=model, cluster={"main": platform, "sparse": platform}, topology=str(BASE / "topology.json")
        )
        scenario["sharding"] = sharding or scenario["sharding"]
        scenario["traffic"].update({"arrivals": arrivals, "items": LOGNORMAL, "queries": 200, **traffic})
        scenario["traffic"] = {key: value for key, value in scenario["traffic"].items() if value is not None}
        return self.file(scenario, name)

    def file(self, content, name):
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def text_trace(self, records, name="t.jsonl", **header):
        return self.file("\n".join(json.dumps(line) for line in [{**HEADER, **header}, *records]) + "\n", name)

    def record(self, scenario, name="t.trace", *options):
        out = self.folder / name
        self.succeed("trace", "record", scenario, out, *options)
        return out

    def info(self, trace, *options):
        return json.loads(self.succeed("trace", "info", trace, "--format", "json", *options).stdout)

    def head(self, trace, n):
        return [json.loads(line) for line in self.succeed("trace", "head", trace, "-n", n).stdout.splitlines()]

    def result(self, scenario):
        return json.loads(self.succeed("run", scenario, "--json").stdout)


class Command(TraceTest):
    def test_help(self):
        text = self.succeed("trace", "--help").stdout
        for word in (
            "convert IN OUT",
            "head FILE",
            "info FILE",
            "record SCENARIO.json OUT",
            "convert_trace.py",
            "example:",
        ):
            self.assertIn(word, text)

    def test_the_example_works(self):
        lines = [
            line.split()[1:] for line in self.succeed("trace", "--help").stdout.split("example:\n")[1].splitlines()
        ]
        out = self.folder / "drm1.trace"
        for line in lines:
            words = [str(out) if word == "out/drm1.trace" else word for word in line]
            done = self.succeed(*words, *(["--queries", "50"] if "record" in words else []))
        self.assertRegex(done.stdout, r"(?m)^queries +50$")

    def test_unknown_words(self):
        trace = self.text_trace([{"t": 0}])
        for words, arguments in (
            (["missing", "allowed: convert, head"], []),
            (["did you mean 'info'"], ["inof", trace]),
            (["usage: shardsim trace info FILE"], ["info"]),
            (["usage: shardsim trace convert IN OUT"], ["convert", trace]),
            (["usage: shardsim trace head"], ["head", trace, trace]),
            (["usage: shardsim trace record"], ["record", trace]),
            (["did you mean 'json'"], ["info", trace, "--format", "jsn"]),
            (["--bins", "1 to 10000"], ["info", trace, "--bins", "0"]),
            (["--bins", "1 to 10000"], ["info", trace, "--bins", "10001"]),
            (["--bins", "whole number"], ["info", trace, "--bins", "1.5"]),
            (["shardsim: -n", "'-1'", "whole number"], ["head", trace, "-n", "-1"]),
            (["trace head has no option --force"], ["head", trace, "--force"]),
            (["trace info has no option -n"], ["info", trace, "-n", "3"]),
            (
                ["did you mean 'rows'"],
                ["record", self.scenario({"type": "serial"}), self.folder / "o.trace", "--detail", "row"],
            ),
        ):
            with self.subTest(arguments):
                error = self.refuse("trace", *arguments)
                for word in words:
                    self.assertIn(word, error)

    def test_what_is_no_trace(self):
        csv = self.file("arrival_s\n0\n", "times.csv")
        for action in (["info"], ["head"], ["convert", self.folder / "out.trace"]):
            error = self.refuse("trace", action[0], csv, *action[1:])
            self.assertIn("times.csv", error)
            self.assertIn("scripts/convert_trace.py", error)
            self.assertIn("cannot be opened", self.refuse("trace", action[0], self.folder / "none", *action[1:]))
        self.assertFalse((self.folder / "out.trace").exists())

    def test_a_broken_record_is_named_and_leaves_nothing(self):
        trace = self.text_trace([{"t": 1}, {"t": 0.5}])
        self.assertIn("t.jsonl:3: ", self.refuse("trace", "info", trace))
        self.assertIn("t.jsonl:3: ", self.refuse("trace", "convert", trace, self.folder / "o.trace"))
        self.assertEqual([f.name for f in self.folder.iterdir()], ["t.jsonl"])


class Replay(TraceTest):
    """The replay of what was recorded is the same run."""

    def check(self, arrivals, detail=None, form="t.trace", sharding=None, **traffic):
        recorded = self.scenario(arrivals, sharding=sharding, **traffic)
        trace = self.record(recorded, form, "--force", *(["--detail", detail] if detail else []))
        replay = {"type": "replay", "file": str(trace)}
        played = self.scenario(replay, "replay.json", sharding=sharding, **{**traffic, "items": None})
        one, two = self.result(recorded), self.result(played)
        self.assertEqual(one["queries"], two["queries"])
        self.assertEqual(one["fingerprint"], two["fingerprint"])
        self.assertEqual(one["latency_us"], two["latency_us"])
        again = self.record(played, "again.trace", "--force", *(["--detail", detail] if detail else []))
        here, there = self.folder / "here.jsonl", self.folder / "there.jsonl"
        self.succeed("trace", "convert", trace, here, "--force")
        self.succeed("trace", "convert", again, there, "--force")
        self.assertEqual(here.read_text().splitlines()[1:], there.read_text().splitlines()[1:])
        return one

    def test_poisson(self):
        for detail in (None, "none", "counts"):
            with self.subTest(detail):
                self.check({"type": "poisson", "rate": "2000 /s"}, detail)

    def test_every_form(self):
        for form in ("t.trace", "t.trace.gz", "t.trace.zst", "t.jsonl", "t.jsonl.gz", "t.jsonl.zst"):
            with self.subTest(form):
                self.check({"type": "poisson", "rate": "2000 /s"}, form=form)

    def test_serial(self):
        self.check({"type": "serial"})

    def test_closed_loop(self):
        self.check({"type": "closed-loop", "clients": 5})
        self.check({"type": "closed-loop", "clients": 30, "think_s": {"type": "exponential", "mean": 0.01}})

    def test_rows_with_row_wise_sharding(self):
        for split in ("modulo", "range"):
            sharding = {"strategy": "row-wise", "shards": 2, "row_split": split}
            for arrivals in (
                {"type": "poisson", "rate": "1000 /s"},
                {"type": "serial"},
                {"type": "closed-loop", "clients": 4},
            ):
                for detail in (None, "rows", "counts"):
                    with self.subTest((split, arrivals, detail)):
                        self.check(arrivals, detail, sharding=sharding, rows=ZIPF)

    def test_row_wise_sharding_of_counts(self):
        sharding = {"strategy": "row-wise", "shards": 2}
        for arrivals in (
            {"type": "poisson", "rate": "1000 /s"},
            {"type": "serial"},
            {"type": "closed-loop", "clients": 4},
        ):
            with self.subTest(arrivals):
                self.check(arrivals, sharding=sharding)

    def test_overload_and_warm_up(self):
        self.check({"type": "poisson", "rate": "1000000 /s"}, warmup=50)


class OtherTables(TraceTest):
    def test_the_error_names_what_makes_them_fit(self):
        """Both a table that the model lacks and a row that its table lacks."""
        for name, rows in (("block", [1]), ("u", [10**7])):
            trace = self.text_trace(
                [{"t": 0, "items": 2, "rows": {name: rows}}], items=True, detail="rows", tables=[{"name": name}]
            )
            scenario = self.scenario(
                {"type": "replay", "file": str(trace)},
                items=None,
                queries=1,
                warmup=0,
                sharding={"strategy": "row-wise", "shards": 2},
            )
            error = self.refuse("run", scenario)
            self.assertIn(name, error)
            self.assertIn("scripts/dress_trace.py", error)


class Record(TraceTest):
    def test_what_is_recorded(self):
        scenario = self.scenario({"type": "poisson", "rate": "100 /s"}, rows=ZIPF, warmup=20)
        trace = self.record(scenario, "t.jsonl", "--queries", "10", "--seed", "7")
        header, *records = map(json.loads, trace.read_text().splitlines())
        self.assertEqual((header["detail"], header["items"], len(records)), ("rows", True, 10))
        self.assertEqual(header["tables"], [{"name": "u", "rows": 10**6}, {"name": "i", "rows": 10**6}])
        provenance = header["provenance"]
        self.assertIn("scenario.json", provenance["source"])
        self.assertNotIn(str(self.folder), json.dumps(provenance))
        self.assertEqual((provenance["seed"], provenance["replication"]), ("7", "0"))
        self.assertEqual(provenance["program"], self.succeed("--version").stdout.strip())
        other = self.record(scenario, "other.jsonl", "--queries", "10")
        self.assertNotEqual(other.read_text().splitlines()[1:], trace.read_text().splitlines()[1:])
        set_ = self.record(
            scenario, "set.jsonl", "--set", "seed=7", "--set", "traffic.queries=30", "--detail", "counts"
        )
        self.assertEqual(len(set_.read_text().splitlines()), 31)
        for left, right in zip(records, map(json.loads, set_.read_text().splitlines()[1:])):
            self.assertEqual((left["t"], left["items"]), (right["t"], right["items"]))
            self.assertEqual({name: len(rows) for name, rows in left["rows"].items()}, right["lookups"])

    def test_a_replay_may_be_cut_to_a_new_trace(self):
        trace = self.text_trace([{"t": t, "items": 3} for t in range(5)], items=True)
        scenario = self.scenario({"type": "replay", "file": str(trace)}, items=None)
        self.assertEqual(self.info(self.record(scenario, "a.trace"))["arrivals"]["queries"], 5)  # ends with the trace
        self.assertEqual(self.info(self.record(scenario, "b.trace", "--queries", "2"))["arrivals"]["queries"], 2)

    def test_a_model_without_tables(self):
        model = {"name": "dense", "nets": [{"name": "n", "top_mlp": {"time": "50 us"}}]}
        scenario = json.loads(
            self.scenario({"type": "poisson", "rate": "100 /s"}, sharding={"strategy": "singular"}).read_text()
        )
        scenario["model"] = model
        trace = self.record(self.file(scenario, "dense.json"), "q.jsonl")
        header = self.info(trace)
        self.assertEqual((header["detail"], header["arrivals"]["queries"]), ("none", 200))
        recorded = self.result(self.folder / "dense.json")
        scenario["traffic"].update(arrivals={"type": "replay", "file": str(trace)})
        del scenario["traffic"]["items"]
        self.assertEqual(self.result(self.file(scenario, "replay.json"))["fingerprint"], recorded["fingerprint"])

    def test_a_trace_that_ends_early_says_so(self):
        trace = self.text_trace([{"t": t} for t in range(5)])
        scenario = self.scenario({"type": "replay", "file": str(trace)}, queries=50)
        self.assertIn("the arrivals ended 45 before 'traffic.queries'", self.succeed("run", scenario).stdout)
        self.assertEqual(self.result(scenario)["queries"]["not_arrived"], 45)
        enough = self.scenario({"type": "replay", "file": str(trace)}, queries=5)
        self.assertNotIn("arrivals ended", self.succeed("run", enough).stdout)
        self.assertEqual(self.result(enough)["queries"]["not_arrived"], 0)

    def test_a_replay_is_the_same_run_under_every_strategy_and_transport(self):
        """The recording is shorter than what a plan is estimated from, and items, popular rows and parts all matter."""
        strategies = [
            {"strategy": "singular"},
            {"strategy": "one-shard"},
            {"strategy": "capacity-balanced", "shards": 2},
            {"strategy": "load-balanced", "shards": 2},
            {
                "strategy": "load-balanced",
                "shards": 2,
                "split_above": "50 MB",
                "row_split": "range",
                "sampled_queries": 70,
            },
            {"strategy": "nsbp", "shards": 2},
            {"strategy": "row-wise", "shards": 2, "row_split": "range"},
            {"strategy": "hybrid", "shards": 2, "main_share": 0.5, "split_above": "50 MB", "row_split": "range"},
            {"strategy": "column-wise", "shards": 2, "sampled_queries": 70},
            {"strategy": "table-row-wise", "shards": 2, "group": 2, "row_split": "range"},
        ]
        rows = {"popularity": {"type": "zipf", "s": 0.9}, "order": "by-rank"}
        for sharding in strategies:
            for traffic in ({}, {"rows": rows}):
                for detail in ("none", "counts", *(["rows"] if traffic else [])):
                    self.check_replays(sharding, traffic, detail)

    def check_replays(self, sharding, traffic, detail):
        scenario = self.scenario({"type": "poisson", "rate": "200 /s"}, sharding=sharding, queries=20, **traffic)
        trace = self.record(scenario, "r.trace", "--detail", detail, "--force")
        replay = self.scenario(
            {"type": "replay", "file": str(trace)}, "replay.json", sharding, queries=20, items=None, **traffic
        )
        plan = self.succeed("plan", scenario, "--format", "json").stdout
        self.assertEqual(self.succeed("plan", replay, "--format", "json").stdout, plan)
        # One transport for each, in turn: which queries come does not depend on it.
        self.turn = getattr(self, "turn", -1) + 1
        transport = ["ideal", "port", "packet", "fluid"][self.turn % 4]
        with self.subTest(sharding=sharding, traffic=traffic, detail=detail, transport=transport):
            found = [
                self.succeed("run", s, "--json", "--set", f"transport.type={transport}").stdout
                for s in (scenario, replay)
            ]
            self.assertEqual(*(json.loads(text)["fingerprint"] for text in found))

    def test_a_foreign_trace_is_planned_by_its_own_first_queries(self):
        """Table i has 30 lookups a query, u has 10, whatever the model says; all of i's rows are in its second half."""
        tables = [{"name": "u", "rows": 10**6}, {"name": "i", "rows": 10**6}]
        records = [{"t": t, "items": 2, "rows": {"u": 10 * [7], "i": 30 * [999_999]}} for t in range(4)]
        trace = self.text_trace(records, items=True, detail="rows", tables=tables)
        sharding = {"strategy": "row-wise", "shards": 2, "row_split": "range"}
        scenario = self.scenario({"type": "replay", "file": str(trace)}, sharding=sharding, items=None, queries=4)
        table = self.succeed("plan", scenario).stdout
        self.assertEqual([line.split()[-3] for line in table.splitlines()[2:4]], ["10.0", "30.0"])
        self.assertIn("the first 4 queries of the trace", table)

    def test_bad_requests(self):
        poisson = self.scenario({"type": "poisson", "rate": "100 /s"})
        out = self.folder / "o.trace"
        for words, arguments in (
            (["/traffic", "rows", "--detail counts"], [poisson, out, "--detail", "rows"]),
            (["shardsim: --queries: found 0; expected at least 1"], [poisson, out, "--queries", "0"]),
            (["--queries", "whole number"], [poisson, out, "--queries", "many"]),
            ([".jsonl"], [poisson, self.folder / "o.csv"]),
            (["53 days"], [poisson, out, "--set", "traffic.arrivals.rate=1 /h", "--queries", "2000"]),
            (["cannot be opened"], [self.folder / "none.json", out]),
        ):
            with self.subTest(arguments):
                error = self.refuse("trace", "record", *arguments)
                for word in words:
                    self.assertIn(word, error)
        self.assertEqual([f.name for f in self.folder.iterdir()], ["scenario.json"])
        self.record(poisson)
        self.assertIn("--force", self.refuse("trace", "record", poisson, self.folder / "t.trace"))
        self.record(poisson, "t.trace", "--force")


class Convert(TraceTest):
    FORMS = ("a.jsonl", "a.trace", "a.jsonl.gz", "a.trace.gz", "a.jsonl.zst", "a.trace.zst")

    def test_every_way_keeps_everything(self):
        records = [
            {"t": 0, "items": 1, "rows": {"b": [5, 0, 5]}},
            {"t": 0.25, "items": 1000000, "rows": {}},
            {"t": 86400.000000000001, "items": 7, "rows": {"a": [9], "b": [9007199254740993]}},
        ]
        tables = [{"name": "a", "rows": 10}, {"name": "b"}]
        provenance = {"source": 'made up: "ü"'}
        first = self.text_trace(records, items=True, detail="rows", tables=tables, provenance=provenance)
        texts = set()
        last = first
        for name in self.FORMS:
            out = self.folder / name
            self.succeed("trace", "convert", last, out)
            texts.add(self.succeed("trace", "head", out, "-n", 99).stdout)
            last = out
        self.assertEqual(len(texts), 1)
        header, *found = map(json.loads, texts.pop().splitlines())
        self.assertEqual(header["provenance"], provenance)
        self.assertEqual([r["items"] for r in found], [1, 1000000, 7])
        self.assertEqual(found[2]["rows"], records[2]["rows"])
        self.assertEqual(found[0]["rows"], {"b": [5, 0, 5]})
        self.assertTrue((self.folder / "a.jsonl.gz").read_bytes().startswith(b"\x1f\x8b"))
        self.assertEqual(
            gzip.decompress((self.folder / "a.jsonl.gz").read_bytes()), (self.folder / "a.jsonl").read_bytes()
        )

    def test_refuses_to_overwrite(self):
        trace = self.text_trace([{"t": 0}])
        out = self.file("precious", "o.trace")
        self.assertIn("--force", self.refuse("trace", "convert", trace, out))
        self.assertEqual(out.read_text(), "precious")
        self.succeed("trace", "convert", trace, out, "--force")
        self.succeed("trace", "convert", out, out, "--force")  # onto itself
        self.assertEqual(len(self.head(out, 5)), 2)

    def interrupted(self, *arguments):
        """Stopped as soon as the temporary file is there; (exit code, errors)."""
        before = {f.name for f in self.folder.iterdir()}
        process = subprocess.Popen(
            [PROGRAM, "trace", *map(str, arguments)], cwd=self.folder, stderr=subprocess.PIPE, text=True
        )
        while {f.name for f in self.folder.iterdir()} == before and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=PATIENCE)
        return process.returncode, error

    def test_ctrl_c_leaves_nothing(self):
        scenario = self.scenario({"type": "poisson", "rate": "1000000 /s"})
        for arguments in (
            ["record", scenario, "o.trace", "--queries", "100000000"],
            [
                "record",
                self.scenario({"type": "closed-loop", "clients": 5}, "closed.json"),
                "o.trace",
                "--queries",
                "100000000",
            ],
        ):
            with self.subTest(arguments):
                before = {f.name for f in self.folder.iterdir()}
                code, error = self.interrupted(*arguments)
                self.assertEqual(code, 1, error)
                self.assertIn("interrupted", error)
                self.assertEqual({f.name for f in self.folder.iterdir()}, before)

    def test_ctrl_c_of_a_conversion_leaves_nothing(self):
        scenario = self.scenario({"type": "poisson", "rate": "1000000 /s"})
        for queries in (
            200_000,
            1_600_000,
            12_800_000,
        ):  # a longer one, where this was held up until the conversion was done
            long = self.record(scenario, "long.trace", "--queries", queries, "--force")
            code, error = self.interrupted("convert", long, "o.jsonl.gz", "--force")
            if code:
                break
        self.assertEqual(code, 1, error)
        self.assertIn("interrupted", error)
        self.assertLessEqual({f.name for f in self.folder.iterdir()}, {"scenario.json", "long.trace", "o.jsonl.gz"})

    def test_progress_on_a_terminal(self):
        trace = self.record(
            self.scenario({"type": "poisson", "rate": "1000000 /s"}), "long.trace", "--queries", "100000"
        )
        code, seen = on_a_terminal("trace", "convert", trace, self.folder / "o.jsonl.gz")
        self.assertEqual(code, 0, seen)
        self.assertRegex(seen, r"converting \d+ % \(\d+ queries\), \d+ s left")


class ConvertToLess(TraceTest):
    def test_arrivals_alone_fit_another_model(self):
        recorded = self.record(self.scenario({"type": "poisson", "rate": "100 /s"}, rows=ZIPF), "all.trace")
        less = {}
        for detail in ("rows", "counts", "none"):
            less[detail] = self.folder / f"{detail}.jsonl"
            self.succeed("trace", "convert", recorded, less[detail], "--detail", detail)
        bare = self.folder / "bare.jsonl"
        self.succeed("trace", "convert", recorded, bare, "--detail", "none", "--no-items")
        full, counts, none, alone = (self.lines(f) for f in (*less.values(), bare))
        self.assertEqual([h["detail"] for h, *_ in (full, counts, none, alone)], ["rows", "counts", "none", "none"])
        for f, c, n, b in zip(full[1:], counts[1:], none[1:], alone[1:]):
            self.assertEqual({name: len(rows) for name, rows in f["rows"].items()}, c["lookups"])
            self.assertEqual(({"t": f["t"], "items": f["items"]}, {"t": f["t"]}), (n, b))
        # The other model has none of the trace's tables.
        model = {
            "name": "other",
            "nets": [
                {
                    "name": "n",
                    "top_mlp": {"time": "1 us"},
                    "tables": [{"name": "x", "rows": 10, "dim": 4, "pooling": {"type": "fixed", "value": 1}}],
                }
            ],
        }
        for trace, items in ((none, None), (alone, LOGNORMAL)):
            file = less["none"] if items is None else bare
            scenario = json.loads(self.scenario({"type": "replay", "file": str(file)}, items=items).read_text())
            self.assertEqual(
                self.result(self.file({**scenario, "model": model}, "other.json"))["queries"]["completed"], 200
            )
        error = self.refuse("trace", "convert", less["counts"], self.folder / "more.trace", "--detail", "rows")
        self.assertIn("only the detail counts", error)
        self.assertFalse((self.folder / "more.trace").exists())

    def lines(self, file):
        return [json.loads(line) for line in file.read_text().splitlines()]


class ArrivalTable(TraceTest):
    def arrivals(self, text):
        self.file(text, "a.csv")
        scenario = self.scenario(
            {"type": "trace", "file": str(self.folder / "a.csv"), "column": "start, s", "items_column": "items"},
            items=None,
        )
        return self.lines(self.record(scenario, "a.jsonl", "--force", "--detail", "none"))

    def lines(self, file):
        return [(line["t"], line["items"]) for line in map(json.loads, file.read_text().splitlines()[1:])]

    def test_quotes_semicolons_and_tabs(self):
        """The same arrivals at 0, 1 and 2.5 s; the name column holds separators, doubled quotes and a line end (RFC 4180)."""
        expected = [(0, 3), (1e6, 4), (2.5e6, 5)]
        for text in (
            '"start, s",items,name\n10,3,a\n11,4,"b, ""c"""\r\n"12.5","5","two\nlines"\n',
            '"start, s";items;name\n10;3;a\n11;4;"b; ""c"""\n12.5;5;x,y\n',
            '"start, s"\t"items"\tname\n10\t3\ta\n11\t4\t"b\t""c"""\n12.5\t5\t\n',
            '\ufeffname;items;"start, s"\r\n"a";3;10\r\n\r\n;4;11\r\n"";5;12.5',
        ):
            with self.subTest(text):
                self.assertEqual(self.arrivals(text), expected)


class Head(TraceTest):
    def test_first_records(self):
        trace = self.record(self.scenario({"type": "poisson", "rate": "100 /s"}))
        for n in (0, 1, 7):
            self.assertEqual(len(self.head(trace, n)), n + 1)
        self.assertEqual(len(self.head(trace, 10**9)), 201)
        shown = self.succeed("trace", "head", trace).stdout
        self.assertEqual(len(shown.splitlines()), 11)
        self.file(shown, "head.jsonl")
        self.assertEqual(self.info(self.folder / "head.jsonl")["arrivals"]["queries"], 10)

    def test_an_empty_trace(self):
        self.assertEqual(len(self.head(self.text_trace([]), 3)), 1)


class Info(TraceTest):
    def test_every_figure_of_a_small_trace(self):
        records = []
        for i in range(100):
            rows = {"a": [7] * (i % 2 + 1), "b": [i]}
            records.append({"t": i * 0.5 + 10, "items": 1 + i % 2, "rows": rows if i % 4 else {"a": rows["a"]}})
        trace = self.text_trace(records, items=True, detail="rows", tables=[{"name": "a", "rows": 100}, {"name": "b"}])
        r = self.info(trace, "--bins", "5")
        self.assertEqual((r["schema_version"], r["complete"], r["detail"], r["notes"]), (1, True, "rows", []))
        arrivals = {"queries": 100, "first_s": 10, "duration_s": 49.5, "per_second": 2, "gap_mean_s": 0.5, "gap_cv": 0,
                    "gap_max_s": 0.5, "gap_max_after_query": 0, "gap_autocorrelation_lag1": None, "simultaneous_share": 0}  # fmt: skip
        for key, value in arrivals.items():
            self.assertEqual(r["arrivals"][key], value, key)
        for key in ("gap_p50_s", "gap_p99_s"):
            self.assertAlmostEqual(r["arrivals"][key], 0.5, delta=0.0005)
        self.assertEqual(r["rate"][0], {"start_s": 10, "seconds": 10, "queries": 20, "per_second": 2})
        self.assertEqual(sum(b["queries"] for b in r["rate"]), 100)
        self.assertEqual(r["rate"][-1], {"start_s": 50, "seconds": 9.5, "queries": 20, "per_second": 2})
        self.assertIn("variance over mean", r["dispersion"]["definition"])
        windows = r["dispersion"]["windows"]
        self.assertEqual(windows[0]["windows"], int(49.5 / windows[0]["window_s"]))
        for w, twice in zip(windows, windows[1:]):
            self.assertEqual(twice["window_s"], 2 * w["window_s"])
        self.assertEqual((r["items"]["mean"], r["items"]["max"], r["items"]["by_hour_of_day"]), (1.5, 2, []))
        self.assertEqual(r["items"]["cdf"], [[1, 0.5], [2, 1]])
        self.assertEqual((r["lookups"]["mean"], r["lookups"]["max"]), (2.25, 3))
        a, b = r["tables"]
        self.assertEqual((a["name"], a["rows"], a["present_share"], a["lookups_per_query"]), ("a", 100, 1, 1.5))
        self.assertEqual((b["rows"], b["present_share"], b["lookups_per_query"]), (None, 0.75, 0.75))
        self.assertEqual((a["lookups_share"], b["lookups_share"]), (1.5 / 2.25, 0.75 / 2.25))
        self.assertEqual(b["lookups_when_present"], {"mean": 1, "cv": 0, "p50": 1, "p90": 1, "p99": 1, "max": 1})
        self.assertEqual(a["lookups_per_item_when_present"], {"mean": 1, "cv": 0})
        self.assertAlmostEqual(a["correlation_with_items"], 1)
        self.assertAlmostEqual(
            a["correlation_with_other_tables"], 0.5774, places=4
        )  # b is left out of every other even query
        self.assertEqual((a["distinct_rows"], a["sampled_rows_share"], b["distinct_rows"]), (1, 1, 75))
        self.assertEqual((a["repeats_within_query_share"], b["repeats_within_query_share"]), (50 / 150, 0))
        self.assertEqual([p["rows_share"] for p in b["reuse_by_hottest_rows"]], [0.0001, 0.001, 0.01, 0.1, 0.5])
        self.assertEqual([p["accesses_share"] for p in b["reuse_by_hottest_rows"]][:3], [None] * 3)
        self.assertAlmostEqual(b["reuse_by_hottest_rows"][4]["accesses_share"], 0.5)
        text = self.succeed("trace", "info", trace, "--bins", "5").stdout
        for pattern in (r"(?m)^queries +100$", r"rate +2 /s", "█████", "5 bins of 10 s", r"gaps +mean 500 ms, cv 0.000",
                        r"(?m)^a +100.0 +1.5 ", r"(?m)^b +75.0 +1 .* 75 ", r"hot 0.01 %"):  # fmt: skip
            self.assertRegex(text, pattern)

    def test_figures_that_are_not_there(self):
        r = self.info(self.text_trace([{"t": 5}]))
        self.assertEqual((r["arrivals"]["queries"], r["arrivals"]["per_second"], r["rate"]), (1, None, []))
        self.assertEqual((r["arrivals"]["first_s"], r["arrivals"]["gap_max_s"]), (5, None))
        for key in ("items", "lookups", "tables"):
            self.assertNotIn(key, r)
        for records in ([], [{"t": 5}], [{"t": 5}, {"t": 5}]):
            trace = self.text_trace(
                [{**r, "items": 2, "lookups": {}} for r in records], items=True, detail="counts", tables=[{"name": "a"}]
            )
            for options in ([], ["--format", "json"]):
                text = self.succeed("trace", "info", trace, *options).stdout
                self.assertNotRegex(text.lower(), r"\b-?(nan|inf)\b")

    def test_a_clock_jump_is_noted(self):
        records = [{"t": i + (10**6 if i > 1500 else 0)} for i in range(3000)]
        trace = self.text_trace(records, time_unit="ms")
        self.assertIn("clock jump", self.info(trace)["notes"][0])
        self.assertRegex(self.succeed("trace", "info", trace).stdout, r"(?m)^note +1e\+03 s pass .* after query 1500")

    def test_many_tables_are_cut_in_text_only(self):
        tables = [{"name": f"t{i:03}"} for i in range(300)]
        trace = self.text_trace([{"t": 0, "lookups": {"t123": 9, "t007": 8}}], detail="counts", tables=tables)
        text = self.succeed("trace", "info", trace).stdout
        self.assertLess(text.index("t123"), text.index("t007"))
        self.assertIn("and 280 tables", text)
        self.assertEqual(len(self.info(trace)["tables"]), 300)

    def test_time_of_day(self):
        records = [{"t": 3600 * h + 60 * i, "items": 10 + h % 24} for h in range(50) for i in range(5)]
        trace = self.text_trace(records, items=True)
        items = self.info(trace)["items"]
        self.assertEqual([h["mean"] for h in items["by_hour_of_day"]], [10 + h for h in range(24)])
        self.assertAlmostEqual(items["variance_share_by_hour_of_day"], 1)
        self.assertIn("explains 100.0 % of the variance", self.succeed("trace", "info", trace).stdout)

    @unittest.skipIf(SANITIZED, "the sanitizer's own memory is above the bound")
    def test_memory_does_not_grow(self):
        scenario = self.scenario({"type": "poisson", "rate": "1000 /s"}, rows=ZIPF)
        trace = self.record(scenario, "long.trace", "--queries", "200000")
        bound = lambda: resource.setrlimit(resource.RLIMIT_DATA, (24 << 20, 24 << 20))  # noqa: E731
        done = subprocess.run(
            [PROGRAM, "trace", "info", trace], capture_output=True, text=True, preexec_fn=bound, timeout=PATIENCE
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("rows are sampled", done.stdout)
        self.assertIn(" ~", done.stdout)


if __name__ == "__main__":
    unittest.main()
