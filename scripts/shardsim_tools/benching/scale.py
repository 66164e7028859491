# SPDX-License-Identifier: Apache-2.0
"""How speed and memory go with the size of the system, from about 10 hosts to 10,000."""
from pathlib import Path

from .domain import EXPERIMENTS, simulate
from .measure import median_of, table, with_spread
from .progress import steps

FLEET = EXPERIMENTS / "fleet.json"
# k of the fat-tree (k^3 / 4 hosts), main replicas, replicas of each of the eight shards
SIZES = [(4, 4, 1), (8, 40, 10), (12, 130, 32), (16, 330, 80), (24, 1000, 250), (32, 2600, 640), (36, 3500, 1000)]
QUERIES = 20_000
RATE_OF_A_MAIN = 200  # /s, as in the fleet
MOST_ROUNDS = 3  # of a minute or two each

Results = list[tuple[int, list[list[float]]]]  # hosts, and each round


def measure(program: Path, rounds: int) -> Results:
    names = {f"{mains + 8 * replicas:,} servers": (k, mains, replicas) for k, mains, replicas in SIZES}
    results: dict[int, list[list[float]]] = {}
    for _, (k, mains, replicas) in steps("scale", min(rounds, MOST_ROUNDS), names):
        settings = [
            f"topology.k={k}",
            f"cluster.main.replicas={mains}",
            f"cluster.sparse.replicas={replicas}",
            f"traffic.arrivals.rate={RATE_OF_A_MAIN * mains} /s",
        ]
        setup, few = simulate(program, FLEET, 1, settings)
        whole, many = simulate(program, FLEET, QUERIES, settings)
        running = whole.wall_s - setup.wall_s
        results.setdefault(mains + 8 * replicas, []).append(
            [(many - few) / running, running / QUERIES * 1e6, setup.wall_s, whole.peak_mib]
        )
    return list(results.items())


def report(results: Results) -> str:
    rows = []
    smallest = median_of(results[0][1])[1]
    for hosts, rounds in results:
        events, us_a_query, setup, peak = median_of(rounds)
        rows.append(
            [
                f"{hosts:,}",
                f"{events / 1e6:.2f}",
                with_spread([r[1] for r in rounds], ".0f"),
                f"{us_a_query / smallest:.2f}",
                f"{setup:.2f}",
                f"{peak:,.0f}",
            ]
        )
    over = f"over that of {results[0][0]} servers"
    return table(["servers", "million events/s", "us a query", over, "set-up, s", "peak memory, MiB"], rows)
