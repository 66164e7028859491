# SPDX-License-Identifier: Apache-2.0
"""Instructions, queries and events per second, set-up and memory of shipped scenarios."""
import json
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from shardsim_tools.checkout import ROOT

from .measure import Took, median_of, run, table, with_spread
from .progress import say, steps

sys.path.insert(0, str(ROOT / "tests/instructions"))
from count import callgrind, per_query_of  # noqa: E402

EXPERIMENTS = ROOT / "workloads/experiments"


class Case(NamedTuple):
    scenario: Path
    queries: int
    settings: tuple[str, ...] = ()
    counted: tuple[int, int] = (50, 150)  # queries of the two runs whose instructions are counted


CASES = {
    "DRM1, 8 shards, one query at a time": Case(EXPERIMENTS / "drm1.json", 20_000),
    "DRM1, 8 shards, 25 queries/s": Case(EXPERIMENTS / "drm1-load.json", 20_000),
    "DLRM-v2, 16 shards, 40 queries/s": Case(
        EXPERIMENTS / "mlperf-dlrm-v2-scenario.json", 5_000, ("sharding.shards=16",)
    ),
    "fork-join, 8 shards": Case(ROOT / "tests/bench/fork_join_small.json", 200_000, (), (1000, 3000)),
    "fork-join, 64 shards": Case(ROOT / "tests/bench/fork_join_large.json", 50_000, (), (200, 600)),
}


def simulate(program: Path, scenario: Path, queries: int, settings: Iterable[str] = ()) -> tuple[Took, int]:
    words = [w for s in (f"traffic.queries={queries}", "traffic.warmup=0", *settings) for w in ("--set", s)]
    took = run([program, "run", scenario, "--json", *words])
    return took, json.loads(took.text)["events"]


Results = dict[str, tuple[float | None, list[list[float]]]]  # by case: instructions a query, and each round


def measure(program: Path, rounds: int) -> Results:
    by_round: dict[str, list[list[float]]] = {name: [] for name in CASES}
    for name, case in steps("domain", rounds, CASES):
        setup, few = simulate(program, case.scenario, 1, case.settings)
        whole, many = simulate(program, case.scenario, case.queries, case.settings)
        running = whole.wall_s - setup.wall_s
        by_round[name].append(
            [case.queries / running, (many - few) / running, setup.wall_s * 1000, whole.peak_mib],
        )
    return {name: (instructions(program, name), by_round[name]) for name in CASES}


def counting(out: str, program: Path, case: Case, queries: int) -> list[str | Path]:
    """The command that counts a run's instructions, in the file `out`."""
    return callgrind(out, program, case.scenario, queries, case.settings)


def instructions(program: Path, name: str) -> float | None:
    """None without valgrind."""
    if not shutil.which("valgrind"):
        return None
    say(f"domain: instructions of {name}")
    case = CASES[name]
    return per_query_of(program, case.scenario, *case.counted, case.settings)


def report(results: Results) -> str:
    rows = []
    for name, (counted, rounds) in results.items():
        queries, events, setup, peak = median_of(rounds)
        rows.append(
            [
                name,
                f"{counted:,.0f}" if counted else "",
                with_spread([r[0] for r in rounds], ",.0f"),
                f"{events / 1e6:.2f}",
                f"{setup:.0f}",
                f"{peak:.0f}",
            ]
        )
    header = ["scenario", "instructions a query", "queries/s", "million events/s", "set-up, ms", "peak memory, MiB"]
    return table(header, rows)
