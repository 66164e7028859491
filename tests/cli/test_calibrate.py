# SPDX-License-Identifier: Apache-2.0
"""Calibrations: values that are known come back, what cannot be known is said, and a stop changes nothing."""
import json
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import ROOT, ProgramTest, on_a_terminal  # noqa: E402

SCENARIO = ROOT / "tests/invalid/base/scenario.json"
QUEUE = ROOT / "workloads/validation/queue.json"
MAIN = "cluster.main.platform.service_overhead"
SPARSE = "cluster.sparse.platform.service_overhead"


def free(path, low="20 us", high="1 ms", **more):
    return {"path": path, "from": low, "to": high, "scale": "logarithmic", "prior": "a test"} | more


def value(configuration, figure, measured, spread="5 %", **more):
    return {"configuration": configuration, "figure": figure, "measured": measured, "spread": spread} | more


def order(left, relation, right, **more):
    sides = [dict(zip(("configuration", "figure"), side)) for side in (left, right)]
    return {"left": sides[0], "relation": relation, "right": sides[1]} | more


class CalibrateTest(ProgramTest):
    def write(self, configurations, fields, targets, evaluations, queries=1000, **more):
        """A calibration file; a configuration is what is set in the scenario of `base`."""
        base = str(more.pop("base", SCENARIO))
        spec = {
            "configurations": {name: {"base": base, "set": changes} for name, changes in configurations.items()},
            "free": fields,
            "targets": targets,
            "budget": {"evaluations": evaluations, "queries": queries},
            "seed": 3,
        }
        file = self.folder / "calibration.json"
        file.write_text(json.dumps(spec | more))
        return file

    def calibrate(self, file, name="out", *arguments):
        done = self.succeed("calibrate", file, "--out", self.folder / name, *arguments)
        return json.loads((self.folder / name / "report.json").read_text()), done.stdout

    def simulated(self, scenario, settings):
        given = [word for path, text in settings.items() for word in ("--set", f"{path}={text}")]
        return json.loads(self.succeed("run", scenario, "--json", *given).stdout)


def microseconds(text):
    number, unit = text.split()
    return float(number) * {"ps": 1e-6, "ns": 1e-3, "us": 1, "ms": 1e3}[unit]


class Recovery(CalibrateTest):
    def test_values_that_were_simulated_come_back(self):
        truth = {MAIN: "320 us", SPARSE: "90 us"}
        configurations = {
            "slow": {"traffic.arrivals.rate": "500 /s"},
            "fast": {"traffic.arrivals.rate": "6000 /s", "cluster.main.platform.cores": 3},
        }
        targets = []
        for name, changes in configurations.items():
            run = self.simulated(SCENARIO, {**changes, **truth, "traffic.queries": 1000, "seed": 3})
            for figure in ("p50", "p99", "cpu"):
                targets.append(value(name, figure, f"{run['intervals'][figure]['value']} us"))
        report, text = self.calibrate(self.write(configurations, [free(MAIN), free(SPARSE)], targets, 90))
        found = {field["path"]: field for field in report["fields"]}
        for path, true in truth.items():
            self.assertLess(abs(math.log(microseconds(found[path]["value"]) / microseconds(true))), 0.05, path)
            self.assertEqual(found[path]["determined"], "determined")
            low, high = map(microseconds, found[path]["together"])
            self.assertTrue(low <= microseconds(true) <= high, (path, low, high))
        self.assertLessEqual(report["evaluations"], 90)
        self.assertLess(report["error"], 0.5)
        self.assertGreater(report["error_in_the_middle"], 10)
        self.assertEqual(report["conflicts"], [])
        self.assertIn("| slow p50 |", text)
        self.assertNotIn("missed", text)

        # The scenarios are there to be run, and say where the values come from.
        values = json.loads((self.folder / "out/calibrated.json").read_text())["values"]
        for name in configurations:
            file = self.folder / f"out/scenarios/{name}.json"
            scenario = json.loads(file.read_text())
            self.assertEqual(microseconds(scenario["cluster"]["main"]["platform"]["service_overhead"]),
                             microseconds(values[MAIN]))  # fmt: skip
            self.assertIn("shardsim calibrate", scenario["cluster"]["main"]["platform"]["sources"]["service_overhead"])
            self.assertEqual(scenario["traffic"]["queries"], 100)  # the scenario's own
            run = self.simulated(file, {"traffic.queries": 1000})
            target = next(t for t in report["targets"] if t["target"] == f"{name} p50")
            self.assertEqual(run["intervals"]["p50"]["value"], target["simulated"]["value"])

    def test_the_service_time_of_a_queue_comes_back_from_theory(self):
        # M/M/1 with 100 us of work, by hand: the mean time is 1 / (10000 - rate), and P90 that times ln 10.
        configurations = {"half": {"traffic.arrivals.rate": "5000 /s"}, "third": {"traffic.arrivals.rate": "3333 /s"}}
        targets = [
            value("half", "mean", "200 us"),
            value("half", "p90", f"{200 * math.log(10)} us"),
            value("third", "latency_us.mean", f"{1e6 / 6667} us"),
        ]
        field = free("model.nets.work.top_mlp.time", "20 us", "500 us")
        file = self.write(configurations, [field], targets, 40, queries=20000, base=QUEUE)
        report, _ = self.calibrate(file)
        self.assertLess(abs(microseconds(report["fields"][0]["value"]) - 100), 3)
        self.assertEqual({t["answer"] for t in report["targets"]}, {"within"})
        self.assertEqual(report["verdicts"], {"half": "stable", "third": "stable"})


