# SPDX-License-Identifier: Apache-2.0
"""Bars of estimates, side by side, with their intervals."""

from dataclasses import dataclass
from typing import Any

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shardsim_tools.plotting import figure

from ..estimate import Estimate
from ..studies import DISTRIBUTED


@dataclass
class Series:
    label: str
    style: dict[str, Any]
    estimates: list[Estimate]


DARK, LIGHT, WARM = {"facecolor": "#08519c"}, {"facecolor": "#9ecae1"}, {"facecolor": "#fdae6b"}


def grouped(axes: Axes, series: list[Series], factor: float = 1.0) -> None:
    """A group of bars for each place along x. What is in doubt is hollow."""
    width = figure.SLOT / len(series)
    for at, one in enumerate(series):
        places = [i + (at - (len(series) - 1) / 2) * width for i in range(len(one.estimates))]
        bars = axes.bar(
            places, [factor * e.value for e in one.estimates], width, label=one.label, **one.style, **figure.EDGE
        )
        for bar, estimate in zip(bars, one.estimates):
            if estimate.doubt:
                bar.set(**figure.DOUBTED)
        known = [(place, e) for place, e in zip(places, one.estimates) if not e.doubt and e.reach > 0]
        whiskers = [[factor * (e.value - e.low) for _, e in known], [factor * (e.high - e.value) for _, e in known]]
        if known:
            axes.errorbar(
                [p for p, _ in known], [factor * e.value for _, e in known], whiskers, fmt="none", **figure.WHISKER
            )
    axes.axhline(0, color="#222222", linewidth=0.8)


def stacked_panels(
    titles: list[str], categories: list[str] | None = None, height: float = 1.45, width: float = 7.2
) -> tuple[Figure, list[Axes]]:
    """A panel above the other for each title, sharing the categories along x: (figure, [axes])."""
    categories = DISTRIBUTED if categories is None else categories
    size = (width, height * len(titles) + 0.6)
    plot, rows = pyplot.subplots(len(titles), 1, figsize=size, squeeze=False, sharex=True, constrained_layout=True)
    for (axes,), title in zip(rows, titles):
        axes.set_title(title, loc="left", fontweight="bold", fontsize=figure.LABEL_SIZE)
    figure.label_categories(rows, categories, "")
    for (axes,) in rows if len(categories) > 3 else ():
        figure.separate_families(axes, categories)
    return plot, [axes for (axes,) in rows]


def legend(plot: Figure, axes: Axes) -> None:
    figure.legend_above(plot, *axes.get_legend_handles_labels())
