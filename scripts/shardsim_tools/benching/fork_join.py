# SPDX-License-Identifier: Apache-2.0
"""Requests per second on the fork-join workload, of shardsim and of other programs that simulate it, in turn."""
import re
import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from shardsim_tools.checkout import ROOT

from .measure import Failed, run, table

sys.path.insert(0, str(ROOT / "tests/crosscheck"))
from peers import Skipped, compile_peer, output, require  # noqa: E402

SIZES = {"small": 200_000, "large": 50_000}
TREE = ROOT / "tests/crosscheck/fork_join"
# tests/bench/fork_join_*.json, as the programs of TREE take it.
ALIKE = [
    "seed=1",
    "main_cores=8",
    "shard_cores=4",
    "requests_per_s=12000",
    "first_stage_ns=150000",
    "last_stage_ns=250000",
    "service_mean_ns=200000",
    "latency_ns=10000",
    "bits_per_s=25000000000",
]
WORDS = {
    "small": [*ALIKE, "shards=8", "request_bytes=10000", "response_bytes=20000"],
    "large": [*ALIKE, "shards=64", "request_bytes=1250", "response_bytes=2500"],
}
# What hand-written programs of --peers are, and how they are called after the size.
LOOPS = {
    "ref_full": ("hand-tuned loop, every event", ["0"]),
    "ref_best": ("hand-tuned loop, fewest events that several frontends allow", ["0", "3"]),
    "ref_coro": ("coroutines without accounting", ["0"]),
    "naive_pq": ("closures in std::priority_queue", ["0"]),
}
# Others' engines: source, headers, package to look for, libraries, share of the requests that is enough.
ENGINES = {
    "ns-3, events alone": (
        "ns3_events.cc",
        ["ns3_station.hpp", "ns3_service.hpp"],
        ("ns3-core", "ns-3", "libns3-dev"),
        ["ns3-point-to-point", "ns3-network", "ns3-core"],
        1 / 2,
    ),
    "SimGrid, actors": (
        "simgrid_actors.cpp",
        ["simgrid_engine.hpp"],
        ("simgrid", "SimGrid", "libsimgrid-dev"),
        ["simgrid"],
        1 / 10,
    ),
    "ns-3, packets": (
        "ns3_packets.cc",
        ["ns3_station.hpp", "ns3_service.hpp"],
        ("ns3-core", "ns-3", "libns3-dev"),
        ["ns3-point-to-point", "ns3-network", "ns3-core"],
        1 / 100,
    ),
}


class Shardsim:
    name = "**shardsim**"

    def __init__(self, program: Path) -> None:
        self.program = program

    def rate(self, size: str) -> float:
        return SIZES[size] / run([self.program, "run", ROOT / f"tests/bench/fork_join_{size}.json"]).wall_s


class Loop:
    def __init__(self, source: Path, folder: Path) -> None:
        self.name, self.arguments = LOOPS[source.stem]
        self.name += f" (`{source.stem}`)"
        self.program = folder / source.stem
        output(["g++", "-O3", "-march=native", "-std=c++20", source, "-o", self.program])

    def rate(self, size: str) -> float:
        text = run([self.program, size, *self.arguments]).text
        found = re.search(r"\breq_s=([\d.e+]+)", text)
        if not found:
            raise Failed(f"{self.program} says no req_s: {text.strip()[-500:]}")
        return float(found[1])


class Engine:
    def __init__(self, name: str, folder: Path) -> None:
        source, headers, package, libraries, self.share = ENGINES[name]
        self.name = name
        require(*package)
        self.program = compile_peer(
            TREE / source, [TREE / h for h in ("workload.hpp", *headers)], libraries, folder, ["-O3"]
        )

    def rate(self, size: str) -> float:
        requests = round(SIZES[size] * self.share)
        return requests / run([self.program, *WORDS[size], f"requests={requests}"]).wall_s


class SimPy:
    name = "SimPy"
    share = 1 / 50

    def __init__(self) -> None:
        output(["/usr/bin/python3", "-c", "import SimPy.Simulation"])

    def rate(self, size: str) -> float:
        requests = round(SIZES[size] * self.share)
        return (
            requests
            / run(["/usr/bin/python3", TREE / "simpy_processes.py", *WORDS[size], f"requests={requests}"]).wall_s
        )


class Contestant(Protocol):
    name: str

    def rate(self, size: str) -> float:
        """Requests per second."""


def contestants(program: Path, peers: Path | None, folder: Path) -> Iterator[Callable[[], Contestant]]:
    yield lambda: Shardsim(program)
    for source in (peers / f"{name}.cpp" for name in LOOPS if peers):
        yield lambda: Loop(source, folder)
    for name in ENGINES:
        yield lambda: Engine(name, folder)
    yield SimPy


def measure(
    program: Path, peers: Path | None, rounds: int, folder: Path, say: Callable[[str], None]
) -> list[tuple[str, list[float]]]:
    there = []
    for make in contestants(program, peers, folder):
        try:
            there.append(make())
        except Skipped as reason:
            say(f"skipped: {reason}")
    rates: dict[tuple[str, str], list[float]] = {(c.name, size): [] for c in there for size in SIZES}
    for turn in range(rounds):
        for size in SIZES:
            for c in there:
                say(f"fork-join, round {turn + 1} of {rounds}: {size}, {c.name}")
                rates[c.name, size].append(c.rate(size))
    median = {key: statistics.median(values) for key, values in rates.items()}
    return [(c.name, [median[c.name, size] for size in SIZES]) for c in there]


def report(results: list[tuple[str, list[float]]]) -> str:
    own = dict(results)[Shardsim.name]
    rows = [
        [name, *(f"{rate:,.0f}" for rate in rates), *(f"{ours / rate:.2f}" for ours, rate in zip(own, rates))]
        for name, rates in results
    ]
    return table(["program", "S = 8, requests/s", "S = 64, requests/s", "shardsim is faster by, S = 8", "S = 64"], rows)