class WhatCannotBeKnown(CalibrateTest):
    def test_a_field_that_changes_nothing(self):
        fields = [free(MAIN), free("cluster.sparse.platform.memory_bandwidth", "10 GB/s", "100 GB/s")]
        targets = [value("low", "cpu", "600 us"), value("low", "p50", "700 us")]
        report, text = self.calibrate(self.write({"low": {}}, fields, targets, 50, queries=200))
        self.assertEqual(report["fields"][1]["determined"], "not-identifiable")
        self.assertEqual(report["fields"][1]["share_of_range"], 1)
        self.assertIn("not-identifiable", text)

    def test_two_fields_of_which_only_the_sum_is_known(self):
        # The core time of a query is the sum of both overheads, each as often as there are such servers.
        targets = [value("low", "cpu", "600 us")]
        fields = [free(path) for path in (MAIN, SPARSE)]
        report, _ = self.calibrate(self.write({"low": {}}, fields, targets, 60, queries=200))
        self.assertLess(report["error"], 0.1)
        for field in report["fields"]:
            alone, together = (math.log(high / low) for low, high in
                               (map(microseconds, field[key]) for key in ("alone", "together")))  # fmt: skip
            self.assertGreater(together, 2 * alone, field)
            self.assertNotEqual(field["determined"], "determined")

    def test_a_least_at_the_end_of_the_range(self):
        report, text = self.calibrate(self.write({"low": {}}, [free(MAIN, "20 us", "100 us")],
                                                 [value("low", "p50", "900 us")], 20, queries=200))  # fmt: skip
        self.assertEqual(report["fields"][0]["at_end"], "to")
        self.assertIn("at the high end of the range", text)
        self.assertEqual(report["targets"][0]["answer"], "missed")

    def test_targets_that_pull_against_each_other(self):
        targets = [
            value("low", "cpu", "400 us", "2 %"),
            value("low", "p50", "800 us", "2 %"),
            value("low", "spans_us.network.mean", "1 us", "500 %"),  # of which neither knows
        ]
        report, text = self.calibrate(self.write({"low": {}}, [free(MAIN)], targets, 30, queries=200))
        self.assertEqual([c["targets"] for c in report["conflicts"]], [[0, 1]])
        self.assertIn("conflict: what improves 'low cpu' spoils 'low p50'", text)
        self.assertIn("missed by more than their spreads", text)

    def test_a_system_that_cannot_keep_up_is_named(self):
        file = self.write({"over": {"traffic.arrivals.rate": "100000 /s"}}, [free(MAIN, "900 us", "1 ms")],
                          [value("over", "cpu", "1200 us")], 20, queries=500)  # fmt: skip
        report, text = self.calibrate(file)
        self.assertEqual(report["verdicts"], {"over": "saturated"})
        self.assertIn("'over' is saturated", text)

    def test_what_a_saturated_run_still_tells_is_no_error(self):
        targets = [value("low", "cpu", "600 us", measured_saturated=True)]
        self.calibrate(self.write({"low": {}}, [free(MAIN)], targets, 20, queries=100))


