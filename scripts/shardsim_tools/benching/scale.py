# SPDX-License-Identifier: Apache-2.0
"""How speed and memory go with the size of the system, from about 10 hosts to 10,000."""
from collections.abc import Callable
from pathlib import Path

from .domain import EXPERIMENTS, simulate
from .measure import table

FLEET = EXPERIMENTS / "fleet.json"
# k of the fat-tree (k^3 / 4 hosts), main replicas, replicas of each of the eight shards
SIZES = [(4, 4, 1), (8, 40, 10), (12, 130, 32), (16, 330, 80), (24, 1000, 250), (32, 2600, 640), (36, 3500, 1000)]
QUERIES = 20_000
RATE_OF_A_MAIN = 200  # /s, as in the fleet


def measure(program: Path, say: Callable[[str], None]) -> list[tuple[float, ...]]:
    results: list[tuple[float, ...]] = []
    for k, mains, replicas in SIZES:
        hosts = mains + 8 * replicas
        say(f"scale: {hosts} hosts")
        settings = [
            f"topology.k={k}",
            f"cluster.main.replicas={mains}",
            f"cluster.sparse.replicas={replicas}",
            f"traffic.arrivals.rate={RATE_OF_A_MAIN * mains} /s",
        ]
        setup, few = simulate(program, FLEET, 1, settings)
        whole, many = simulate(program, FLEET, QUERIES, settings)
        running = whole.wall_s - setup.wall_s
        results.append((hosts, (many - few) / running, running / QUERIES * 1e6, setup.wall_s, whole.peak_mib))
    return results


def report(results: list[tuple[float, ...]]) -> str:
    rows = [
        [f"{hosts:,}", f"{events / 1e6:.2f}", f"{per_query:.0f}", f"{setup:.2f}", f"{peak:,.0f}"]
        for hosts, events, per_query, setup, peak in results
    ]
    return table(["servers", "million events/s", "us a query", "set-up, s", "peak memory, MiB"], rows)
