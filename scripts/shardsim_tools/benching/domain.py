# SPDX-License-Identifier: Apache-2.0
"""Queries and events per second, set-up and memory of shipped scenarios."""
import json
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path

from shardsim_tools.checkout import ROOT

from .measure import Took, run, table

EXPERIMENTS = ROOT / "workloads/experiments"
SCENARIOS: dict[str, tuple[Path, int, list[str]]] = {
    "DRM1, 8 shards, one query at a time": (EXPERIMENTS / "drm1.json", 20_000, []),
    "DRM1, 8 shards, 25 queries/s": (EXPERIMENTS / "drm1-load.json", 20_000, []),
    "DLRM-v2, 16 shards, 40 queries/s": (EXPERIMENTS / "mlperf-dlrm-v2-scenario.json", 5_000, ["sharding.shards=16"]),
}


def simulate(program: Path, scenario: Path, queries: int, settings: Iterable[str] = ()) -> tuple[Took, int]:
    words = [w for s in (f"traffic.queries={queries}", "traffic.warmup=0", *settings) for w in ("--set", s)]
    took = run([program, "run", scenario, "--json", *words])
    return took, json.loads(took.text)["events"]


def measure(program: Path, rounds: int, say: Callable[[str], None]) -> dict[str, list[float]]:
    results: dict[str, list[tuple[float, ...]]] = {}
    for turn in range(rounds):
        for name, (scenario, queries, settings) in SCENARIOS.items():
            say(f"domain, round {turn + 1} of {rounds}: {name}")
            setup, few = simulate(program, scenario, 1, settings)
            whole, many = simulate(program, scenario, queries, settings)
            running = whole.wall_s - setup.wall_s
            results.setdefault(name, []).append(
                (queries / running, (many - few) / running, setup.wall_s * 1000, whole.peak_mib)
            )
    return {name: [statistics.median(column) for column in zip(*runs)] for name, runs in results.items()}


def report(results: dict[str, list[float]]) -> str:
    rows = [
        [name, f"{queries:,.0f}", f"{events / 1e6:.2f}", f"{setup:.0f}", f"{peak:.0f}"]
        for name, (queries, events, setup, peak) in results.items()
    ]
    return table(["scenario", "queries/s", "million events/s", "set-up, ms", "peak memory, MiB"], rows)