class Orders(CalibrateTest):
    CONFIGURATIONS = {"two": {"cluster.main.platform.cores": 2}, "eight": {"cluster.main.platform.cores": 8}}

    def file(self, *targets):
        changes = {name: {**c, "traffic.arrivals.rate": "4000 /s"} for name, c in self.CONFIGURATIONS.items()}
        return self.write(changes, [free(MAIN, "50 us", "400 us")], targets, 25)

    def test_an_order_moves_a_field_until_it_holds(self):
        wanted = order(("two", "p90"), "above", ("eight", "p90"), by="30 %")
        report, text = self.calibrate(self.file(wanted))
        target = report["targets"][0]
        self.assertEqual((target["answer"], target["residual"], target["ratio"]), ("holds", 0, 1.3))
        self.assertGreater(target["simulated"]["low"], 1.3)
        self.assertIn(">= 1.3", text)

    def test_ratios_of_configurations(self):
        """How many times as slow one system is as another, and how alike the ratios of two pairs are."""
        systems = {"slow": {"traffic.arrivals.rate": "500 /s"}, "quick": {"traffic.arrivals.rate": "10 /s"}}
        truth = {MAIN: "300 us", "traffic.queries": 1000, "seed": 3}
        p50 = {
            name: self.simulated(SCENARIO, {**changes, **truth})["latency_us"]["p50"]
            for name, changes in systems.items()
        }
        ratio = p50["slow"] / p50["quick"]
        sides = [{"configuration": "slow", "figure": figure, "over": "quick"} for figure in ("p50", "p90")]
        targets = [
            {**value("slow", "p50", round(ratio, 6), "1 %"), "over": "quick"},
            value("slow", "cpu", f"{self.simulated(SCENARIO, {**systems['slow'], **truth})['cpu_us_per_query']} us"),
            {"left": sides[0], "relation": "within", "right": sides[1], "by": 3},
        ]
        report, text = self.calibrate(self.write(systems, [free(MAIN, "100 us")], targets, 30))
        first, _, alike = report["targets"]
        self.assertAlmostEqual(first["simulated"]["value"], ratio, delta=0.01 * ratio)
        self.assertEqual(first["answer"], "within")
        self.assertEqual(first["unit"], "")
        self.assertEqual(alike["answer"], "holds")
        self.assertIn("slow p50 over quick within 3 of slow p90 over quick | 0.3333 .. 3", text)
        self.assertAlmostEqual(microseconds(report["fields"][0]["value"]), 300, delta=30)

    def test_an_order_that_cannot_be_is_violated(self):
        report, _ = self.calibrate(self.file(order(("eight", "p90"), "above", ("two", "p90"), by=2)))
        self.assertEqual(report["targets"][0]["answer"], "violated")
        self.assertGreater(report["error"], 1)


class Folder(CalibrateTest):
    def file(self, **more):
        targets = [value("low", "cpu", "700 us"), value("low", "p99", "900 us")]
        return self.write({"low": {}}, [free(MAIN), free(SPARSE)], targets, 50, **more)

    def outcome(self, name):
        names = ("report.json", "calibrated.json", "scenarios/low.json")
        return [(self.folder / name / n).read_bytes() for n in names]

    def test_it_goes_on_where_it_was_stopped_and_ends_the_same(self):
        file = self.file()
        self.calibrate(file, "whole")
        lines = (self.folder / "whole/journal.jsonl").read_bytes().splitlines(keepends=True)
        cut = self.folder / "cut"
        cut.mkdir()
        (cut / "journal.jsonl").write_bytes(b"".join(lines[:20]) + lines[20][:30])  # and one that was being written
        done = self.succeed("calibrate", file, "--out", cut)
        self.assertIn("19 evaluations are done already", done.stderr)
        self.assertIn("dropped 1 damaged", done.stderr)
        self.assertEqual(self.outcome("cut"), self.outcome("whole"))
        # Neither does the number of jobs matter, and what is done is not done again.
        self.calibrate(file, "jobs", "--jobs", 1)
        self.assertEqual(self.outcome("jobs"), self.outcome("whole"))
        before = (cut / "journal.jsonl").read_bytes()
        self.calibrate(file, "cut")
        self.assertEqual((cut / "journal.jsonl").read_bytes(), before)

    def test_an_interrupt_ends_it_in_good_order(self):
        file = self.file(queries=20000)
        out = self.folder / "out"
        code, seen = on_a_terminal("calibrate", file, "--out", out, interrupt=True)
        self.assertEqual(code, 1)
        self.assertIn("calibrating", seen)
        self.assertRegex(seen, r"interrupted; \d+ of 50 evaluations are done")
        self.assertFalse((out / "report.json").exists())
        for line in (out / "journal.jsonl").read_bytes().splitlines():
            json.loads(line)

    def test_progress_says_how_far_it_is(self):
        code, seen = on_a_terminal("calibrate", self.file(), "--out", self.folder / "out")
        self.assertEqual(code, 0)
        self.assertRegex(seen, r"calibrating \d+ % \(\d+ of 50 evaluations, error .*\), .* left")

    def test_another_file_is_refused(self):
        self.calibrate(self.file())
        changed = self.file(seed=4)
        self.assertIn("--force", self.refuse("calibrate", changed, "--out", self.folder / "out"))
        self.succeed("calibrate", changed, "--out", self.folder / "out", "--force")
        # So is the folder of a sweep.
        sweep = self.folder / "sweep.json"
        sweep.write_text(json.dumps({"base": str(SCENARIO), "axes": [{"path": "seed", "values": [1]}]}))
        self.succeed("sweep", sweep, "--out", self.folder / "sweep")
        self.assertIn("something else", self.refuse("calibrate", changed, "--out", self.folder / "sweep"))

    def test_out_is_needed(self):
        self.assertIn("--out", self.refuse("calibrate", self.file()))

    def test_json_on_standard_output_is_the_report(self):
        report, text = self.calibrate(self.file(), "out", "--format", "json")
        self.assertEqual(json.loads(text), report)


