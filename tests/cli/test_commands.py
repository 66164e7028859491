# SPDX-License-Identifier: Apache-2.0
"""What a user does at the command line."""
import csv
import json
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import PROGRAM, ROOT, ProgramTest, on_a_terminal, shardsim  # noqa: E402

SCENARIO = ROOT / "tests/invalid/base/scenario.json"
COMMANDS = ["run", "sweep", "merge", "calibrate", "tune", "plan", "list", "schema"]
FIGURES = ["mean_us", "p50_us", "p90_us", "p95_us", "p99_us", "cpu_us_per_query",
           "p50_overhead", "p90_overhead", "p95_overhead", "p99_overhead", "compute_overhead"]  # fmt: skip
CSV_TAIL = ",".join(
    [
        "completed",
        *(f + end for f in FIGURES for end in ("", "_lo", "_hi")),
        "failed",
        *("goodput" + end for end in ("", "_lo", "_hi")),
        "p99_with_failed_us",
        "memory_used_bytes",
        "cache_hit_ratio",
        *(name + end for name in ("degraded", "degraded_queries") for end in ("", "_lo", "_hi")),
        "doubts",
        "verdict",
    ]
)


class Help(ProgramTest):
    def test_help_has_an_example(self):
        self.assertIn("example", self.succeed("--help").stdout)
        for command in COMMANDS:
            text = self.succeed(command, "--help").stdout
            self.assertIn("usage: shardsim " + command, text)
            self.assertIn("example:", text)

    def test_version(self):
        self.assertRegex(self.succeed("--version").stdout, r"^shardsim \d+\.\d+\.\d+\n$")

    def test_unknown_words(self):
        self.assertIn("did you mean 'sweep'", self.refuse("sweeep"))
        self.assertIn("--help", self.refuse("run"))
        self.assertIn("--help", self.refuse("run", SCENARIO, "--sed", "1"))
        self.assertIn("--help", self.refuse("run", SCENARIO, "--seed", "one"))
        self.assertIn("did you mean 'models'", self.refuse("list", "model"))
        self.assertIn("did you mean 'scenario'", self.refuse("schema", "scenari"))
        self.assertEqual(shardsim().returncode, 2)


