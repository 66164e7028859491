#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The landscape of a `shardsim tune`: what came of each setting, and the best of them.

One axis is a line with intervals, two are a map; of further axes the values of the best setting are drawn (or those of
--where). Settings that were dropped are hollow, or hatched, with the queries that they took.
"""

import argparse
import json
import math
import sys
from pathlib import Path
from typing import Any, NamedTuple

from shardsim_tools.plotting import command, figure
from shardsim_tools.plotting.sweep import SweepError

# After shardsim_tools.plotting, which says what is missing.
import matplotlib
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

COLOUR = "#0072b2"
BEST = "#d55e00"


class Tried(NamedTuple):
    labels: tuple[str, ...]
    value: float  # NaN: only between which it lies
    low: float
    high: float
    queries: int
    full: bool  # run to the full precision

    @property
    def shown(self) -> float:
        """The value, or what is nearest to it."""
        if not math.isnan(self.value):
            return self.value
        if self.low > 0 and self.high > 0:
            return math.sqrt(self.low * self.high)
        return self.low if self.low > 0 or math.isnan(self.high) else self.high


def number(value: float | None, scale: float) -> float:
    return math.nan if value is None else value * scale


class Landscape:
    """tune.json"""

    def __init__(self, folder: Path) -> None:
        path = folder / "tune.json"
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            self.axes: dict[str, list[str]] = content["axes"]
            self.objective: str = content["objective"]
            self.method: str = content["method"]
            self.queries: int = content["queries"]
            # Latencies in ms, shares in %.
            scale, unit = {"us": (1e-3, "ms"), "of one": (100.0, "%")}.get(content["unit"], (1.0, content["unit"]))
            self.name = f"{content['figure']} ({unit})" if unit else content["figure"]
            self.tried = [self._tried(entry, scale) for entry in content["tried"]]
            chosen = content.get("front") or ([content["best"]] if content["best"] else [])
            self.chosen = [self._labels(entry) for entry in chosen]
        except FileNotFoundError:
            raise SweepError(f"{folder} holds no tune.json; write one with shardsim tune --out") from None
        except (KeyError, TypeError, ValueError) as error:
            raise SweepError(f"{path}: {error} is missing or of no use") from None

    def _labels(self, entry: dict[str, Any]) -> tuple[str, ...]:
        return tuple(entry["settings"][axis] for axis in self.axes)

    def _tried(self, entry: dict[str, Any], scale: float) -> Tried:
        value, low, high = (number(entry["figure"][key], scale) for key in ("value", "low", "high"))
        return Tried(self._labels(entry), value, low, high, entry["queries"], entry["full"])


def section(landscape: Landscape, where: dict[str, str], drawn: list[str]) -> list[Tried]:
    """Those with the values of `where` on all axes that are not drawn; else of the best setting."""
    fixed = dict(where)
    first = landscape.chosen[0] if landscape.chosen else landscape.tried[0].labels
    for axis, label in zip(landscape.axes, first):
        if axis not in drawn:
            fixed.setdefault(axis, label)
    names = list(landscape.axes)
    return [
        t for t in landscape.tried if all(t.labels[names.index(a)] == v for a, v in fixed.items() if a not in drawn)
    ]


def short(count: int) -> str:
    """12345 -> 12k"""
    for factor, letter in ((1_000_000, "M"), (1_000, "k")):
        if count >= factor:
            return f"{count / factor:.3g}{letter}"
    return str(count)


def draw_line(axes: Axes, landscape: Landscape, axis: str, tried: list[Tried]) -> None:
    labels = landscape.axes[axis]
    place = list(landscape.axes).index(axis)
    at = sorted(((labels.index(t.labels[place]), t) for t in tried), key=lambda pair: pair[0])
    seen = [(x, t) for x, t in at if not math.isnan(t.shown)]
    axes.plot([x for x, _ in seen], [t.shown for _, t in seen], color=COLOUR, linewidth=1)
    for x, t in seen:
        ends = [0.0 if math.isnan(end) else abs(end - t.shown) for end in (t.low, t.high)]
        best = t.labels in landscape.chosen
        colour = BEST if best else COLOUR
        axes.errorbar(x, t.shown, yerr=[[ends[0]], [ends[1]]], marker="*" if best else "o", markersize=12 if best else 5,
                      color=colour, markerfacecolor=colour if t.full else "white", capsize=2, linewidth=1)  # fmt: skip
        axes.annotate(short(t.queries), (x, t.shown), xytext=(6, -12), textcoords="offset points", fontsize=7)
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlim(-0.5, len(labels) - 0.5)
    axes.set_xlabel(axis)
    axes.set_ylabel(landscape.name)
    if seen and min(t.shown for _, t in seen) > 0:
        axes.set_ylim(bottom=0)


def draw_map(axes: Axes, landscape: Landscape, drawn: list[str], tried: list[Tried]) -> None:
    across, up = drawn
    columns, rows = landscape.axes[across], landscape.axes[up]
    names = list(landscape.axes)
    values = [t.shown for t in tried if not math.isnan(t.shown)]
    if not values:
        raise SweepError("no setting that is drawn has a figure")
    low, high = min(values), max(values)
    wide = low > 0 and high / low > 5
    scale: Any = matplotlib.colors.LogNorm(low, high) if wide else matplotlib.colors.Normalize(low, high)
    colours = matplotlib.colormaps["Blues"]
    for t in tried:
        x, y = columns.index(t.labels[names.index(across)]), rows.index(t.labels[names.index(up)])
        share = float(scale(t.shown)) if not math.isnan(t.shown) and high > low else 0.0
        best = t.labels in landscape.chosen
        face = "white" if math.isnan(t.shown) else colours(0.1 + 0.6 * share)
        hatch = None if t.full else "////"
        axes.add_patch(
            Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=face, edgecolor="#999999", linewidth=0.5, hatch=hatch)
        )
        if best:
            axes.add_patch(
                Rectangle((x - 0.46, y - 0.46), 0.92, 0.92, fill=False, edgecolor=BEST, linewidth=2.5, zorder=3)
            )
        about = "~" if math.isnan(t.value) else ""
        text = "none" if math.isnan(t.shown) else f"{about}{t.shown:.4g}"
        axes.text(x, y, f"{text}\n{short(t.queries)}", ha="center", va="center", fontsize=8, zorder=4,
                  bbox={"facecolor": face, "edgecolor": "none", "pad": 1.5})  # fmt: skip
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(-0.5, len(rows) - 0.5)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(False)
    bar = axes.get_figure().colorbar(
        matplotlib.cm.ScalarMappable(scale, matplotlib.colors.ListedColormap(colours([0.1 + 0.6 * i / 99 for i in range(100)]))),
        ax=axes,
    )  # fmt: skip
    bar.set_label(landscape.name)
    for formatter in (bar.ax.yaxis.set_major_formatter, bar.ax.yaxis.set_minor_formatter):
        formatter("{x:g}")


def draw(options: argparse.Namespace) -> None:
    landscape = Landscape(options.folder)
    drawn = options.axis or list(landscape.axes)[:2]
    for axis in [*drawn, *dict(options.where)]:
        if axis not in landscape.axes:
            raise SweepError(f"{options.folder}: there is no axis {axis!r}; there are {', '.join(landscape.axes)}")
    if len(drawn) > 2:
        raise SweepError("--axis: at most two are drawn")
    tried = section(landscape, dict(options.where), drawn)
    if not tried:
        raise SweepError(f"{options.folder}: nothing was tried with these values")
    plot, axes = figure.column(1, height=3.6)
    if len(drawn) == 1:
        draw_line(axes[0], landscape, drawn[0], tried)
        handles = [
            matplotlib.lines.Line2D([], [], color=COLOUR, marker="o", linestyle="none", label="to full precision"),
            matplotlib.lines.Line2D(
                [], [], color=COLOUR, marker="o", markerfacecolor="white", linestyle="none", label="dropped before"
            ),
            matplotlib.lines.Line2D([], [], color=BEST, marker="*", linestyle="none", markersize=10, label="best"),
        ]
    else:
        draw_map(axes[0], landscape, drawn, tried)
        handles = [
            Patch(facecolor="white", edgecolor="#999999", hatch="////", label="dropped before full precision"),
            Patch(fill=False, edgecolor=BEST, linewidth=2.5, label="best"),
        ]
    figure.legend_above(plot, handles, [handle.get_label() for handle in handles])
    axes[0].set_title(
        f"{landscape.objective}: {landscape.method}, {short(landscape.queries)} queries; beneath: of each setting",
        fontsize=9,
    )
    out = options.out or options.folder / "plots"
    command.report_written(figure.save(plot, out, "tune"))


def main() -> int:
    parser = command.bare_parser(__doc__, "scripts/plot_tune.py out/tuning")
    parser.add_argument("folder", metavar="OUT_DIR", type=Path, help="the directory `shardsim tune --out` wrote")
    parser.add_argument("--axis", metavar="AXIS", action="append", default=[], help="an axis to draw, once or twice")
    command.add_where(parser)
    command.add_out(parser)
    options = parser.parse_args()
    return command.run_bare(lambda: draw(options))


if __name__ == "__main__":
    sys.exit(main())