class Fields(CalibrateTest):
    def test_a_field_inside_a_named_platform_and_one_that_goes_along(self):
        field = free("cluster.main.platform.rpc.cpu_per_message", "1 us", "50 us")
        field["also"] = ["cluster.sparse.platform.rpc.cpu_per_message"]
        spec = {"cluster.main.platform": "sc-small", "cluster.sparse.platform": "sc-large"}
        report, _ = self.calibrate(self.write({"low": spec}, [field], [value("low", "cpu", "200 us")], 20, queries=100))
        scenario = json.loads((self.folder / "out/scenarios/low.json").read_text())
        found = {scenario["cluster"][pool]["platform"]["rpc"]["cpu_per_message"] for pool in ("main", "sparse")}
        self.assertEqual({microseconds(text) for text in found}, {microseconds(report["fields"][0]["value"])})
        for pool in ("main", "sparse"):
            sources = scenario["cluster"][pool]["platform"]["sources"]
            self.assertIn("calibrated to low cpu", sources["rpc.cpu_per_message"])
            self.assertNotIn("calibrated", sources.get("core.flops", ""))

    def test_a_field_is_set_where_it_is(self):
        configurations = {"poisson": {}, "gamma": {"traffic.arrivals": {"type": "gamma", "rate": "100 /s", "cv": 2}}}
        fields = [free(MAIN), {"path": "traffic.arrivals.cv", "from": 1, "to": 3, "prior": "a test"},
                  free(SPARSE, **{"in": ["gamma"]})]  # fmt: skip
        targets = [value(name, "cpu", "600 us") for name in configurations]
        report, _ = self.calibrate(self.write(configurations, fields, targets, 70, queries=100))
        self.assertEqual([f["in"] for f in report["fields"]], [["poisson", "gamma"], ["gamma"], ["gamma"]])

    def test_a_figure_of_a_host_is_one_that_is_there(self):
        good = self.write({"low": {}}, [free(MAIN)], [value("low", "hosts.main0.utilisation", 0.01)], 20, queries=200)
        report, _ = self.calibrate(good)
        self.assertEqual(report["targets"][0]["answer"], "within")
        for name, words in {
            "hosts.mian0.utilisation": ("no 'mian0' in 'hosts'", "did you mean 'main0'"),
            "hosts.main0.platform": ("no number",),
        }.items():
            bad = self.write({"low": {}}, [free(MAIN)], [value("low", name, 0.1)], 20, queries=200)
            error = self.refuse("calibrate", bad, "--out", self.folder / "bad", "--force")
            for word in ("/targets/0/figure", *words):
                self.assertIn(word, error)

    def test_the_schema_takes_the_example(self):
        schema = json.loads(self.succeed("schema", "calibration").stdout)
        try:
            import jsonschema  # pylint: disable=import-outside-toplevel
        except ImportError:
            self.skipTest("without jsonschema")
        jsonschema.validate(json.loads((ROOT / "docs/examples/calibration.json").read_text()), schema)
