# SPDX-License-Identifier: Apache-2.0
"""What `list` shows can be named from any folder, from a checkout and when installed."""
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import PROGRAM, ROOT, ProgramTest  # noqa: E402

SCENARIO = {
    "model": "drm1",
    "sharding": {"strategy": "load-balanced", "shards": 8},
    "cluster": {"main": {"platform": "sc-large"}, "sparse": {"platform": "sc-large"}},
    "topology": "star-dc",
    "serving": "default",
    "traffic": {"arrivals": {"type": "serial"}, "items": "drm", "queries": 50},
}
FEW = ("--set", "traffic.queries=50")


class Names(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "s.json").write_text(json.dumps(SCENARIO))

    def listed(self, what):
        names = re.findall(
            r"^(\S+) .*\n {20}\S*\.json$", self.succeed("list", what, cwd=self.folder).stdout, re.MULTILINE
        )
        self.assertTrue(names)
        return names

    def test_parts_of_a_scenario(self):
        def model(*settings):
            run = self.succeed("run", "s.json", "--json", *(w for s in settings for w in ("--set", s)), cwd=self.folder)
            return json.loads(run.stdout)["scenario"]

        given = model()
        self.assertEqual(given["model"]["name"], "drm1")
        self.assertEqual(given["traffic"]["items"]["mean"], 290)
        self.assertEqual(model("model=drm2")["model"]["name"], "drm2")
        self.assertEqual(
            model(
                "cluster.sparse.platform=sc-small", "cluster.sparse.platform.nic=rdma", "sharding.split_above=24 GiB"
            )["cluster"]["sparse"]["platform"]["name"],
            "sc-small",
        )

    def test_all_that_is_listed(self):
        for what, path in (
            ("models", "model"),
            ("platforms", "cluster.main.platform"),
            ("nics", "cluster.main.platform.nic"),
            ("accelerators", "cluster.main.platform.accelerator"),
            ("topologies", "topology"),
        ):
            for name in self.listed(what):
                with self.subTest(name):
                    done = self.succeed(
                        "plan",
                        "s.json",
                        "--set",
                        f"{path}={name}",
                        *(
                            [
                                "--set",
                                "sharding.strategy=capacity-balanced",
                                "--set",
                                "cluster.sparse.platform.memory=1 TB",
                            ]
                        ),
                        cwd=self.folder,
                    )
                    self.assertIn("balance", done.stdout)
        for name in self.listed("topologies"):
            self.succeed("topology", "info", name, "--hosts", 3, cwd=self.folder)

    def test_experiments_and_sweeps_of_them(self):
        self.assertIn("50 offered", self.succeed("run", "drm1-load", *FEW, cwd=self.folder).stdout)
        self.assertIn("balance", self.succeed("plan", "drm1", cwd=self.folder).stdout)
        self.assertIn("model=drm2", self.succeed("sweep", "paper", "--list", cwd=self.folder).stdout)
        (self.folder / "sweep.json").write_text(
            json.dumps({"base": "drm1", "axes": [{"path": "model", "values": ["drm1", "drm2"]}]})
        )
        self.assertIn("model=drm2", self.succeed("sweep", "sweep.json", "--list", cwd=self.folder).stdout)

    def test_every_shipped_scenario_runs_a_few_queries(self):
        """The first thing to change is the number of queries; nothing else of a scenario may be in its way."""
        for file in sorted((ROOT / "workloads").glob("*/*.json")):
            scenario = json.loads(file.read_text())
            if (
                "traffic" not in scenario or scenario["traffic"]["queries"] > 1_000_000
            ):  # the fleet takes its time to build
                continue
            with self.subTest(file.name):
                self.assertIn("50 offered", self.succeed("run", file, *FEW).stdout)

    def test_a_file_comes_before_what_is_shipped(self):
        own = json.loads((ROOT / "models/dlrm-rmc1.json").read_text())
        own["name"] = "own"
        (self.folder / "drm1").write_text(json.dumps(own))
        self.assertEqual(
            json.loads(self.succeed("run", "s.json", "--json", cwd=self.folder).stdout)["scenario"]["model"]["name"],
            "own",
        )

    def test_the_search_path(self):
        (self.folder / "mine/models").mkdir(parents=True)
        own = json.loads((ROOT / "models/dlrm-rmc1.json").read_text())
        own.update(name="own", description="of my own")
        for name in ("own", "drm1"):
            (self.folder / f"mine/models/{name}.json").write_text(json.dumps(own))
        env = {**os.environ, "SHARDSIM_PATH": f"/nowhere:{self.folder}/mine"}

        def run(*words):
            return subprocess.run(
                [PROGRAM, *words], cwd=self.folder, env=env, capture_output=True, text=True, check=True, timeout=1200
            ).stdout

        for name in ("own", "drm1"):  # the first folder of the path that has the name
            self.assertEqual(
                json.loads(run("run", "s.json", "--json", "--set", f"model={name}"))["scenario"]["model"]["name"], "own"
            )
        self.assertIn("of my own", run("list", "models"))
        self.assertIn("drm2", run("list", "models"))

    def test_an_unknown_name(self):
        for words, hint in ((("run", "s.json", "--set", "model=drm4"), "--set model: 'drm4' is neither a file nor a shipped model; did you mean 'drm1'?; allowed: cascade, dien, din,"),
                            (("run", "drm1-laod"), "'drm1-laod' is neither a file nor a shipped scenario; did you mean 'drm1-load'?; allowed: "),
                            (("topology", "info", "star"), "did you mean 'star-dc'?"),
                            (("sweep", "papr"), "did you mean 'paper'?"),
                            (("run", "drm1", "--set", "transport=ideal"), '--set transport: names the file \'ideal\', which does not exist (looked for \'ideal\'); if a type is meant, write {"type": "ideal"}'),
                            (("run", "none.json"), "none.json: cannot be opened")):  # fmt: skip
            self.assertIn(hint, self.refuse(*words, cwd=self.folder))

    def test_installed(self):
        build = pathlib.Path(PROGRAM).resolve().parent
        if not (build / "cmake_install.cmake").exists():
            self.skipTest("the program is not in a build folder")
        prefix = self.folder / "prefix"
        subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True, capture_output=True)

        def run(*words):
            done = subprocess.run(
                [prefix / "bin/shardsim", *words],
                cwd=self.folder,
                capture_output=True,
                text=True,
                check=False,
                timeout=1200,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout

        self.assertIn("50 offered", run("run", "drm1-load", *FEW))
        self.assertIn("50 offered", run("run", "s.json"))
        self.assertIn("prefix/share/shardsim/models/drm1.json", run("list", "models"))
        self.assertNotIn(str(ROOT), run("list", "models"))


class Settings(ProgramTest):
    def test_help_says_how_to_take_a_value_away(self):
        self.assertIn("null takes it away", " ".join(self.succeed("run", "--help").stdout.split()))

    def test_null_where_the_error_asks_for_it(self):
        scenario = ROOT / "workloads/experiments/drm1-load.json"
        record = self.folder / "t.jsonl"
        self.succeed("trace", "record", scenario, record, "--queries", 20)
        replay = f'traffic.arrivals={{"type": "replay", "file": "{record}"}}'
        error = self.refuse("run", scenario, "--set", replay, "--set", "traffic.queries=20")
        self.assertIn("leave this out (--set traffic.items=null does)", error)
        self.succeed("run", scenario, "--set", replay, "--set", "traffic.queries=20", "--set", "traffic.items=null")

    def test_an_error_names_the_option_at_fault(self):
        metro = ROOT / "topologies/examples/metro.graphml"
        for words, expected in ((("run", "drm1", "--set", "traffic.queries=1.5"), "shardsim: --set traffic.queries: found 1.5; expected"),
                                (("run", "drm1", "--set", "traffic.arrivals={\"type\": \"trace\"}"), "shardsim: --set traffic.arrivals: the key 'file' of trace is missing"),
                                (("run", "drm1", "--set", "traffic.arrivals={\"type\": \"trace\", \"file\": 1}"), "names the file '1', which does not exist"),
                                (("topology", "info", metro, "--default", "latency=5"), "shardsim: --default latency: '5' has no unit"),
                                (("run", "drm1", "--replications", "0"), "shardsim: --replications: found 0; expected at least 1"),
                                (("compare", "drm1", "--set-b", "x"), "shardsim: --set-b: found 'x'; expected path=value")):  # fmt: skip
            self.assertIn(expected, self.refuse(*words))

    def test_nodes_with_numbers_for_names(self):
        graph = {"type": "graph", "switches": ["0"], "hosts": ["1", "2"], "frontend": "0",
                 "links": [{"a": "0", "b": b, "bandwidth": "10 Gb/s", "latency": "1 us"} for b in "123"]}  # fmt: skip
        (self.folder / "net.json").write_text(json.dumps(graph))
        scenario = ROOT / "tests/invalid/base/scenario.json"
        settings = [
            f"topology={self.folder}/net.json",
            "topology.frontend=3",
            "sharding.shards=1",
            "cluster.main.hosts=[1]",
            'cluster.sparse.hosts=["2"]',
        ]
        result = json.loads(
            self.succeed("run", scenario, "--json", *(w for s in settings for w in ("--set", s))).stdout
        )
        self.assertEqual(result["scenario"]["topology"]["frontend"], "3")
        self.assertEqual(result["scenario"]["cluster"]["main"]["hosts"], ["1"])
