# SPDX-License-Identifier: Apache-2.0
"""The real server answers rightly, whatever the plan, and bad input gets one line. No time is asserted."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from campaign.configurations import Configuration  # noqa: E402
from campaign.measuring import spans_of  # noqa: E402
from campaign.system import Failed, System, address  # noqa: E402

PROGRAM = Path(os.environ["SHARDSIM_REAL"])
SIMULATOR = os.environ["SHARDSIM"]
QUERIES = 12


@dataclass(frozen=True)
class SmallConfiguration(Configuration):
    """With a scenario of its own."""

    file: Path

    @property
    def scenario(self) -> Path:
        return self.file


class Case(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.scenario = self.folder / "scenario.json"
        scenario = json.loads((HERE / "scenarios/drm1.json").read_text())
        model = json.loads((HERE / "models/drm1.json").read_text())
        for net in model["nets"]:
            net["tables"] = net["tables"][:12]
            net["top_mlp"] = {"outputs": [32, 1]}
            net["interaction"].pop("output", None)
            for table in net["tables"]:
                table["rows"] = max(20, table["rows"] // 1000)
        scenario["model"] = model
        scenario["topology"] = str(HERE / "scenarios/two-cores.json")
        self.scenario.write_text(json.dumps(scenario))

    def configuration(self, strategy: str, shards: int) -> Configuration:
        return SmallConfiguration("small", strategy, shards, self.scenario)

    def scores(self, strategy: str, shards: int) -> str:
        file = self.folder / f"{strategy}-{shards}"
        stamps = self.folder / "stamps.csv"
        with System(PROGRAM, self.configuration(strategy, shards)) as system:
            settings = [f"traffic.queries={QUERIES}", "traffic.warmup=0", "traffic.arrivals.rate=200 /s"]
            summary = system.load(settings, "--scores", str(file), "--stamps", str(stamps))
        self.assertEqual(summary["queries"], QUERIES)
        self.assertEqual(len(summary["processes"]), 1 + system.shards)
        spans = spans_of(stamps)
        parts = sum(spans[part] for part in ("bottom", "gather", "wait", "top", "rest"))
        self.assertAlmostEqual(parts, spans["query"], delta=0.1)
        return file.read_text()


class Answers(Case):
    def test_are_those_of_one_process_to_the_bit(self) -> None:
        singular = self.scores("singular", 0)
        self.assertEqual(singular.count("\n"), QUERIES)
        self.assertGreater(len(set(singular.split())), QUERIES)
        for strategy, shards in (("load-balanced", 3), ("row-wise", 2), ("nsbp", 2)):
            with self.subTest(strategy=strategy):
                self.assertEqual(self.scores(strategy, shards), singular)

    def test_have_the_simulators_rpcs(self) -> None:
        """What is sent is what the simulator counts, RPC by RPC."""
        configuration = self.configuration("load-balanced", 3)
        settings = [configuration.sharding, f"traffic.queries={QUERIES}", "traffic.warmup=0"]
        with System(PROGRAM, configuration) as system:
            processes = system.load(settings[1:])["processes"]
        words = [w for s in settings for w in ("--set", s)]
        run = subprocess.run([SIMULATOR, "run", self.scenario, *words, "--json"], capture_output=True, text=True)
        simulated = json.loads(run.stdout)["rpcs"]["attempts"]
        self.assertEqual(sum(p["requests"] for p in processes[1:]), simulated)


class MixedUp(System):
    """Its sparse shards are of another plan."""

    def __init__(self, program: Path, configuration: Configuration, other: Configuration) -> None:
        super().__init__(program, configuration)
        self.other = System(program, other)

    def command(self, role: str, *options: str, settings: Iterable[str] = ()) -> list[str]:
        if role == "shard":
            return self.other.command(role, *options, settings=settings)
        return super().command(role, *options, settings=settings)


class BadInput(Case):
    def fails(self, code: int, text: str, *words: str) -> None:
        command = [str(PROGRAM), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(text, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_a_port_in_use(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            at = f"127.0.0.1:{taken.getsockname()[1]}"
            self.fails(1, "is the port in use?", "main", str(self.scenario), "--at", at)

    def test_a_peer_that_is_not_there(self) -> None:
        self.fails(1, "cannot be reached", "load", str(self.scenario), "--at", address(99), "--patience", "0.2")

    def test_a_model_beyond_the_memory(self) -> None:
        scenario = json.loads(self.scenario.read_text())
        for table in scenario["model"]["nets"][0]["tables"]:
            table["rows"] = 900_000_000
        platform = json.loads((HERE.parents[1] / "topologies/platforms/sc-small.json").read_text())
        scenario["cluster"]["main"]["platform"] = {**platform, "memory": "100 TB"}
        self.scenario.write_text(json.dumps(scenario))
        self.fails(2, "of memory are free", "main", str(self.scenario), "--at", address(0))

    def test_shards_of_another_plan(self) -> None:
        plans = self.configuration("load-balanced", 2), self.configuration("nsbp", 2)
        with MixedUp(PROGRAM, *plans) as system:
            with self.assertRaisesRegex(Failed, r"query \d+ failed: sparse shard .* are all processes of one scenario"):
                system.load([f"traffic.queries={QUERIES}", "traffic.warmup=0"])

    def test_queries_without_rows(self) -> None:
        scenario = json.loads(self.scenario.read_text())
        del scenario["traffic"]["rows"]
        self.scenario.write_text(json.dumps(scenario))
        self.fails(2, 'which: add "rows"', "check", str(self.scenario))

    def test_an_unknown_role(self) -> None:
        self.fails(2, "expected main, shard, load or check", "lod", str(self.scenario))

    def test_a_shard_that_is_not_in_the_plan(self) -> None:
        self.fails(2, "the plan has 0 sparse shards", "shard", str(self.scenario), "--number", "1")


class Models(unittest.TestCase):
    def test_are_what_the_script_writes(self) -> None:
        done = subprocess.run([HERE / "make_models.py", "--check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
