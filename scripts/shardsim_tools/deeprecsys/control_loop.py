# SPDX-License-Identifier: Apache-2.0
"""The control loop by which DeepRecSys finds the load that a configuration bears (scheduler.py of harvard-acc/DeepRecSys,
commit 1383176a463a): the mean gap between queries goes up or down a logarithmic grid by the p95 of the last queries."""

import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Loop:
    """Defaults: those of its scripts."""

    target_ms: float = 25
    stable_region: float = 0.1
    queries: int = 64  # whose p95 is looked at
    steps: int = 128
    last: int = 50  # gaps whose median is what it reports
    least_gap_ms: float = 1
    most_gap_ms: float = 20
    grid: int = 50

    def gaps_ms(self) -> list[float]:
        ratio = self.most_gap_ms / self.least_gap_ms
        return [self.least_gap_ms * ratio ** (i / (self.grid - 1)) for i in range(self.grid)]


def p95(latencies: Sequence[float]) -> float:
    """As numpy.percentile() has it: linear between ranks."""
    ordered = sorted(latencies)
    place = 0.95 * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def reported_qps(loop: Loop, latencies_ms: Mapping[float, Sequence[float]], seed: int) -> float:
    """Of a loop that begins in the middle of the grid. `latencies_ms`: by gap, of queries in a row; the loop sees any
    stretch of them. So what one step leaves waiting does not reach the next, which is near."""
    draw = random.Random(seed)
    gaps = loop.gaps_ms()
    at = len(gaps) // 2
    tried = []
    for _ in range(loop.steps):
        seen = latencies_ms[gaps[at]]
        first = draw.randrange(len(seen) - loop.queries + 1)
        tail = p95(seen[first : first + loop.queries])
        tried.append(gaps[at])
        if tail > loop.target_ms:
            at = min(at + 1, len(gaps) - 1)
        elif tail < loop.target_ms / (1 + loop.stable_region):
            at = max(at - 1, 0)
    return 1000 / statistics.median(tried[-loop.last :])