class Run(ProgramTest):
    def result(self, *arguments):
        return json.loads(self.succeed("run", SCENARIO, "--json", *arguments).stdout)

    def test_result_has_the_documented_keys(self):
        r = self.result()
        for key in (
            "schema_version",
            "program",
            "scenario",
            "seed",
            "fingerprint",
            "verdict",
            "bottleneck",
            "cpu_us_per_query",
            "spans_us",
            "hosts",
            "shards",
            "links",
        ):
            self.assertIn(key, r)
        self.assertEqual(set(r["queries"]) & {"offered", "completed"}, {"offered", "completed"})
        for key in ("count", "mean", "p50", "p90", "p95", "p99", "p999", "max"):
            self.assertIn(key, r["latency_us"])
        for span in r["spans_us"].values():
            self.assertEqual(set(span), {"mean", "p50", "p50_share", "p99", "p99_share"})
        self.assertAlmostEqual(
            sum(s["mean"] for s in r["spans_us"].values()),
            r["latency_us"]["mean"],
            delta=1e-6 * r["latency_us"]["mean"],
        )
        self.assertAlmostEqual(sum(s["p99_share"] for s in r["spans_us"].values()), 1, delta=1e-9)
        self.assertAlmostEqual(sum(r["cpu_us_per_query_by_class"].values()), r["cpu_us_per_query"], delta=1e-6)

    def test_set_reaches_into_included_files_and_named_elements(self):
        self.assertEqual(self.result("--set", "traffic.queries=7")["queries"]["offered"], 7)
        self.assertEqual(self.result("--set", "cluster.main.platform.cores=3")["hosts"][0]["cores"], 3)
        r = self.result(
            "--set", "model.nets.item.tables.i.rows=5", "--set", 'traffic.items={"type": "fixed", "value": 9}'
        )
        self.assertEqual(r["scenario"]["model"]["nets"][1]["tables"][0]["rows"], 5)
        self.assertEqual(r["scenario"]["traffic"]["items"]["value"], 9)
        self.assertIn("did you mean 'cores'", self.refuse("run", SCENARIO, "--set", "cluster.main.platform.core_s=3"))
        self.assertIn("none is number or name 'itm'", self.refuse("run", SCENARIO, "--set", "model.nets.itm.per=query"))
        self.assertIn("path=value", self.refuse("run", SCENARIO, "--set", "traffic.queries"))
        self.assertIn("at least 1", self.refuse("run", SCENARIO, "--set", "traffic.queries=0"))

    def test_seed_changes_the_run_and_nothing_else_does(self):
        first, again, other = self.result(), self.result(), self.result("--seed", "2")
        self.assertEqual(first, again)
        self.assertNotEqual(first["fingerprint"], other["fingerprint"])
        self.assertEqual(other["seed"], 2)

    def test_a_result_alone_repeats_the_run_byte_for_byte(self):
        for extra in (
            [],
            [
                "--set",
                f'traffic.arrivals={{"type": "trace", "file": "{ROOT}/workloads/arrivals/azure-llm-2023-conv.csv"}}',
            ],
        ):
            one, two = self.folder / "deep/er/one", self.folder / "deep/er/two"
            self.succeed("run", SCENARIO, "--out", one, "--force", *extra)
            self.succeed("run", one / "result.json", "--out", two, "--force")
            self.assertEqual((one / "result.json").read_bytes(), (two / "result.json").read_bytes())

    def test_nothing_is_overwritten_silently(self):
        out = self.folder / "new/folder"
        self.succeed("run", SCENARIO, "--out", out)
        self.assertIn("--force", self.refuse("run", SCENARIO, "--out", out))
        self.succeed("run", SCENARIO, "--out", out, "--force")
        self.assertEqual([f.name for f in out.iterdir()], ["result.json"])

    def test_a_folder_that_cannot_be_written_is_a_failed_run(self):
        (self.folder / "file").write_text("")
        done = shardsim("run", SCENARIO, "--out", self.folder / "file/out")
        self.assertEqual(done.returncode, 1)

    def test_interrupt(self):
        code, _ = on_a_terminal(
            "run", SCENARIO, "--set", "traffic.queries=100000000", "--out", self.folder / "out", interrupt=True
        )
        self.assertEqual(code, 1)
        self.assertEqual(json.loads((self.folder / "out/result.json").read_text())["verdict"], "interrupted")
        self.assertEqual([f.name for f in (self.folder / "out").iterdir()], ["result.json"])

    def test_interrupt_within_set_up(self):
        # A network of two million cables, which takes many seconds of a processor to make. What does not look for an
        # interruption is ended after one second of a processor, without another Ctrl-C.
        process = subprocess.Popen([PROGRAM, "run", str(SCENARIO), "--set",
                                    'topology={"type":"jellyfish","switches":20000,"links_per_switch":200,"hosts_per_switch":1,'
                                    '"link":{"bandwidth":"1 Gbps","latency":"1 us"},"frontend":{"host":"switch0/host0"}}'],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
        caught = 0
        while not caught >> (signal.SIGINT - 1) & 1:  # until the program catches it
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            caught = int(next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt")), 16)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
        self.assertEqual(process.returncode, 130)


class Plan(ProgramTest):
    def test_a_plan_can_be_edited_and_given_back(self):
        plan = json.loads(self.succeed("plan", SCENARIO, "--format", "json").stdout)
        self.assertEqual(sorted(t["table"] for s in plan["shards"] for t in s["tables"]), ["i", "u"])
        plan["shards"] = [
            {
                "name": "all",
                "tables": [
                    {"table": "i"},
                    {"table": "u", "part": 1, "parts": 2},
                    {"table": "u", "part": 0, "parts": 2},
                ],
            }
        ]
        (self.folder / "my-plan.json").write_text(json.dumps(plan))
        scenario = json.loads(SCENARIO.read_text())
        base = SCENARIO.parent
        scenario.update(
            model=str(base / "model.json"), topology=str(base / "topology.json"), sharding={"plan": "my-plan.json"}
        )
        for service in scenario["cluster"].values():
            service["platform"] = str(base / "platform.json")
        (self.folder / "s.json").write_text(json.dumps(scenario))
        r = json.loads(self.succeed("run", self.folder / "s.json", "--json").stdout)
        self.assertEqual([s["name"] for s in r["shards"]], ["all"])
        self.assertIn("balance", self.succeed("plan", self.folder / "s.json").stdout)

    def test_copies_are_planned_edited_and_given_back(self):
        two = "sharding.shards=2", "--set", 'replicate={"tables": 1}'
        text = self.succeed("plan", SCENARIO, "--set", *two).stdout
        self.assertRegex(text, r"copies: 1 table on 2\.0 shards each, which take 0\.238 GiB \(50\.0 %\) more")
        plan = json.loads(self.succeed("plan", SCENARIO, "--set", *two, "--format", "json").stdout)
        held = [sorted((t["table"], t["copies"]) for t in s["tables"]) for s in plan["shards"]]
        self.assertEqual(sorted(map(len, held)), [1, 2])
        hot = next(iter({t for t, copies in held[0] if copies == 2}))
        self.assertTrue(all((hot, 2) in tables for tables in held))
        file = self.folder / "copies.json"
        file.write_text(json.dumps(plan))
        again = f'sharding={{"plan": "{file}"}}'
        first = json.loads(self.succeed("run", SCENARIO, "--json", "--set", *two).stdout)
        self.assertEqual(
            json.loads(self.succeed("run", SCENARIO, "--json", "--set", again).stdout)["fingerprint"],
            first["fingerprint"],
        )
        for shard in plan["shards"]:  # a copy less
            shard["tables"] = [
                {**t, "copies": 1} for t in shard["tables"] if t["table"] != hot or shard["name"] == "sparse0"
            ]
        file.write_text(json.dumps(plan))
        self.assertNotIn("copies", self.succeed("plan", SCENARIO, "--set", again).stdout)

    def test_format_is_checked(self):
        self.assertIn("did you mean 'json'", self.refuse("plan", SCENARIO, "--format", "jsn"))


class Sweep(ProgramTest):
    def sweep(self, **changes):
        spec = {"base": str(SCENARIO), "axes": [
            {"name": "strategy", "variants": {"singular": {"sharding": {"strategy": "singular"}}, "two": {"sharding": {"strategy": "nsbp", "shards": 2}},
                                              "one": {"sharding": {"strategy": "one-shard"}}}},
            {"path": "traffic.arrivals.rate", "range": {"from": "50 /s", "to": "100 /s", "steps": 2}}],
            "baseline": {"strategy": "singular"}, "exclude": [{"strategy": "one", "traffic.arrivals.rate": "50 /s"}]}  # fmt: skip
        spec.update(changes)
        file = self.folder / "sweep.json"
        file.write_text(json.dumps(spec))
        return file

    def test_csv(self):
        out = self.succeed("sweep", self.sweep()).stdout.splitlines()
        self.assertEqual(out[0], "strategy,traffic.arrivals.rate," + CSV_TAIL)
        rows = list(csv.DictReader(out))
        self.assertEqual([(r["strategy"], r["traffic.arrivals.rate"]) for r in rows],
                         [("singular", "50 /s"), ("singular", "100 /s"), ("two", "50 /s"), ("two", "100 /s"), ("one", "100 /s")])  # fmt: skip
        base = {r["traffic.arrivals.rate"]: r for r in rows if r["strategy"] == "singular"}
        for r in rows:
            other = base[r["traffic.arrivals.rate"]]
            self.assertAlmostEqual(float(r["p99_overhead"]), float(r["p99_us"]) / float(other["p99_us"]) - 1, places=5)
            self.assertAlmostEqual(
                float(r["compute_overhead"]),
                float(r["cpu_us_per_query"]) / float(other["cpu_us_per_query"]) - 1,
                places=5,
            )

    def test_jobs_do_not_change_results(self):
        file = self.sweep()
        self.assertEqual(
            self.succeed("sweep", file, "--jobs", "1").stdout, self.succeed("sweep", file, "--jobs", "3").stdout
        )

    def test_files(self):
        out = self.folder / "out"
        self.succeed("sweep", self.sweep(), "--out", out)
        index = json.loads((out / "sweep.json").read_text())
        self.assertEqual(len(index["points"]), 5)
        for point in index["points"]:
            r = json.loads((out / point["result"]).read_text())
            self.assertEqual(r["verdict"], point["verdict"])
        self.assertIn("--force", self.refuse("sweep", self.sweep(), "--seed", "9", "--out", out))

    def test_list_runs_nothing(self):
        out = self.succeed("sweep", self.sweep(), "--list").stdout
        self.assertEqual(len(out.splitlines()), 5)
        self.assertIn("strategy=two  traffic.arrivals.rate=50 /s", out)

    def test_a_point_that_cannot_be_built_says_so_and_the_rest_runs(self):
        axes = [{"path": "model.nets.user.tables.u.rows", "values": [1000, 30_000_000]}]
        done = self.succeed(
            "sweep", self.sweep(axes=axes, baseline={}, exclude=[]), "--set", 'sharding={"strategy": "one-shard"}'
        )
        rows = list(csv.DictReader(done.stdout.splitlines()))
        self.assertEqual([r["verdict"] for r in rows], ["stable", "infeasible"])
        self.assertEqual(rows[1]["p99_us"], "")
        self.assertIn("missing", done.stderr)

    def test_interrupt_leaves_a_whole_table(self):
        out = self.folder / "out"
        code, _ = on_a_terminal(
            "sweep", self.sweep(), "--jobs", "1", "--set", "traffic.queries=30000000", "--out", out, interrupt=True
        )
        self.assertEqual(code, 1)
        rows = list(csv.DictReader((out / "sweep.csv").read_text().splitlines()))
        self.assertEqual(len(rows), 5)
        self.assertIn("interrupted", {r["verdict"] for r in rows})
        self.assertEqual([f for f in out.rglob("*") if f.suffix == ".tmp"], [])


class ListAndSchema(ProgramTest):
    def test_list(self):
        for what, word in (("models", "drm1"), ("topologies", "leaf-spine"), ("platforms", "sc-small"), ("workloads", "paper"),
                           ("strategies", "nsbp"), ("balancers", "power-of-two")):  # fmt: skip
            self.assertIn(word, self.succeed("list", what).stdout)

    def test_what_is_shipped_is_valid_by_its_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        files = {"model": "models/*.json", "platform": "topologies/platforms/*.json", "topology": "topologies/*.json", "scenario": "workloads/experiments/*.json",
                 "sweep": "workloads/experiments/*.json", "calibration": "workloads/experiments/*.json"}  # fmt: skip
        kind_of = {"axes": "sweep", "targets": "calibration"}  # by a key that only these have
        for kind, pattern in files.items():
            schema = json.loads(self.succeed("schema", kind).stdout)
            jsonschema.Draft202012Validator.check_schema(schema)
            for file in ROOT.glob(pattern):
                value = json.loads(file.read_text())
                is_a = next((kind_of[key] for key in kind_of if key in value), "scenario")
                if pattern.startswith("workloads") and is_a != kind:
                    continue
                with self.subTest(file.name):
                    jsonschema.validate(value, schema)
        scenario = json.loads(self.succeed("schema", "scenario").stdout)
        jsonschema.validate(json.loads((ROOT / "docs/examples/pools.json").read_text()), scenario)
        for name in ("unknown-key", "missing-key", "bare-number", "wrong-type", "not-an-object"):
            with self.assertRaises(jsonschema.ValidationError):
                jsonschema.validate(json.loads((ROOT / f"tests/invalid/{name}.json").read_text()), scenario)
