# SPDX-License-Identifier: Apache-2.0
"""Draws the trace beside its twin."""

from collections.abc import Mapping
from typing import IO, Any

import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from shardsim_tools.plotting import figure

from . import arrivals
from .source import Trace
from .summary import Side, brief
from .types import Numbers
from .workload import Workload

Style = Mapping[str, Any]
Both = tuple[Side, Side]  # the trace's and its twin's

TRACE: Style = {"color": "#222222", "linewidth": 1.6}
TWIN: Style = {"color": "#d55e00", "linewidth": 1.3, "linestyle": "--"}
SIDES = ("trace", TRACE), ("twin", TWIN)
COLOURS = ["#222222", "#0072b2", "#009e73", "#cc79a7"]
MOST_TABLES = 14
MOST_CURVES = len(COLOURS)
MOST_POINTS = 2000
RATE_BINS = 100


def draw(trace: Trace, workload: Workload, mine: Side, yours: Side, file: IO[bytes]) -> None:
    both = (mine, yours)
    more = trace.items is not None or bool(workload.tables)
    plot, axes = pyplot.subplots(
        1 + more, 3, figsize=(13.5, 7.6 if more else 4), constrained_layout=True, squeeze=False
    )
    _gaps(axes[0, 0], workload, both)
    _rate(axes[0, 1], both)
    _dispersion(axes[0, 2], both)
    if more:
        _items(axes[1, 0], trace, workload, both)
        _lookups(axes[1, 1], workload, both)
        _reuse(axes[1, 2], workload, both)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend_above(plot, handles, labels)
    plot.savefig(file, format="png", dpi=150, bbox_inches="tight", metadata={"Software": None})
    pyplot.close(plot)


def _title(axes: Axes, text: str, x_label: str, y_label: str) -> None:
    axes.set_title(text, loc="left", fontweight="bold", fontsize=10)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(True, axis="both")


def _nothing(axes: Axes, title: str, why: str) -> None:
    axes.set_title(title, loc="left", fontweight="bold", fontsize=10)
    axes.set_axis_off()
    axes.text(0.5, 0.5, why, ha="center", va="center", color="#666666", transform=axes.transAxes)


def _cumulative(axes: Axes, sample: Numbers, style: Style, label: str | None = None) -> None:
    ordered = np.sort(sample)
    share = np.arange(1, len(ordered) + 1) / len(ordered)
    at = np.unique(np.linspace(0, len(ordered) - 1, MOST_POINTS).astype(int))
    axes.step(ordered[at], 100 * share[at], where="post", label=label, **style)


def _gaps(axes: Axes, workload: Workload, both: Both) -> None:
    for (name, style), side in zip(SIDES, both):
        gaps = np.diff(side.times)
        _cumulative(axes, gaps[gaps > 0], style, name)
    mean = both[0].times[-1] / (len(both[0].times) - 1)
    axes.set_xscale("log")
    if np.ptp(np.diff(both[0].times)) < 1e-3 * mean:
        axes.set_xlim(0.1 * mean, 10 * mean)
    else:
        axes.set_xlim(left=1e-3 * mean)
    _title(axes, f"gaps between arrivals: {workload.traffic['arrivals']['type']}", "gap (s)", "gaps at most this (%)")


