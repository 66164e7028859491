# SPDX-License-Identifier: Apache-2.0
"""Searches for a setting: the same answer with any number of jobs and after a stop, within a budget, and clear errors."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import ROOT, ProgramTest, on_a_terminal  # noqa: E402

SCENARIO = ROOT / "tests/invalid/base/scenario.json"
QUEUE = ROOT / "workloads/validation/queue.json"
CORES = {"name": "cores", "path": "cluster.main.platform.cores", "values": [1, 2, 4]}
WORK = {"name": "work", "path": "model.nets.work.top_mlp.time", "values": ["140 us", "100 us", "120 us", "125 us"]}


class TuneTest(ProgramTest):
    def write(self, *axes, base=QUEUE, name="sweep.json", **more):
        file = self.folder / name
        file.write_text(json.dumps({"base": str(base), "axes": list(axes), **more}))
        return file

    def tune(self, file, objective, *arguments, out="out"):
        done = self.succeed("tune", file, "--objective", objective, "--out", self.folder / out, *arguments)
        return json.loads((self.folder / out / "tune.json").read_text()), done.stdout

    def queries(self, count):
        return ("--set", f"traffic.queries={count}", "--set", "traffic.warmup=0")


class Methods(TuneTest):
    def test_a_queue_with_less_work_is_faster(self):
        # M/M/1: P95 is ln 20 / (1 / work - rate), by hand.
        file = self.write(WORK)
        p95 = {f"{work} us": 2.9957 / (1 / work - 5e-3) for work in (140, 100, 120, 125)}
        for method in ("grid", "halving", "climb"):
            with self.subTest(method):
                report, text = self.tune(
                    file, "min p95 at 5000 /s", "--method", method, *self.queries(20000), out=method
                )
                best = report["best"]
                self.assertEqual(best["settings"], {"work": "100 us"})
                self.assertTrue(best["full"])
                self.assertAlmostEqual(best["figure"]["value"], p95["100 us"], delta=0.1 * p95["100 us"])
                self.assertEqual(report["method"], method)
                self.assertEqual(report["objective"], "min p95 at 5000 /s")
                self.assertEqual(report["queries"], sum(t["queries"] for t in report["tried"]))
                # The first setting, with half as much work again, at a load of 0.7.
                off = report["first"]["off"]
                # Short runs, which start empty, understate it.
                self.assertAlmostEqual(off["value"], p95["140 us"] / p95["100 us"] - 1, delta=0.6)
                self.assertTrue(0 < off["low"] < off["value"] < off["high"])
                self.assertIn("best: work 100 us: p95", text)
                self.assertIn("first guess: work 140 us: p95 +", text)
        grid = json.loads((self.folder / "grid/tune.json").read_text())
        race = json.loads((self.folder / "halving/tune.json").read_text())
        self.assertEqual(race["best"]["figure"], grid["best"]["figure"])  # the same run
        self.assertLess(race["queries"], grid["queries"] / 2)
        self.assertEqual(grid["queries"], 80000)
        self.assertTrue(
            all("above" in t["dropped"] or "better" in t["dropped"] for t in race["tried"] if not t["full"])
        )

    def test_the_highest_rate_of_a_queue(self):
        # exp(-t (1 / work - rate)) = 0.05 at the capacity: of 100 us and 1 ms at 7004 /s.
        report, text = self.tune(
            self.write(WORK),
            "max rate at p95<=1 ms",
            "--tolerance",
            "5 %",
            "--max-queries",
            "32000",
            *self.queries(2000),
        )
        best = report["best"]
        self.assertEqual(best["settings"], {"work": "100 us"})
        self.assertEqual(best["answer"], "meets")
        self.assertTrue(0.75 * 7004 < best["figure"]["value"] <= 7004 * 1.01, best)
        for tried in report["tried"]:
            if tried["settings"]["work"] == "140 us":  # 4147 /s
                self.assertIsNone(tried["figure"]["value"])
                self.assertLessEqual(tried["figure"]["low"], 1.1 * 4147)
                self.assertGreaterEqual(tried["figure"]["high"], 0.9 * 4147)
        off = report["first"]["off"]
        self.assertTrue(off["low"] - 0.1 < 4147 / 7004 - 1 < off["high"] + 0.1, off)
        self.assertLess(off["high"] - off["low"], 0.4)
        self.assertIn("best: work 100 us: rate", text)

    def test_bisection_of_an_ordered_axis(self):
        axis = {"name": "work", "path": WORK["path"], "range": {"from": "150 us", "to": "90 us", "steps": 13}}
        report, _ = self.tune(
            self.write(axis), "min p90 at 4000 /s", "--method", "bisect", *self.queries(5000), out="bisect"
        )
        self.assertEqual(report["best"]["settings"], {"work": "90 us"})
        self.assertLess(len(report["tried"]), 9)

    def test_the_cheapest_and_the_front(self):
        file = self.write(CORES)
        cost, text = self.tune(
            file, "min cost at 8000 /s with p95<=1 ms", *self.queries(4000), "--max-queries", "16000", out="cost"
        )
        self.assertEqual(cost["best"]["settings"], {"cores": "2"})  # one has a load of 0.8 and takes 1.5 ms
        self.assertEqual((cost["best"]["cost"], cost["cost_unit"]), (2, "cores"))
        self.assertIn("cost 2 cores", text)
        front, text = self.tune(file, "min p99 at 8000 /s, min cost", *self.queries(4000), out="front")
        self.assertEqual([f["settings"]["cores"] for f in front["front"]], ["1", "2", "4"])
        self.assertIn("no other setting has less p99 and less cost", text)

    def test_nothing_does_what_is_asked(self):
        file = self.write(CORES)
        done = shardsim_code(self, "tune", file, "--objective", "min cost at 8000 /s with p95<=1 us",
                             "--out", self.folder / "out", *self.queries(2000), "--max-queries", "2000")  # fmt: skip
        self.assertEqual(done.returncode, 1)
        self.assertIn("no setting is shown to do: min cost", done.stdout)
        self.assertIsNone(json.loads((self.folder / "out/tune.json").read_text())["best"])

    def test_a_setting_that_cannot_be_built_is_told_and_left_out(self):
        axis = {"path": "cluster.main.platform.memory", "values": ["1 kB", "1 GB"]}
        file = self.write(axis, base=SCENARIO, name="memory.json")
        report, _ = self.tune(
            file, "min p90", "--set", 'sharding={"strategy": "singular"}', "--set", "traffic.queries=400"
        )
        self.assertEqual(report["best"]["settings"], {axis["path"]: "1 GB"})
        self.assertIn("infeasible", report["tried"][0]["dropped"])


def shardsim_code(test, *arguments):
    from program import shardsim

    done = shardsim(*arguments)
    test.assertEqual(done.stderr.count("shardsim: "), 0, done.stderr)
    return done


class Folder(TuneTest):
    QUESTION = ("min p95 at 6000 /s", "--set", "traffic.queries=6000")

    def test_it_goes_on_where_it_was_stopped_and_ends_the_same(self):
        file = self.write(WORK)
        self.tune(file, *self.QUESTION, out="whole")
        whole = (self.folder / "whole/tune.json").read_bytes()
        lines = (self.folder / "whole/journal.jsonl").read_bytes().splitlines(keepends=True)
        cut = self.folder / "cut"
        cut.mkdir()
        (cut / "journal.jsonl").write_bytes(b"".join(lines[:4]) + lines[4][:30])  # and one that was being written
        done = self.succeed("tune", file, "--objective", *self.QUESTION, "--out", cut)
        self.assertIn("3 samples are there already", done.stderr)
        self.assertIn("dropped 1 damaged", done.stderr)
        self.assertEqual((cut / "tune.json").read_bytes(), whole)
        # Neither does the number of jobs matter, and what is done is not done again.
        self.tune(file, *self.QUESTION, "--jobs", 1, out="one")
        self.tune(file, *self.QUESTION, "--jobs", 3, out="three")
        for name in ("one", "three"):
            self.assertEqual((self.folder / name / "tune.json").read_bytes(), whole)
        before = (cut / "journal.jsonl").read_bytes()
        self.tune(file, *self.QUESTION, out="cut")
        self.assertEqual((cut / "journal.jsonl").read_bytes(), before)
        self.assertEqual((cut / "tune.json").read_bytes(), whole)

    def test_a_capacity_goes_on_too(self):
        question = ("max rate at p95<=1 ms", "--tolerance", "10 %", "--max-queries", "8000", *self.queries(1000))
        file = self.write(CORES)
        self.tune(file, *question, out="whole")
        lines = (self.folder / "whole/journal.jsonl").read_bytes().splitlines(keepends=True)
        cut = self.folder / "cut"
        cut.mkdir()
        (cut / "journal.jsonl").write_bytes(b"".join(lines[: len(lines) // 2]))
        self.tune(file, *question, "--jobs", 1, out="cut")
        self.assertEqual((cut / "tune.json").read_bytes(), (self.folder / "whole/tune.json").read_bytes())

    def test_a_budget_is_kept_and_a_larger_one_goes_on(self):
        file = self.write(WORK)
        whole, _ = self.tune(file, *self.QUESTION, out="whole")
        small, text = self.tune(file, *self.QUESTION, "--budget", 7500)
        self.assertLessEqual(small["queries"], 7500)
        self.assertEqual(small["budget"], 7500)
        self.assertTrue(small["best"]["full"])
        self.assertIn("of at most 7500", text)
        larger, _ = self.tune(file, *self.QUESTION, "--budget", 1000000)
        self.assertEqual(larger["best"], whole["best"])
        self.assertEqual(larger["queries"], whole["queries"])

    def test_an_interrupt_ends_it_in_good_order(self):
        out = self.folder / "out"
        code, seen = on_a_terminal("tune", self.write(WORK), "--objective", "min p95", "--out", out, "--set",
                                   "traffic.queries=3000000", interrupt=True)  # fmt: skip
        self.assertEqual(code, 1)
        self.assertIn("tuning", seen)
        self.assertRegex(seen, r"interrupted; \d+ samples are kept")
        self.assertFalse((out / "tune.json").exists())
        for line in (out / "journal.jsonl").read_bytes().splitlines():
            json.loads(line)

    def test_progress_says_how_far_it_is(self):
        code, seen = on_a_terminal(
            "tune", self.write(WORK), "--objective", *self.QUESTION, "--out", self.folder / "out"
        )
        self.assertEqual(code, 0)
        self.assertRegex(seen, r"tuning \d+ % \(\d+ queries, \d+ asked for\)")

    def test_another_question_is_refused(self):
        file = self.write(WORK)
        question = ("min p95 at 6000 /s", "--set", "traffic.queries=500")
        self.tune(file, *question)
        before = (self.folder / "out/tune.json").read_bytes()
        for other in (("min p90 at 6000 /s", *question[1:]), (*question, "--seed", 2), (*question, "--method", "grid")):
            self.assertIn("--force", self.refuse("tune", file, "--objective", *other, "--out", self.folder / "out"))
        self.assertEqual((self.folder / "out/tune.json").read_bytes(), before)
        self.tune(file, *question, "--seed", 2, "--force")
        self.assertNotEqual((self.folder / "out/tune.json").read_bytes(), before)
        self.succeed("sweep", file, "--out", self.folder / "sweep", "--set", "traffic.queries=100")
        self.assertIn(
            "something else", self.refuse("tune", file, "--objective", *question, "--out", self.folder / "sweep")
        )

    def test_json_on_standard_output_is_the_report(self):
        report, text = self.tune(self.write(WORK), *self.QUESTION, "--format", "json")
        self.assertEqual(json.loads(text), report)


class Mistakes(TuneTest):
    def mistake(self, *arguments, axes=(WORK,), objective="min p95"):
        out = self.folder / "out"
        error = self.refuse("tune", self.write(*axes), "--objective", objective, "--out", out, *arguments)
        self.assertFalse(out.exists(), "left something behind")
        return error

    def test_objectives(self):
        for objective, words in {
            "min p59": "did you mean 'p50'",
            "max rate": "names no limit",
            "min cost with p99<=30 ms": "names no rate",
            "fastest": "expected \"max rate at p95<=25 ms\"",
        }.items():  # fmt: skip
            self.assertIn(words, self.mistake(objective=objective))

    def test_options(self):
        self.assertIn("did you mean 'halving'", self.mistake("--method", "halvin"))
        self.assertIn("--tolerance", self.mistake("--tolerance", "2"))
        self.assertIn("--confidence", self.mistake("--confidence", "100 %"))
        file = self.write(WORK)
        self.assertIn("--out is missing", self.refuse("tune", file, "--objective", "min p95"))
        self.assertIn("--objective is missing", self.refuse("tune", file, "--out", self.folder / "out"))

    def test_budgets_that_are_too_small(self):
        few = ("--set", "traffic.queries=10000")
        self.assertIn("expected at least 40000", self.mistake("--budget", "39999", "--method", "grid", *few))
        self.assertIn("expected at least 20000", self.mistake("--budget", "100", "--method", "climb", *few))
        self.assertIn("expected at least 11248", self.mistake("--budget", "11247", *few))  # 4 times 312, and 10000
        self.assertIn("whole number", self.mistake("--budget", "1e6"))

    def test_an_axis_that_changes_nothing(self):
        idle = {"name": "idle", "path": "cluster.main.platform.cores", "values": {"one": 1, "single": 1}}
        error = self.mistake(axes=(WORK, idle))
        for words in ("sweep.json: /axes: axis 'idle' changes nothing from 'one' to 'single'", "same scenario"):
            self.assertIn(words, error)
        rates = {"name": "rate", "path": "traffic.arrivals.rate", "values": ["5000 /s", "6000 /s"]}
        self.assertIn("axis 'rate' changes nothing", self.mistake(axes=(rates,), objective="max rate at p95<=1 ms"))
        self.assertIn("the objective sets the rate", self.mistake(axes=(rates,), objective="min p95 at 5000 /s"))

    def test_no_rate_to_set(self):
        closed = ("--set", 'traffic.arrivals={"type": "closed-loop", "clients": 4}')
        self.assertIn("--over", self.mistake(*closed, objective="max rate at p95<=1 ms"))

    def test_what_a_method_cannot_search(self):
        self.assertIn("neither rise nor fall", self.mistake("--method", "bisect"))
        self.assertIn("grid or halving", self.mistake("--method", "climb", objective="min p95, min cost"))

    def test_methods_are_listed(self):
        listed = self.succeed("list", "methods").stdout
        for method in ("grid", "climb", "bisect", "halving"):
            self.assertIn(method, listed)


if __name__ == "__main__":
    unittest.main()
