# SPDX-License-Identifier: Apache-2.0
"""Requests per second on the fork-join workload, of shardsim and of other programs that simulate it, in turn."""
import re
import statistics
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from shardsim_tools.checkout import ROOT

from .measure import Failed, run, table, with_spread
from .progress import say, steps

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


class Build(NamedTuple):
    """A program of --peers: its source, what its compiler is told, and how it is called after the size."""

    what: str
    source: str
    calls: tuple[str, ...]
    share: float = 1  # of the requests that is enough
    options: tuple[str, ...] = ("-std=c++20",)
    package: tuple[str, str, str] | None = None


NS3 = ("ns3-core", "ns-3", "libns3-dev")
SIMGRID = ("simgrid", "SimGrid", "libsimgrid-dev")
FULL = "ref_full"
BEST3 = "ref_best3"
# Option 3: as many events an RPC as several frontends need; 2: as many as one needs.
PEERS = {
    FULL: Build("hand-tuned loop, every event", "ref_full.cpp", ()),
    "ref_slots": Build("the same events on a winner tree", "ref_slots.cpp", ()),
    "ref_elide3": Build("hand-tuned loop, three events an RPC", "ref_elide.cpp", ("3",)),
    BEST3: Build("both, the fewest events that several frontends allow", "ref_best.cpp", ("3",)),
    "ref_best": Build("both, the fewest that one frontend allows", "ref_best.cpp", ("2",)),
    "ref_coro": Build("coroutines without accounting", "ref_coro.cpp", ()),
    "naive_pq": Build("closures in std::priority_queue", "naive_pq.cpp", ()),
    "ns3_sched": Build("ns-3, its scheduler alone", "ns3_sched.cc", ("map",), 1 / 2, ("-std=c++17", "-lns3-core"), NS3),
    "sg_timer": Build("SimGrid, timers", "sg_timer.cpp", (), 1 / 10, ("-std=c++17", "-lsimgrid"), SIMGRID),
    "sg_flow": Build("SimGrid, flows", "sg_flow.cpp", (), 1 / 50, ("-std=c++17", "-lsimgrid"), SIMGRID),
}
# Others' engines: source, headers, package to look for, libraries, share of the requests that is enough.
ENGINES = {
    "ns-3, events alone": (
        "ns3_events.cc",
        ["ns3_station.hpp", "ns3_service.hpp"],
        NS3,
        ["ns3-point-to-point", "ns3-network", "ns3-core"],
        1 / 2,
    ),
    "SimGrid, actors": (
        "simgrid_actors.cpp",
        ["simgrid_engine.hpp"],
        SIMGRID,
        ["simgrid"],
        1 / 10,
    ),
    "ns-3, packets": (
        "ns3_packets.cc",
        ["ns3_station.hpp", "ns3_service.hpp"],
        NS3,
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


class Peer:
    def __init__(self, name: str, peers: Path, folder: Path) -> None:
        self.name = f"{PEERS[name].what} (`{name}`)"
        self.build = PEERS[name]
        if self.build.package:
            require(*self.build.package)
        source = peers / self.build.source
        if not source.exists():
            raise Skipped(f"{source} is missing")
        self.program = folder / source.stem
        output(["g++", "-O3", "-march=native", source, "-o", self.program, *self.build.options])

    def rate(self, size: str) -> float:
        text = run([self.program, size, round(SIZES[size] * self.build.share), *self.build.calls]).text
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


Rates = dict[str, dict[str, list[float]]]  # by program and size, one a round


def contestants(program: Path, peers: Path | None, folder: Path) -> Iterator[Callable[[], Contestant]]:
    yield lambda: Shardsim(program)
    if peers:
        for peer in PEERS:
            yield partial(Peer, peer, peers, folder)
    for engine in ENGINES:
        yield partial(Engine, engine, folder)
    yield SimPy


def measure(program: Path, peers: Path | None, rounds: int, folder: Path) -> Rates:
    there: list[Contestant] = []
    for make in contestants(program, peers, folder):
        try:
            there.append(make())
        except Skipped as reason:
            say(f"skipped: {reason}")
    rates: Rates = {c.name: {size: [] for size in SIZES} for c in there}
    for _, (c, size) in steps("fork-join", rounds, {f"{s}, {c.name}": (c, s) for s in SIZES for c in there}):
        rates[c.name][size].append(c.rate(size))
    return rates


def ratio(ours: list[float], theirs: list[float]) -> str:
    """Median over the rounds, each of which had both."""
    return f"{statistics.median(a / b for a, b in zip(ours, theirs)):.2f}"


def report(rates: Rates) -> str:
    """Each program's speed, and over that of the loops that targets speak of, where they are there."""
    named = {f"`{name}`": next((r for c, r in rates.items() if f"(`{name}`)" in c), None) for name in (FULL, BEST3)}
    against = {name: them for name, them in named.items() if them} or {"shardsim": rates[Shardsim.name]}
    labels = {"small": "S = 8", "large": "S = 64"}
    header = ["program", *(f"{labels[size]}, requests/s" for size in SIZES)]
    header += [f"over {name}, {labels[size]}" for name in against for size in SIZES]
    rows = [
        [
            name,
            *(with_spread(own[size], ",.0f") for size in SIZES),
            *(ratio(own[size], them[size]) for them in against.values() for size in SIZES),
        ]
        for name, own in rates.items()
    ]
    return table(header, rows)