def _rate(axes: Axes, both: Both) -> None:
    span = both[0].times[-1]
    bins = int(np.clip(len(both[0].times) // 20, 4, RATE_BINS))
    unit, divisor = _unit(span)
    for (_, style), side in zip(SIDES, both):
        counts, edges = np.histogram(side.times, bins=bins, range=(0, span))
        shown = edges[:-1] < side.times[-1]
        axes.stairs(np.where(shown, counts, np.nan) / (span / bins), edges / divisor, **style)
    axes.set_ylim(bottom=0)
    _title(axes, "rate over time", f"time since the first arrival ({unit})", "arrivals per second")


def _unit(span: float) -> tuple[str, int]:
    for unit, seconds in (("days", 86400), ("h", 3600), ("min", 60)):
        if span >= 3 * seconds:
            return unit, seconds
    return "s", 1


def _dispersion(axes: Axes, both: Both) -> None:
    widths = arrivals.windows_of(both[0].times)
    if not widths:
        return _nothing(axes, "burstiness: counts in windows", "too few arrivals")
    for (_, style), side in zip(SIDES, both):
        values = [arrivals.dispersion(side.times, width) for width in widths]
        axes.plot(widths, np.maximum(values, 1e-3), marker="o", markersize=4, **style)
    axes.axhline(1, color="#888888", linewidth=0.8, linestyle=":")
    axes.annotate("Poisson", (1, 1), (-3, 3), xycoords=("axes fraction", "data"), textcoords="offset points", ha="right",
                  fontsize=7.5, color="#666666")  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(widths[0] / 2, widths[-1] * 2)
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter("{x:g}")
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0.5), max(high, 2))
    return _title(axes, "burstiness: counts in windows", "window (s)", "index of dispersion (variance / mean)")


def _items(axes: Axes, trace: Trace, workload: Workload, both: Both) -> None:
    if trace.items is None:
        return _nothing(axes, "items of a query", "the trace has no items")
    for (_, style), side in zip(SIDES, both):
        _cumulative(axes, side.items, style)
    if both[0].items.max() > 50 * np.median(both[0].items):
        axes.set_xscale("log")
    return _title(
        axes, f"items of a query: {workload.traffic['items']['type']}", "items", "queries with at most this (%)"
    )


def _lookups(axes: Axes, workload: Workload, both: Both) -> None:
    if not workload.tables:
        return _nothing(axes, "lookups of a query by table", "the trace says no lookups")
    mean = {name: float(counts.mean()) for name, counts in both[0].lookups.items()}
    shown = sorted(mean, key=lambda name: -mean[name])[:MOST_TABLES]
    for (_, style), side, shift in zip(SIDES, both, (-0.16, 0.16)):
        for i, name in enumerate(shown):
            low, middle, high = np.percentile(side.lookups[name], (5, 50, 95))
            at = i + shift
            axes.plot([low, high], [at, at], color=style["color"], linewidth=1.6, solid_capstyle="butt")
            axes.plot(middle, at, "|", color=style["color"], markersize=7, markeredgewidth=1.6)
            axes.plot(side.lookups[name].mean(), at, "o", color=style["color"], markersize=3.5)
    axes.set_yticks(range(len(shown)), [_short(name) for name in shown], fontsize=7.5)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xscale("symlog", linthresh=1)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlim(left=0)
    more = f", {MOST_TABLES} of {len(mean)} tables" if len(mean) > len(shown) else ""
    return _title(axes, f"lookups of a query by table{more}", "lookups: P5 to P95, | median, dot mean", "")


def _short(name: str) -> str:
    return name if len(name) <= 22 else name[:21] + "…"


def _reuse(axes: Axes, workload: Workload, both: Both) -> None:
    if not both[0].often:
        return _nothing(axes, "reuse of rows", "the trace does not say which rows")
    total = {name: int(often.sum()) for name, often in both[0].often.items()}
    described = {table["name"]: table for table in workload.tables}
    shown = sorted(total, key=lambda name: -total[name])[:MOST_CURVES]
    for name, colour in zip(shown, COLOURS):
        for (which, style), side in zip(SIDES, both):
            often = np.sort(side.often[name])[::-1]
            if not len(often):
                continue
            at = np.unique(np.geomspace(1, len(often), 300).astype(int))
            share = np.cumsum(often)[at - 1] / often.sum()
            label = f"{_short(name)}: {brief(described[name]['popularity'])}" if which == "trace" else None
            axes.plot(at, 100 * share, label=label, **{**style, "color": colour})
    axes.set_xscale("log")
    axes.set_ylim(0, 102)
    axes.legend(fontsize=7.5, loc="lower right" if len(shown) < 3 else "best")
    more = f", {len(shown)} of {len(total)} tables" if len(total) > len(shown) else ""
    return _title(axes, f"reuse of rows{more}", "rows, the most asked for first", "lookups to these (%)")
