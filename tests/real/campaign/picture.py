# SPDX-License-Identifier: Apache-2.0
"""Predicted over measured."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from shardsim_tools.plotting import figure
from shardsim_tools.plotting.styles import COLOURS

# After shardsim_tools.plotting, which says what is missing.
from matplotlib import pyplot
from matplotlib.axes import Axes

from .configurations import MODELS, Configuration

NAMES = {"p50": "P50", "p99": "P99", "cpu": "CPU of a query"}
LIMIT_OF_CPU = 0.10
MARKERS = ["o", "s", "^"]


class Point(Protocol):
    @property
    def configuration(self) -> Configuration:
        ...

    @property
    def used(self) -> bool:
        ...

    def measured(self, figure: str) -> float:
        ...

    def predicted(self, figure: str) -> float:
        ...

    def spread(self, figure: str) -> float:
        ...


def draw(points: Sequence[Point], goals: dict[str, float], folder: Path) -> None:
    plot, row = pyplot.subplots(1, len(NAMES), figsize=(11, 4), constrained_layout=True)
    for axes, (name, title) in zip(row, NAMES.items()):
        panel(axes, points, name, goals.get(name, LIMIT_OF_CPU))
        axes.set_title(title, loc="left", fontweight="bold", fontsize=10)
    row[0].set_ylabel("predicted (ms)")
    row[0].legend(loc="upper left", fontsize=figure.LABEL_SIZE)
    figure.save(plot, folder, "real", (".png",))


def panel(axes: Axes, points: Sequence[Point], name: str, limit: float) -> None:
    everything = [v / 1000 for p in points for v in (p.measured(name), p.predicted(name))]
    ends = [0.8 * min(everything), 1.25 * max(everything)]
    axes.plot(ends, ends, color="#222222", linewidth=0.8)
    axes.fill_between(ends, [(1 - limit) * v for v in ends], [(1 + limit) * v for v in ends], color="#dddddd")
    models = [m for m in MODELS if any(p.configuration.model == m for p in points)]
    for number, model in enumerate(models):
        for used in (False, True):
            some = [p for p in points if p.configuration.model == model and p.used == used]
            if not some:
                continue
            found = [p.measured(name) / 1000 for p in some]
            axes.errorbar(
                found, [p.predicted(name) / 1000 for p in some], xerr=[p.spread(name) * v for p, v in zip(some, found)],
                fmt=MARKERS[number], markersize=5 if used else 4, color=COLOURS[number + 1], linewidth=0.6, elinewidth=0.5,
                markerfacecolor="none" if used else COLOURS[number + 1], alpha=0.8,
                label=f"{model}, used to calibrate" if used else model,
            )  # fmt: skip
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends)
    axes.set_aspect("equal")
    axes.grid(True, axis="both")
    ticks = [t for t in (2, 3, 5, 10, 20, 50, 100, 200, 500) if ends[0] <= t <= ends[1]]
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(ticks, [str(t) for t in ticks])
        axis.set_ticks([], minor=True)
    axes.set_xlabel(f"measured (ms); the band: within {100 * limit:.0f} %")
