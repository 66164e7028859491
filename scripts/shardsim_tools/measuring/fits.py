# SPDX-License-Identifier: Apache-2.0
"""From benchmarks to the figures of a platform: straight lines, with what they leave."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Benchmark = dict[str, Any]  # one repetition, as Google Benchmark writes it
PARTS = 50  # quantiles of a benchmark that keeps its samples


@dataclass(frozen=True)
class Point:
    """A measurement: median and furthest of its repetitions."""

    x: float
    y: float
    low: float
    high: float

    @property
    def spread(self) -> float:
        return max(self.high - self.y, self.y - self.low) / self.y if self.y else 0.0


@dataclass(frozen=True)
class Line:
    """y = fixed + slope * x, and the points it was fitted to."""

    fixed: float
    slope: float
    points: Sequence[Point]

    def at(self, x: float) -> float:
        return self.fixed + self.slope * x

    def residual(self, point: Point) -> float:
        """As a share of what was measured."""
        return (self.at(point.x) - point.y) / point.y

    @property
    def worst(self) -> float:
        return max((abs(self.residual(p)) for p in self.points), default=0.0)


def line(points: Sequence[Point]) -> Line:
    """The line with the least sum of squares of relative residuals, since sizes go over decades. Neither part is
    negative."""
    weights = [1 / p.y**2 for p in points]
    w = sum(weights)
    wx = sum(k * p.x for k, p in zip(weights, points))
    wy = sum(k * p.y for k, p in zip(weights, points))
    wxx = sum(k * p.x * p.x for k, p in zip(weights, points))
    wxy = sum(k * p.x * p.y for k, p in zip(weights, points))
    slope = (w * wxy - wx * wy) / (w * wxx - wx * wx)
    fixed = (wy - slope * wx) / w
    if fixed < 0:
        return Line(0.0, wxy / wxx, points)
    if slope < 0:
        return Line(wy / w, 0.0, points)
    return Line(fixed, slope, points)


def named(benchmarks: Iterable[Benchmark], name: str) -> dict[tuple[int, ...], list[Benchmark]]:
    """The repetitions of a benchmark by its arguments: of "gather/64/2048/manual_time", (64, 2048)."""
    out: dict[tuple[int, ...], list[Benchmark]] = {}
    for b in benchmarks:
        parts = b["name"].split("/")
        if parts[0] == name and b.get("run_type") == "iteration":
            out.setdefault(tuple(int(p) for p in parts[1:] if p.isdigit()), []).append(b)
    return out


def point(x: float, values: Sequence[float]) -> Point:
    return Point(x, median(values), min(values), max(values))


def nanoseconds(b: Benchmark) -> float:
    """Of one run of a benchmark's operation: the median of its samples, which a busy neighbour moves least."""
    return (float(b[f"q{PARTS // 2 - 1}"]) + float(b[f"q{PARTS // 2}"])) / 2


def jitter(runs: Sequence[Benchmark]) -> list[float]:
    """By what factor single runs differ from their mean: as many values, all as likely. Its mean is 1."""
    quantiles = [sum(float(b[f"q{q}"]) for b in runs) / len(runs) for q in range(PARTS)]
    mean = sum(quantiles) / PARTS
    rounded = [round(q / mean, 4) for q in quantiles]
    rounded[-1] = round(PARTS - sum(rounded[:-1]), 4)
    return rounded
